import type { Result } from "../core/index.ts";
import { SMALL_BYTES } from "./bodies/read.ts";
import type { PagePath } from "./hot-path.ts";
import { type HotAnswer, type HotRequest, headerOf } from "./http/hot.ts";
import { type Incoming, incomingOf } from "./http/incoming.ts";
import { type Answered, hotAnswerOf } from "./http/text-answer.ts";
import { MAX_TARGET_CHARACTERS } from "./limits.ts";
import type { WritePath, WritePathParts } from "./operations/index.ts";
import type { AnyRefusal } from "./problem/index.ts";
import type { Services } from "./services.ts";

/** A route that can be answered without a `Request`, a router and a `Response`, and answers the same with them. */
export type ShortRoute = {
  readonly method: string;
  /** As the router has it: a part that begins with a colon names what stands there. */
  readonly path: string;
  readonly hasBody: boolean;
  /** What was answered before and would be again, if that is kept; whoever gets it is noted. */
  kept?(c: Incoming): HotAnswer | undefined;
  /** What is refused the long way refuses once more, where there was no body. */
  answer(c: Incoming, body: Uint8Array): Promise<Result<Answered, AnyRefusal>>;
};

type Match = { readonly route: ShortRoute; readonly c: Incoming };
type Find = (request: HotRequest, hasBody: boolean) => Match | undefined;

/** What an address may have here; of anything else the long way knows what is meant. */
const PLAIN_TARGET = /^\/[\w\-.~!$&'()*+,;=:@%/?[\]|]*$/;
const DOTS = /\/(?:\.|%2e)|\/\/|%25/i;
const DIGITS = /^\d{1,6}$/;

/** Answers what is asked most of datasets. Whoever signs a request is heard on the long way, which knows under which host. */
export function createShortPaths(
  routes: readonly ShortRoute[],
  { admission, problems, refusalOfError }: Omit<WritePathParts, "submissions">,
  { metrics, log }: Pick<Services, "metrics" | "log">,
): { readonly read: PagePath; readonly write: WritePath } {
  const find = finder(routes);
  const isAdmitted = ({ socket, rawHeaders }: HotRequest): boolean =>
    admission.wait(socket, headerOf(rawHeaders, "x-forwarded-for")) === 0;

  const refused = (c: Incoming, refusal: AnyRefusal): Promise<HotAnswer> => {
    const { method } = c.req;
    const accept = c.req.header("Accept");
    const language = c.req.header("Accept-Language");
    const headers = {
      ...(accept !== undefined && { Accept: accept }),
      ...(language !== undefined && { "Accept-Language": language }),
    };
    const request = new Request(c.req.url, { method, headers });
    return hotAnswerOf(problems.plain(request, refusal));
  };

  return {
    read(request) {
      const found = find(request, false);
      if (found === undefined || !isAdmitted(request)) return undefined;
      const { route, c } = found;
      const begun = performance.now();
      const kept = route.kept?.(c);
      if (kept !== undefined) {
        metrics.request(route.path, kept.status, performance.now() - begun);
        return Promise.resolve(kept);
      }
      return route.answer(c, NO_BODY).then(async (given) => {
        if (!given.ok) return undefined;
        const answer = await hotAnswerOf(given.value);
        metrics.request(route.path, answer.status, performance.now() - begun);
        return answer;
      });
    },
    write(request) {
      const found = find(request, true);
      if (found === undefined) return undefined;
      const length = headerOf(request.rawHeaders, "content-length") ?? "";
      if (!DIGITS.test(length) || Number(length) > SMALL_BYTES) return undefined;
      if (!isAdmitted(request)) return undefined;
      const { route, c } = found;
      const begun = performance.now();
      const answerTo = async (body: Uint8Array): Promise<HotAnswer> => {
        try {
          const given = await route.answer(c, body);
          return await (given.ok ? hotAnswerOf(given.value) : refused(c, given.error));
        } catch (error) {
          const { method, path } = route;
          return refused(c, refusalOfError(error, { method, path }));
        }
      };
      return async (body) => {
        const answer = await answerTo(body);
        metrics.request(route.path, answer.status, performance.now() - begun);
        log.info("request", { method: route.method, route: route.path, status: answer.status });
        return answer;
      };
    },
  };
}

const NO_BODY = new Uint8Array(0);

function finder(routes: readonly ShortRoute[]): Find {
  const known = routes.map((route) => ({ route, parts: route.path.split("/") }));
  return (request, hasBody) => {
    const { method, url, rawHeaders } = request;
    if (url === undefined || url.length > MAX_TARGET_CHARACTERS) return undefined;
    const end = url.indexOf("?");
    const path = end < 0 ? url : url.slice(0, end);
    const given = path.split("/");
    for (const { route, parts } of known) {
      if (route.method !== method || route.hasBody !== hasBody) continue;
      if (parts.length !== given.length) continue;
      const params = paramsOf(parts, given);
      if (params === undefined) continue;
      if (!PLAIN_TARGET.test(url) || DOTS.test(path)) return undefined;
      const isSigned = ["signature", "signature-input"].some(
        (name) => headerOf(rawHeaders, name) !== undefined,
      );
      if (isSigned || headerOf(rawHeaders, "host") === undefined) return undefined;
      return { route, c: incomingOf(request, params) };
    }
    return undefined;
  };
}

/** What stands in the named parts; `undefined` where another path is meant, or a part cannot be read. */
function paramsOf(
  parts: readonly string[],
  given: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const params = new Map<string, string>();
  for (const [i, part] of parts.entries()) {
    const text = given[i] ?? "";
    if (!part.startsWith(":")) {
      if (part !== text) return undefined;
      continue;
    }
    const value = decoded(text);
    if (value === undefined || value === "") return undefined;
    params.set(part.slice(1), value);
  }
  return params;
}

function decoded(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
