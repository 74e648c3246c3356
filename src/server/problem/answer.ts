import { bestType } from "../http/accept.ts";
import { percentDecoded } from "../http/decoded.ts";
import type { AppDependencies, ServerConfig } from "../options.ts";
import {
  asksLanguage,
  inLanguage,
  type Language,
  languageOf,
  PAGE_VARY,
  pageResponse,
  problemMain,
  problemTitle,
  renderPage,
  translated,
} from "../pages/index.ts";
import type { Services } from "../services.ts";
import { type AnyRefusal, type Problem, problemOf, retryAfter } from "./problem.ts";
import { PROBLEM_ZH } from "./words-zh.ts";

/** Answers refusals: a page for who asks for one, else a problem. */
export type Problems = {
  readonly answer: Services["problem"];
  /** The same before the router has made a context. */
  plain(request: Request, refusal: AnyRefusal, status?: Problem["status"]): Response;
};

const TYPES = ["application/problem+json", "application/json", "text/html"] as const;

export function createProblems(
  { publicUrl }: Pick<ServerConfig, "publicUrl">,
  { node, scratch }: Pick<AppDependencies, "node" | "scratch">,
): Problems {
  const plain = (request: Request, refusal: AnyRefusal, status?: Problem["status"]): Response => {
    const problem = problemOf(refusal, publicUrl, status);
    const headers = headersOf(refusal);
    const language = languageOf(request);
    if (bestType(request.headers.get("Accept") ?? undefined, TYPES) !== "text/html") {
      const type = { "Content-Type": "application/problem+json", Vary: PAGE_VARY };
      return new Response(JSON.stringify(problemIn(problem, language)), {
        status: problem.status,
        headers: { ...headers, ...type, "Content-Language": language },
      });
    }
    return pageResponse(pageOf(request, problem, language), problem.status, headers);
  };

  const pageOf = (request: Request, problem: Problem, language: Language): string => {
    const url = new URL(request.url);
    return renderPage(
      {
        title: problemTitle(problem, language),
        language,
        otherLanguage: inLanguage(url, language),
        keepsLanguage: asksLanguage(url),
        isDemonstration: node.demonstration === true,
        isScratch: scratch !== undefined,
      },
      problemMain(problem, language, percentDecoded(url.pathname.slice(1))),
    );
  };

  return { plain, answer: (c, refusal, status) => plain(c.req.raw, refusal, status) };
}

/** Code and facts are the same in every language. */
function problemIn(problem: Problem, language: Language): Problem {
  const said = (english: string): string => translated(english, language, PROBLEM_ZH);
  return { ...problem, title: said(problem.title), remedy: said(problem.remedy) };
}

function headersOf(refusal: AnyRefusal): Record<string, string> {
  const seconds = retryAfter(refusal);
  return {
    "Cache-Control": "no-store",
    ...(seconds !== undefined && { "Retry-After": String(seconds) }),
    ...(refusal.code === "HTTP_METHOD" && { Allow: refusal.allow }),
    ...(refusal.code.startsWith("HTTP_SIGNATURE") && { "WWW-Authenticate": "Signature" }),
  };
}
