import { ancestorsOf, type Code, codeKey, parseCode } from "../../core/index.ts";
import { answer } from "../http/answer.ts";
import type { App, AppContext, Services } from "../services.ts";
import type { CommittedState } from "../state.ts";
import { PROOF_TYPE } from "./proof.ts";

/**
 * Where the ledger is served that a code lives in, if something strictly above it is delegated. Whether the code was ever
 * issued, only that ledger knows.
 */
export function elsewhere(
  { remembered }: Pick<CommittedState, "remembered">,
  code: Code,
): string | undefined {
  for (const above of ancestorsOf(code)) {
    const url = remembered.get(codeKey(above))?.delegation?.url;
    if (url !== undefined) return url;
  }
  return undefined;
}

/** 307 to the same path and query at the node that answers for it. */
export function sendElsewhere(c: AppContext, url: string): Response {
  const { pathname, search } = new URL(c.req.url);
  // In the spelling of URLs: a header holds ASCII only.
  const there = URL.canParse(url) ? new URL(url).href : encodeURI(url);
  const headers = {
    Location: there.replace(/\/+$/, "") + pathname + search,
    // A delegation can end.
    "Cache-Control": "no-cache",
  };
  return new Response(null, { status: 307, headers });
}

/** The answer for a code that lives in another ledger, which is served at `url`: the way there, or what it proves. */
export async function answerElsewhere(
  { follower, otherNodes, problem }: Services,
  c: AppContext,
  code: Code,
  url: string,
): Promise<Response> {
  if (c.req.query("follow") !== "1" || otherNodes === undefined) return sendElsewhere(c, url);
  if (c.req.query("at") !== undefined || c.req.query("known") !== undefined) {
    const want = "left out with at and known: what is proved is the present";
    return problem(c, { code: "HTTP_PARAMETER", name: "follow", got: "1", want });
  }
  const followed = await follower.chain(code);
  if (followed === undefined) return sendElsewhere(c, url);
  if (!followed.ok) return problem(c, followed.error);
  return answer(c, followed.value, { type: PROOF_TYPE });
}

/** What a record of another ledger is asked for; its proof is this ledger's own answer in any case. */
const PARTS: readonly string[] = ["history", "children", "keys", "seals", "plates"];

/** Sends `GET /v1/codes/<code>` and its parts to the ledger that the code lives in; children go with what is below. */
export function mountElsewhere(app: App, services: Services): void {
  const { state } = services;
  app.get("/v1/codes/:code", async (c, next) => {
    const code = parseCode(c.req.param("code"));
    const url = code.ok ? elsewhere(state, code.value) : undefined;
    if (!code.ok || url === undefined) return next();
    return answerElsewhere(services, c, code.value, url);
  });
  app.get("/v1/codes/:code/:part", async (c, next) => {
    const part = c.req.param("part");
    // The pages of a history that are asked of this ledger's log.
    const isOfThisLog = part === "history" && c.req.query("cursor") && c.req.query("proof") === "1";
    if (!PARTS.includes(part) || isOfThisLog) return next();
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return next();
    const url =
      (part === "children" ? delegationOf(code.value) : undefined) ?? elsewhere(state, code.value);
    return url === undefined ? next() : sendElsewhere(c, url);
  });

  function delegationOf(code: Code): string | undefined {
    return state.remembered.get(codeKey(code))?.delegation?.url;
  }
}
