import { ancestorsOf, type Code, codeKey, parseCode } from "../../core/index.ts";
import type { App, AppContext, Services } from "../services.ts";
import type { CommittedState } from "../state.ts";

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

/** What a record of another ledger is asked for; its proof is this ledger's own answer in any case. */
const PARTS: readonly string[] = ["history", "children", "keys", "seals"];

/** Sends `GET /v1/codes/<code>` and its parts to the ledger that the code lives in; children go with what is below. */
export function mountElsewhere(app: App, { state }: Services): void {
  app.get("/v1/codes/:code", async (c, next) => {
    const url = elsewhereOf(c.req.param("code"), false);
    return url === undefined ? next() : sendElsewhere(c, url);
  });
  app.get("/v1/codes/:code/:part", async (c, next) => {
    const part = c.req.param("part");
    if (!PARTS.includes(part)) return next();
    const url = elsewhereOf(c.req.param("code"), part === "children");
    return url === undefined ? next() : sendElsewhere(c, url);
  });

  function elsewhereOf(text: string, below: boolean): string | undefined {
    const code = parseCode(text);
    if (!code.ok) return undefined;
    const own = below ? state.remembered.get(codeKey(code.value))?.delegation?.url : undefined;
    return own ?? elsewhere(state, code.value);
  }
}
