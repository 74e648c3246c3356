/** Facts of a refusal as they travel: flat, bytes as hex. */
export type Facts = { readonly [name: string]: unknown };

/**
 * The node answered that it will not: a problem of RFC 9457 with our code. `code` is stable and listed in docs/errors.md;
 * texts may change at any time.
 */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly facts: Facts;
  readonly remedy: string;
  constructor(status: number, problem: ProblemBody) {
    super(`${problem.code}: ${problem.title}`);
    this.status = status;
    this.code = problem.code;
    this.title = problem.title;
    this.facts = problem.facts;
    this.remedy = problem.remedy;
  }
}

/** What was asked for is not here but there, as in a ledger that the code was delegated to: nobody was asked there. */
export class Elsewhere extends Error {
  override readonly name = "Elsewhere";
  readonly location: string;
  constructor(location: string) {
    super(`it is at ${location}`);
    this.location = location;
  }
}

/** No answer came: no connection, or one that broke. What was sent may or may not have arrived. */
export class NodeUnreachable extends Error {
  override readonly name = "NodeUnreachable";
  readonly url: string;
  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}`, { cause });
    this.url = url;
  }
}

/** What the node said does not hold against its own proof. Do not use it. */
export class ProofMismatch extends Error {
  override readonly name = "ProofMismatch";
  readonly what: string;
  readonly refusal: { readonly code: string };
  constructor(what: string, refusal: { readonly code: string }) {
    super(`${what}: ${refusal.code}`);
    this.what = what;
    this.refusal = refusal;
  }
}

export type ProblemBody = {
  readonly code: string;
  readonly title: string;
  readonly facts: Facts;
  readonly remedy: string;
};

/** Reads a problem; whatever is not one (a proxy's page, say) becomes `HTTP_ANSWER` with its status. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  return problemIn(await response.text().catch(() => ""), response);
}

/** The same of a body that has been read. */
export function problemIn(body: string, response: Response): ApiProblem {
  return new ApiProblem(response.status, parseProblem(body) ?? foreign(response));
}

function parseProblem(text: string): ProblemBody | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { code, title, facts, remedy } = value as Partial<Record<keyof ProblemBody, unknown>>;
  if (typeof code !== "string") return undefined;
  return {
    code,
    title: typeof title === "string" ? title : code,
    facts: typeof facts === "object" && facts !== null ? (facts as Facts) : {},
    remedy: typeof remedy === "string" ? remedy : "",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function foreign(response: Response): ProblemBody {
  return {
    code: "HTTP_ANSWER",
    title: `The answer is none of a cityid node: ${response.status} ${response.statusText}`.trim(),
    facts: { status: response.status, url: response.url },
    remedy: "Check that the address is that of a node, and what stands between.",
  };
}
