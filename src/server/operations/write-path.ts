import { SMALL_BYTES } from "../bodies/read.ts";
import { PRIVATE } from "../http/answer.ts";
import { type HotAnswer, type HotRequest, headerOf } from "../http/hot.ts";
import { hotAnswerOf } from "../http/text-answer.ts";
import { COMMON_HEADERS } from "../methods.ts";
import type { AnyRefusal, Problems } from "../problem/index.ts";
import type { Admission } from "../rate/index.ts";
import type { Services } from "../services.ts";
import { MANY, ONE, type Submissions, type Submitted } from "./submit.ts";

/** Takes the body of a request, which is still to come. Never rejects. */
export type TakeBody = (body: Uint8Array) => Promise<HotAnswer>;

/** `undefined` leaves the request to `fetch`, which answers the same. */
export type WritePath = (request: HotRequest) => TakeBody | undefined;

/** What the write path needs beside the submissions. */
export type WritePathParts = {
  readonly submissions: Submissions;
  readonly admission: Admission;
  readonly problems: Problems;
  readonly refusalOfError: (error: unknown, about: { method: string; path: string }) => AnyRefusal;
};

const PATH = "/v1/operations";
const METHOD = "POST";
const DIGITS = /^\d{1,6}$/;

/**
 * `POST /v1/operations` with a small body, without a `Request`, a router and a `Response`, which together cost as much as all else
 * that a single operation needs. Larger ones are read within a budget, and the rest costs little of them.
 */
export function createWritePath(
  { submissions, admission, problems, refusalOfError }: WritePathParts,
  { metrics, log }: Pick<Services, "metrics" | "log">,
): WritePath {
  const refused = async (
    fields: HotRequest["rawHeaders"],
    refusal: AnyRefusal,
    status?: 409 | 422,
  ): Promise<HotAnswer> => {
    const accept = headerOf(fields, "accept");
    const language = headerOf(fields, "accept-language");
    const headers = {
      ...(accept !== undefined && { Accept: accept }),
      ...(language !== undefined && { "Accept-Language": language }),
    };
    // Its address stands in the page for people, and is not looked up.
    const request = new Request(`http://localhost${PATH}`, { method: METHOD, headers });
    return hotAnswerOf(problems.plain(request, refusal, status));
  };

  const answerOf = async (
    fields: HotRequest["rawHeaders"],
    submit: () => Promise<Submitted>,
  ): Promise<HotAnswer> => {
    try {
      const submitted = await submit();
      if (submitted.ok) return accepted(submitted.value);
      return await refused(fields, submitted.error.refusal, submitted.error.status);
    } catch (error) {
      return refused(fields, refusalOfError(error, { method: METHOD, path: PATH }));
    }
  };

  return ({ method, url, rawHeaders, socket }) => {
    if (method !== METHOD || url !== PATH) return undefined;
    const type = headerOf(rawHeaders, "content-type");
    if (type !== ONE && type !== MANY) return undefined;
    const length = headerOf(rawHeaders, "content-length") ?? "";
    if (!DIGITS.test(length) || Number(length) > SMALL_BYTES) return undefined;
    if (headerOf(rawHeaders, "prefer") !== undefined) return undefined;
    if (admission.wait(socket, headerOf(rawHeaders, "x-forwarded-for")) > 0) return undefined;
    const begun = performance.now();
    return async (body) => {
      const answer = await answerOf(rawHeaders, () =>
        type === ONE ? submissions.one(body) : submissions.many(body),
      );
      metrics.request(PATH, answer.status, performance.now() - begun);
      log.info("request", { method: METHOD, route: PATH, status: answer.status });
      return answer;
    };
  };
}

const HEAD = [...COMMON_HEADERS, "Content-Type", "application/json", "Cache-Control", PRIVATE];

function accepted(value: object): HotAnswer {
  const body = Buffer.from(JSON.stringify(value)).toString("latin1");
  return { status: 200, headers: [...HEAD, "Content-Length", String(body.length)], body };
}
