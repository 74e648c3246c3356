import { getQueryParam, getQueryParams } from "hono/utils/url";
import type { Peer } from "../services.ts";
import { type HotRequest, headerOf } from "./hot.ts";

/** What answers both ways need to know of a request; a context of the router is one. */
export type Incoming = {
  readonly req: IncomingRequest;
  /** What the listener knows of the connection. */
  readonly env: Peer;
};

export type IncomingRequest = {
  readonly method: string;
  /** Whole; only the short way does not know under which host. */
  readonly url: string;
  header(name: string): string | undefined;
  query(name: string): string | undefined;
  queries(): Record<string, string[]>;
  queries(name: string): string[] | undefined;
  param(name: string): string | undefined;
};

/** A request without a router: parts of its path have been told apart already. Parameters are read as the router reads them. */
export function incomingOf(
  { method = "", url = "", rawHeaders, socket }: HotRequest,
  params: ReadonlyMap<string, string>,
): Incoming {
  const whole = `http://localhost${url}`;
  // Each parameter is asked for by its name, and to find one all of them are read.
  let all: Record<string, string[]> | undefined;
  function queries(): Record<string, string[]>;
  function queries(name: string): string[] | undefined;
  function queries(name?: string): Record<string, string[]> | string[] | undefined {
    all ??= url.includes("?") ? (getQueryParams(whole) as Record<string, string[]>) : {};
    return name === undefined ? all : all[name];
  }
  return {
    env: socket,
    req: {
      ...{ method, url: whole, queries },
      header: (name) => headerOf(rawHeaders, name.toLowerCase()),
      query: (name) => {
        const value = getQueryParam(whole, name);
        return typeof value === "string" ? value : undefined;
      },
      param: (name) => params.get(name),
    },
  };
}
