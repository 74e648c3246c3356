import { REVALIDATE } from "./http/answer.ts";
import { isNoneMatch } from "./http/etag.ts";
import type { ByteText } from "./http/json-bytes.ts";
import { COMMON_HEADERS } from "./methods.ts";
import type { Metrics } from "./ops/index.ts";
import type { Admission } from "./rate/index.ts";
import type { RecordAnswers } from "./registry/index.ts";

/** A request as far as the hottest reads need it; node's `IncomingMessage` is one. */
export type HotRequest = {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names and values in turn: node builds `headers` out of them only when it is asked, and we ask for two at most. */
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export type HotAnswer = {
  readonly status: 200 | 304;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: string[];
  /** To be written as `latin1`. */
  readonly body: ByteText | undefined;
};

/** `undefined` leaves the request to `fetch`, which answers the same. */
export type HotPath = (request: HotRequest) => HotAnswer | undefined;

const PREFIX = "/v1/codes/";

/**
 * `GET /v1/codes/<code>` without a `Request`, a router and a `Response`, which together cost more than the answer. Only plain
 * hits come this way: a query, another method, an unknown or misspelt code take the long one.
 */
export function createHotPath(
  answers: RecordAnswers,
  admission: Admission,
  metrics: Metrics,
): HotPath {
  return ({ method, url, rawHeaders, socket }) => {
    if (method !== "GET" || url === undefined || !url.startsWith(PREFIX)) return undefined;
    const code = codeIn(url);
    const answer = code === undefined ? undefined : answers.get(code);
    if (answer === undefined) return undefined;
    if (admission.wait(socket, headerOf(rawHeaders, "x-forwarded-for")) > 0) return undefined;
    metrics.hot();
    const { body, etag } = answer;
    if (isNoneMatch(headerOf(rawHeaders, "if-none-match"), etag)) {
      return {
        status: 304,
        headers: [...HEAD, "ETag", etag],
        body: undefined,
      };
    }
    return {
      status: 200,
      headers: [
        ...HEAD,
        "ETag",
        etag,
        "Content-Type",
        "application/json",
        "Content-Length",
        String(body.length),
      ],
      body,
    };
  };
}

const HEAD = [...COMMON_HEADERS, "Cache-Control", REVALIDATE];

/** The code of a bare `/v1/codes/<code>`; `undefined` where anything follows it. */
function codeIn(url: string): string | undefined {
  const segment = url.slice(PREFIX.length);
  if (segment.includes("?") || segment.includes("/") || segment.includes("#")) return undefined;
  if (!segment.includes("%")) return segment;
  const code = segment.replaceAll("%2F", "/");
  return code.includes("%") ? undefined : code;
}

function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const each = rawHeaders[i] ?? "";
    if (each.length !== name.length || each.toLowerCase() !== name) continue;
    found = found === undefined ? rawHeaders[i + 1] : `${found}, ${rawHeaders[i + 1]}`;
  }
  return found;
}
