import { err, ok, type Result } from "../../core/index.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "../limits.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { Incoming } from "./incoming.ts";

export type PageRequest = { readonly limit: number; readonly cursor?: string };

const MAX_CURSOR_CHARACTERS = 1024;

/** Reads `limit` and `cursor`. */
export function readPage(c: Incoming): Result<PageRequest, HttpRefusal> {
  const limit = readInteger(c, "limit", 1, MAX_PAGE);
  if (!limit.ok) return limit;
  const cursor = c.req.query("cursor");
  if (cursor !== undefined && (cursor === "" || cursor.length > MAX_CURSOR_CHARACTERS)) {
    return err({ code: "HTTP_CURSOR", got: cursor.slice(0, 64) });
  }
  return ok({ limit: limit.value ?? DEFAULT_PAGE, ...(cursor !== undefined && { cursor }) });
}

/** Reads a whole number from the query; `undefined` where it is not given. */
export function readInteger(
  c: Incoming,
  name: string,
  min: number,
  max: number,
): Result<number | undefined, HttpRefusal> {
  const text = c.req.query(name);
  if (text === undefined) return ok(undefined);
  const value = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return ok(value);
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want: `${min} … ${max}` });
}

/** Reads a parameter that is one of a few words. */
export function readWord<W extends string>(
  c: Incoming,
  name: string,
  words: readonly W[],
): Result<W | undefined, HttpRefusal> {
  const text = c.req.query(name);
  if (text === undefined) return ok(undefined);
  const word = words.find((each) => each === text);
  if (word !== undefined) return ok(word);
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want: words.join(" | ") });
}

/** The `Link` field to the next page: this request again, with that cursor. */
export function nextLink(c: Incoming, next: string | undefined): Record<string, string> {
  if (next === undefined) return {};
  const url = new URL(c.req.url);
  url.searchParams.set("cursor", next);
  return { Link: `<${url.pathname}${url.search}>; rel="next"` };
}

/** A page as lists answer it. */
export function pageOf<T>(
  items: readonly T[],
  next: string | undefined,
): { readonly items: readonly T[]; readonly next?: string } {
  return { items, ...nextOf(next) };
}

/** What a page says of the next one. */
export function nextOf(next: string | undefined): { readonly next?: string } {
  return next === undefined ? {} : { next };
}
