import { codeFromUic, codeKey } from "../../core/index.ts";
import { answerItems } from "../http/answer.ts";
import type { App, AppContext, Services } from "../services.ts";

const SCHEME = /^[a-z0-9-]{1,32}$/;

/** `GET /alias/<scheme>/<value>`, `GET /uic/<21 digits>`: from the numbers that things already have to their codes. */
export function mountAliases(app: App, { ledger, state, views, problem }: Services): void {
  app.get("/alias/:scheme/:value{.+}", async (c) => {
    const { scheme, value } = c.req.param();
    return toCodes(c, scheme, value, await find(c, scheme, value));
  });

  app.get("/uic/:digits", async (c) => {
    const uic = c.req.param("digits");
    const code = codeFromUic(uic);
    if (!code.ok) return problem(c, code.error);
    const isIssued = state.get(codeKey(code.value)) !== undefined;
    return toCodes(c, "uic", uic, isIssued ? [code.value] : await find(c, "uic", uic));
  });

  async function find(c: AppContext, scheme: string, value: string): Promise<readonly string[]> {
    if (!SCHEME.test(scheme) || value.length > 512) return [];
    return ledger.aliases(scheme, value, c.req.query("city"));
  }

  function toCodes(
    c: AppContext,
    scheme: string,
    value: string,
    codes: readonly string[],
  ): Response {
    const [only, ...others] = codes;
    if (only === undefined) return problem(c, { code: "RESOLVE_ALIAS", scheme, value });
    if (others.length === 0) {
      return new Response(null, {
        status: 307,
        headers: { Location: `/${only}${queryOf(c)}`, "Cache-Control": "no-cache" },
      });
    }
    return answerItems(c, views.summaries(codes), {}, { status: 300 });
  }
}

/** The query of the visit without what was meant for the alias. */
function queryOf(c: AppContext): string {
  const query = new URL(c.req.url).searchParams;
  query.delete("city");
  return query.size === 0 ? "" : `?${query}`;
}
