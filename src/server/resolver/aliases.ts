import { codeFromUic, codeKey } from "../../core/index.ts";
import type { AliasPage, AliasQuery } from "../../ledger/index.ts";
import { answerItems } from "../http/answer.ts";
import { nextLink, nextOf, readPage } from "../http/page.ts";
import type { App, AppContext, Services } from "../services.ts";

const SCHEME = /^[a-z0-9-]{1,32}$/;

/** `GET /alias/<scheme>/<value>`, `GET /uic/<21 digits>`: from the numbers that things already have to their codes. */
export function mountAliases(app: App, { ledger, state, views, problem }: Services): void {
  app.get("/alias/:scheme/:value{.+}", async (c) => {
    const { scheme, value } = c.req.param();
    return toCodes(c, scheme, value);
  });

  app.get("/uic/:digits", async (c) => {
    const uic = c.req.param("digits");
    const code = codeFromUic(uic);
    if (!code.ok) return problem(c, code.error);
    const isIssued = state.get(codeKey(code.value)) !== undefined;
    return isIssued ? toCode(c, code.value) : toCodes(c, "uic", uic);
  });

  async function toCodes(c: AppContext, scheme: string, value: string): Promise<Response> {
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const division = c.req.query("city");
    const query = { scheme, value, ...page.value, ...(division !== undefined && { division }) };
    const { codes, cursor: next } = isAlias(query) ? await ledger.aliases(query) : NONE;
    const [first] = codes;
    if (first === undefined) return problem(c, { code: "RESOLVE_ALIAS", scheme, value });
    // What stands alone on a page is the only one if there is no other page.
    const isOnly = codes.length === 1 && next === undefined && page.value.cursor === undefined;
    if (isOnly) return toCode(c, first);
    const headers = nextLink(c, next);
    return answerItems(c, views.summaries(codes), nextOf(next), { status: 300, headers });
  }
}

const NONE: AliasPage = { codes: [] };

/** Whether there can be such an alias. */
function isAlias({ scheme, value }: Pick<AliasQuery, "scheme" | "value">): boolean {
  return SCHEME.test(scheme) && value.length <= 512;
}

function toCode(c: AppContext, code: string): Response {
  return new Response(null, {
    status: 307,
    headers: { Location: `/${code}${queryOf(c)}`, "Cache-Control": "no-cache" },
  });
}

/** The query of the visit without what was meant for the alias. */
function queryOf(c: AppContext): string {
  const query = new URL(c.req.url).searchParams;
  for (const name of ["city", "limit", "cursor"]) query.delete(name);
  return query.size === 0 ? "" : `?${query}`;
}
