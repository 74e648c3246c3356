import { type Code, codeKey, isoDate, present } from "../../core/index.ts";
import { readCode } from "../../text/index.ts";
import { bestType } from "../http/accept.ts";
import { answer, answerJson } from "../http/answer.ts";
import { etagOf, isNoneMatch } from "../http/etag.ts";
import { readInteger } from "../http/page.ts";
import {
  type CodePage,
  codePageMain,
  codePageTitle,
  inLanguage,
  languageOf,
  pageResponse,
  renderPage,
} from "../pages/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { answerElsewhere, elsewhere, sendElsewhere } from "../registry/elsewhere.ts";
import { readHistory } from "../registry/history.ts";
import { type Moment, readMoment } from "../registry/moment.ts";
import { momentJson } from "../registry/moment-json.ts";
import { answerProof, PROOF_TYPE } from "../registry/proof.ts";
import type { App, AppContext, Services } from "../services.ts";
import { mountAliases } from "./aliases.ts";
import { didDocument } from "./did.ts";
import { bestLinks, DEFAULT_REL, knownLinkTypes, linkset } from "./linkset.ts";
import { type Resolution, resolve } from "./outcome.ts";
import { readCodePath } from "./path.ts";

const TYPES = [
  "text/html",
  "application/json",
  "application/linkset+json",
  "application/did+json",
  PROOF_TYPE,
] as const;

type Found = Extract<Resolution, { kind: "record" }>;

const PAGE_CHILDREN = 20;
const PAGE_HISTORY = 20;

