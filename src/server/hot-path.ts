import { bestType } from "./http/accept.ts";
import { REVALIDATE } from "./http/answer.ts";
import { isNoneMatch } from "./http/etag.ts";
import type { ByteText } from "./http/json-bytes.ts";
import { COMMON_HEADERS } from "./methods.ts";
import type { Metrics } from "./ops/index.ts";
import type { Admission } from "./rate/index.ts";
import type { RecordAnswers } from "./registry/index.ts";
import { linkHeaders, RESOLVER_TYPES, type Redirects } from "./resolver/index.ts";

/** A request as far as the hottest reads need it; node's `IncomingMessage` is one. */
export type HotRequest = {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names and values in turn: node builds `headers` out of them only when it is asked, and we ask for two at most. */
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export type HotAnswer = {
  readonly status: 200 | 304 | 307;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: string[];
  /** To be written as `latin1`. */
  readonly body: ByteText | undefined;
};

/** `undefined` leaves the request to `fetch`, which answers the same. */
export type HotPath = (request: HotRequest) => HotAnswer | undefined;

/**
 * `GET /v1/codes/<code>`, and `GET /<code>` where it leads on, without a `Request`, a router and a `Response`, which together cost
 * more than the answer. Only plain hits come this way: a query, another method, an unknown or misspelt code take the long one.
 */
export function createHotPath(
  answers: RecordAnswers,
  redirects: Redirects,
  admission: Admission,
  metrics: Metrics,
): HotPath {
  return (request) => {
    const { method, url, rawHeaders, socket } = request;
    if (method !== "GET" || url === undefined) return undefined;
    const answer = url.startsWith(RECORDS)
      ? recordAnswer(answers, url, rawHeaders)
      : url.startsWith(CODES) && redirectAnswer(redirects, url, rawHeaders);
    if (!answer) return undefined;
    if (admission.wait(socket, headerOf(rawHeaders, "x-forwarded-for")) > 0) return undefined;
    metrics.hot();
    return answer;
  };
}

const RECORDS = "/v1/codes/";
const CODES = "/MA";

function recordAnswer(
  answers: RecordAnswers,
  url: string,
  rawHeaders: HotRequest["rawHeaders"],
): HotAnswer | undefined {
  const code = codeIn(url);
  const answer = code === undefined ? undefined : answers.get(code);
  if (answer === undefined) return undefined;
  const { body, etag } = answer;
  if (isNoneMatch(headerOf(rawHeaders, "if-none-match"), etag)) {
    return { status: 304, headers: [...HEAD, "ETag", etag], body: undefined };
  }
  const length = String(body.length);
  return {
    status: 200,
    headers: [...HEAD, "ETag", etag, "Content-Type", "application/json", "Content-Length", length],
    body,
  };
}

/** To where a bare visit is led. Whoever asks for a type gets that. */
function redirectAnswer(
  redirects: Redirects,
  url: string,
  rawHeaders: HotRequest["rawHeaders"],
): HotAnswer | undefined {
  const accept = headerOf(rawHeaders, "accept");
  if (accept !== "*/*" && bestType(accept, RESOLVER_TYPES) !== undefined) return undefined;
  const code = url.slice(1);
  const location = redirects.get(code);
  if (location === undefined) return undefined;
  const { Link = "", Vary = "" } = linkHeaders(code);
  const headers = [
    ...HEAD,
    "Link",
    Link,
    "Vary",
    Vary,
    "Location",
    location,
    "Content-Length",
    "0",
  ];
  return { status: 307, headers, body: undefined };
}

const HEAD = [...COMMON_HEADERS, "Cache-Control", REVALIDATE];

/** The code of a bare `/v1/codes/<code>`; `undefined` where anything follows it. */
function codeIn(url: string): string | undefined {
  const segment = url.slice(RECORDS.length);
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
