import { SMALL_BYTES } from "../bodies/read.ts";
import { PRIVATE } from "../http/answer.ts";
import { type HotAnswer, type HotRequest, headerOf } from "../http/hot.ts";
import { byteTextOf } from "../http/json-bytes.ts";
import { hotAnswerOf } from "../http/text-answer.ts";
import { COMMON_HEADERS } from "../methods.ts";
import type { AnyRefusal, Problems } from "../problem/index.ts";
import type { Admission } from "../rate/index.ts";
import type { Services } from "../services.ts";
import { MANY, ONE, type Submissions, type Submitted } from "./submit.ts";

/** Takes the body of a request, which is still to come. Never rejects. */
export type TakeBody = (body: Uint8Array) => Promise<HotAnswer>;

/** An answer is one that no body would change. `undefined` leaves the request to `fetch`, which answers the same. */
export type WritePath = (request: HotRequest) => TakeBody | Promise<HotAnswer> | undefined;

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
const BUSY_STATUS = 503;

/** Answers that are kept, and characters of what they are told apart by. */
const MAX_MADE = 256;
const MAX_MADE_NAME = 256;

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

  /** In overload most answers are these few: each is made once, for making it costs ten times what giving it does. */
  const made = new Map<string, Promise<HotAnswer>>();
  const busy = (fields: HotRequest["rawHeaders"], refusal: AnyRefusal): Promise<HotAnswer> => {
    const asked = [headerOf(fields, "accept"), headerOf(fields, "accept-language")];
    const name = JSON.stringify([refusal, ...asked]);
    const known = made.get(name);
    if (known !== undefined) return known;
    const answer = refused(fields, refusal);
    if (made.size < MAX_MADE && name.length <= MAX_MADE_NAME) made.set(name, answer);
    return answer;
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
    const full = submissions.full();
    if (full !== undefined) {
      // A line in the log for each would cost more than refusing it.
      metrics.request(PATH, BUSY_STATUS, 0);
      return busy(rawHeaders, full);
    }
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
  const body = byteTextOf(JSON.stringify(value));
  return { status: 200, headers: [...HEAD, "Content-Length", String(body.length)], body };
}