/** `GET /<code>`: from a plate in the street to the page, record, links, keys or proof behind it. */
export function mountResolver(app: App, services: Services): void {
  const { ledger, state, views, clock, config, problem } = services;
  mountAliases(app, services);

  app.get("*", async (c, next) => {
    const path = readCodePath(new URL(c.req.url).pathname);
    if (path === undefined) return next();
    const read = readCode(path.typed);
    if (!read.ok) return problem(c, read.error);
    const code = read.value.code;
    const canonical = path.wants === "did" ? `/${code}/did.json` : `/${code}`;
    const moved = redirectTo(c, canonical);
    if (moved !== undefined) return moved;
    const other = elsewhere(state, code);
    if (other !== undefined && path.wants === "did") return sendElsewhere(c, other);
    // What this ledger itself can prove of such a code, it proves; `follow` asks for more.
    const isProof = bestType(c.req.header("Accept"), TYPES) === PROOF_TYPE;
    if (other !== undefined && (!isProof || c.req.query("follow") === "1")) {
      return answerElsewhere(services, c, code, other);
    }
    return path.wants === "did" ? answerDid(c, code) : answerCode(c, code);
  });

  async function answerCode(c: AppContext, code: Code): Promise<Response> {
    const type = bestType(c.req.header("Accept"), TYPES);
    // A proof is an answer for every code: that it was never issued is one.
    if (type === PROOF_TYPE) return answerProof(services, c, codeKey(code), true);
    const moment = readMoment(c, ledger, isoDate(clock()));
    if (!moment.ok) return problem(c, moment.error);
    const resolution = resolve(services, code, moment.value);
    if (resolution.kind === "none") return problem(c, resolution.refusal);
    const linkType = c.req.query("linkType");
    if (linkType !== undefined && linkType !== "linkset") return follow(c, code, linkType);
    if (linkType === "linkset" || type === "application/linkset+json") return answerLinks(c, code);
    if (resolution.gone !== undefined && type !== "text/html") return problem(c, resolution.gone);
    if (type === "application/json") return answerRecord(c, code, resolution, moment.value);
    if (type === "application/did+json") return answerDid(c, code);
    if (type === undefined) return followDefault(c, code, resolution, moment.value);
    return answerPage(c, code, resolution, moment.value);
  }

  function answerRecord(c: AppContext, code: Code, { found }: Found, moment: Moment | undefined) {
    const at = moment && momentJson(ledger, moment);
    return answerJson(c, { ...views.answer(found), ...at }, { headers: linkHeaders(code) });
  }

  function answerLinks(c: AppContext, code: Code): Response {
    const body = JSON.stringify(linkset(state, code, config.publicUrl));
    return answer(c, body, { type: "application/linkset+json", headers: linkHeaders(code) });
  }

  async function answerDid(c: AppContext, code: Code): Promise<Response> {
    const resolution = resolve(services, code, undefined);
    if (resolution.kind === "none") return problem(c, resolution.refusal);
    if (resolution.gone !== undefined) return problem(c, resolution.gone);
    const document = await didDocument(services, resolution.found.record);
    if (document === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    return answer(c, JSON.stringify(document), { type: "application/did+json" });
  }

  /** `?linkType=`: straight to the best link. */
  function follow(c: AppContext, code: Code, linkType: string): Response {
    const links = bestLinks(state, code, wishOf(c, linkType));
    const [only, ...others] = links;
    if (only === undefined) {
      const known = knownLinkTypes(state, code);
      return problem(c, {
        code: "RESOLVE_LINK",
        asked: code,
        linkType: linkType.slice(0, 64),
        known,
      });
    }
    if (others.length > 0) return answerJson(c, { items: links }, { status: 300 });
    return redirect(307, withQuery(only.href, c), linkHeaders(code));
  }

  function followDefault(c: AppContext, code: Code, found: Found, moment: Moment | undefined) {
    const own = found.found.record.links.some(({ rel }) => rel === DEFAULT_REL);
    return own ? follow(c, code, DEFAULT_REL) : answerPage(c, code, found, moment);
  }

  async function answerPage(
    c: AppContext,
    code: Code,
    { found, effective, gone }: Found,
    moment: Moment | undefined,
  ): Promise<Response> {
    const page = await readPageContent(c, code, { found, effective, moment });
    if (!page.ok) return problem(c, page.error);
    const { language } = page.value;
    const text = renderPage(
      {
        title: `${codePageTitle(page.value)} ${code}`,
        language,
        otherLanguage: inLanguage(new URL(c.req.url), language),
        isDemonstration: services.node.demonstration === true,
      },
      codePageMain(services, page.value),
    );
    const headers = { ...linkHeaders(code), ETag: etagOf(text), "Cache-Control": "no-cache" };
    if (gone !== undefined) return pageResponse(text, 410, headers);
    if (isNoneMatch(c.req.header("If-None-Match"), headers.ETag)) {
      return new Response(null, { status: 304, headers });
    }
    return pageResponse(text, 200, headers);
  }

  async function readPageContent(
    c: AppContext,
    code: Code,
    { found, effective, moment }: Pick<CodePage, "found" | "effective" | "moment">,
  ): Promise<{ ok: true; value: CodePage } | { ok: false; error: AnyRefusal }> {
    const start = readInteger(c, "children", 0, Number.MAX_SAFE_INTEGER);
    if (!start.ok) return start;
    const children = await ledger.children(code, start.value ?? 0, PAGE_CHILDREN);
    const history = readHistory(services, found.record, PAGE_HISTORY);
    if (!history.ok) return history;
    const block = present(ledger.blockOf(found.index), "the block of a record");
    const value = {
      found,
      effective,
      children: children ?? { codes: [], start: 0, count: 0 },
      history: history.value.items,
      recordedMilliseconds: block.timeMilliseconds,
      moment,
      language: languageOf(c.req.raw),
    };
    return { ok: true, value };
  }
}

function wishOf(c: AppContext, linkType: string) {
  return {
    linkType,
    accept: c.req.header("Accept"),
    acceptLanguage: c.req.header("Accept-Language"),
    context: c.req.query("context"),
  };
}

/** To the one spelling of a path, where another was used; a seal behind the code is left as it is. */
function redirectTo(c: AppContext, canonical: string): Response | undefined {
  const { pathname, search } = new URL(c.req.url);
  const bare = pathname.replace(/^\/25S(?=\/)/, "");
  if (bare === canonical || /\/[0-9]{200,}$/.test(bare)) return undefined;
  return redirect(308, canonical + search, {});
}

function redirect(
  status: 307 | 308,
  location: string,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(null, {
    status,
    headers: { ...headers, Location: location, "Cache-Control": "no-cache" },
  });
}

/** The query of the visit goes along, but for what was meant for us. */
function withQuery(href: string, c: AppContext): string {
  const target = new URL(href);
  for (const [name, value] of new URL(c.req.url).searchParams) {
    if (!OURS.has(name)) target.searchParams.append(name, value);
  }
  return target.href;
}

const OURS = new Set(["linkType", "context", "lang", "at", "known", "follow"]);

function linkHeaders(code: Code): Record<string, string> {
  return {
    Link: `</${code}?linkType=linkset>; rel="linkset"; type="application/linkset+json"`,
    Vary: "Accept, Accept-Language",
  };
}
