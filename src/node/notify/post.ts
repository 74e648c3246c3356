import {
  type Agent,
  Agent as AgentHttp,
  type RequestOptions,
  request as requestHttp,
} from "node:http";
import { Agent as AgentHttps, request as requestHttps } from "node:https";
import { MAX_NOTIFY_ANSWER_BYTES, type NotifyMessage } from "../../server/index.ts";
import { pinnedTo } from "../follow/pinned-address.ts";

export type Outcome = "taken" | "refused" | "failed";

/** What a receiver answers that will not take this notification, however often it comes. */
const REFUSALS: readonly number[] = [400, 413, 415, 422];

const IDLE_MILLISECONDS = 4000;
const MAX_FREE = 256;

export type Posting = (
  url: URL,
  address: string,
  message: NotifyMessage,
  signal: AbortSignal,
) => Promise<Outcome>;

/** Posts to addresses that were looked at. A connection is used again for the same address alone, whatever a name says by then. */
export function createPosting(certificate: string | undefined): Posting {
  const options = { keepAlive: true, timeout: IDLE_MILLISECONDS, maxFreeSockets: MAX_FREE };
  const agents = {
    "https:": pinned(new AgentHttps(options)),
    "http:": pinned(new AgentHttp(options)),
  };
  return (url, address, message, signal) => {
    const agent = url.protocol === "https:" ? agents["https:"] : agents["http:"];
    return post({ url, address, agent, signal, certificate }, message, true);
  };
}

/** By the name of a connection an agent finds one that is free. */
function pinned<T extends Agent>(agent: T): T {
  const getName = agent.getName.bind(agent);
  agent.getName = (options) =>
    `${getName(options)} ${String(Reflect.get(options ?? {}, "pinned"))}`;
  return agent;
}

type To = {
  readonly url: URL;
  readonly address: string;
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly certificate: string | undefined;
};

function post(to: To, message: NotifyMessage, mayTryAgain: boolean): Promise<Outcome> {
  const { url, address, agent, signal, certificate } = to;
  const bytes = Buffer.from(JSON.stringify(message.body));
  const options: RequestOptions & { readonly ca?: string; readonly pinned: string } = {
    method: "POST",
    ...{ agent, pinned: address, lookup: pinnedTo(address) },
    headers: { ...message.fields, "Content-Length": bytes.length, "User-Agent": "cityid" },
    ...(certificate !== undefined && { ca: certificate }),
  };
  return new Promise((resolve) => {
    if (signal.aborted) return resolve("failed");
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options);
    const abort = () => request.destroy();
    signal.addEventListener("abort", abort, { once: true });
    let isAnswered = false;
    request.once("response", (response) => {
      isAnswered = true;
      let left = MAX_NOTIFY_ANSWER_BYTES;
      response.on("data", (part: Uint8Array) => {
        left -= part.length;
        if (left < 0) request.destroy();
      });
      const done = () => resolve(outcomeOf(response.statusCode ?? 0));
      // Whatever comes first: an answer that is too long has no end.
      response.once("end", done).once("close", done);
      response.on("error", done);
    });
    request.on("error", () => {
      // The receiver closed a connection that waited, just when it was needed again.
      const isStale = request.reusedSocket && mayTryAgain && !signal.aborted;
      if (isStale) isAnswered = true;
      resolve(isStale ? post(to, message, false) : "failed");
    });
    request.once("close", () => {
      signal.removeEventListener("abort", abort);
      // An answer has its own end, which may come after this.
      if (!isAnswered) resolve("failed");
    });
    request.end(bytes);
  });
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return "taken";
  return REFUSALS.includes(status) ? "refused" : "failed";
}
