import { bestType } from "./http/accept.ts";
import { REVALIDATE } from "./http/answer.ts";
import { isNoneMatch } from "./http/etag.ts";
import { type HotAnswer, type HotRequest, headerOf } from "./http/hot.ts";
import { COMMON_HEADERS } from "./methods.ts";
import type { Metrics } from "./ops/index.ts";
import { type Language, PAGE_HEADERS, preferredLanguage } from "./pages/index.ts";
import type { Admission } from "./rate/index.ts";
import type { RecordAnswers, RenderedAnswer } from "./registry/index.ts";
import { type CodePages, linkHeaders, RESOLVER_TYPES, type Redirects } from "./resolver/index.ts";

/** `undefined` leaves the request to `fetch`, which answers the same. */
export type HotPath = (request: HotRequest) => HotAnswer | undefined;

/** Makes what `HotPath` has not: a promise of `undefined` leaves the request to `fetch` too. */
export type PagePath = (request: HotRequest) => Promise<HotAnswer | undefined> | undefined;

/** What is kept for it. */
export type HotAnswers = {
  readonly answers: RecordAnswers;
  readonly redirects: Redirects;
  readonly pages: CodePages;
};

/**
 * `GET /v1/codes/<code>`, and `GET /<code>` where it leads on or its page was made before, without a `Request`, a router and a
 * `Response`, which together cost more than the answer. Only plain hits come this way: a query, another method, an unknown or misspelt
 * code take the long one.
 */
export function createHotPath(
  { answers, redirects, pages }: HotAnswers,
  admission: Admission,
  metrics: Metrics,
): HotPath {
  const answerTo = (url: string, fields: HotRequest["rawHeaders"]): HotAnswer | undefined => {
    if (url.startsWith(RECORDS)) return recordAnswer(answers, url, fields);
    if (!url.startsWith(CODES)) return undefined;
    const accept = headerOf(fields, "accept");
    switch (accept === "*/*" ? undefined : bestType(accept, RESOLVER_TYPES)) {
      case undefined:
        return redirectAnswer(redirects, url.slice(1));
      case "text/html":
        return pageAnswer(pages, url.slice(1), fields);
      default:
        return undefined;
    }
  };
  return ({ method, url, rawHeaders, socket }) => {
    if (method !== "GET" || url === undefined) return undefined;
    const answer = answerTo(url, rawHeaders);
    if (answer === undefined) return undefined;
    if (admission.wait(socket, headerOf(rawHeaders, "x-forwarded-for")) > 0) return undefined;
    metrics.hot();
    return answer;
  };
}

/** A code page that was not made before, or that shows what changes unnoticed: made anew, the short way all the same. */
export function createPagePath(pages: CodePages, admission: Admission, metrics: Metrics): PagePath {
  return ({ method, url, rawHeaders, socket }) => {
    if (method !== "GET" || url === undefined || !url.startsWith(CODES)) return undefined;
    if (bestType(headerOf(rawHeaders, "accept"), RESOLVER_TYPES) !== "text/html") return undefined;
    const code = url.slice(1);
    const make = pages.plain(code, languageIn(rawHeaders));
    if (make === undefined) return undefined;
    if (admission.wait(socket, headerOf(rawHeaders, "x-forwarded-for")) > 0) return undefined;
    return make().then((made) => {
      if (made === undefined) return undefined;
      metrics.hot();
      return keptAnswer(made, headOf(code), PAGE_BODY, rawHeaders);
    });
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
  return answer && keptAnswer(answer, HEAD, RECORD_BODY, rawHeaders);
}

/** An answer that was made before, or 304 where the client has it. */
function keptAnswer(
  { body, etag }: RenderedAnswer,
  head: readonly string[],
  ofBody: readonly string[],
  rawHeaders: HotRequest["rawHeaders"],
): HotAnswer {
  if (isNoneMatch(headerOf(rawHeaders, "if-none-match"), etag)) {
    return { status: 304, headers: [...head, "ETag", etag], body: undefined };
  }
  const length = String(body.length);
  return {
    status: 200,
    headers: [...head, "ETag", etag, ...ofBody, "Content-Length", length],
    body,
  };
}

function pageAnswer(
  pages: CodePages,
  code: string,
  rawHeaders: HotRequest["rawHeaders"],
): HotAnswer | undefined {
  const page = pages.kept(code, languageIn(rawHeaders));
  return page && keptAnswer(page, headOf(code), PAGE_BODY, rawHeaders);
}

function languageIn(rawHeaders: HotRequest["rawHeaders"]): Language {
  return preferredLanguage(headerOf(rawHeaders, "accept-language"));
}

/** To where a bare visit is led. Whoever asks for a type gets that. */
function redirectAnswer(redirects: Redirects, code: string): HotAnswer | undefined {
  const location = redirects.get(code);
  if (location === undefined) return undefined;
  const headers = [...headOf(code), "Location", location, "Content-Length", "0"];
  return { status: 307, headers, body: undefined };
}

/** What stands above everything that a code answers. */
function headOf(code: string): string[] {
  const { Link = "", Vary = "" } = linkHeaders(code);
  return [...HEAD, "Link", Link, "Vary", Vary];
}

const HEAD = [...COMMON_HEADERS, "Cache-Control", REVALIDATE];
const RECORD_BODY = ["Content-Type", "application/json"];
const PAGE_BODY = Object.entries(PAGE_HEADERS).flat();

/** The code of a bare `/v1/codes/<code>`; `undefined` where anything follows it. */
function codeIn(url: string): string | undefined {
  const segment = url.slice(RECORDS.length);
  if (segment.includes("?") || segment.includes("/") || segment.includes("#")) return undefined;
  if (!segment.includes("%")) return segment;
  const code = segment.replaceAll("%2F", "/");
  return code.includes("%") ? undefined : code;
}
