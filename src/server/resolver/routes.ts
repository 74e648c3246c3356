import { type Code, codeKey, isoDate, MIN_SEAL_DIGITS } from "../../core/index.ts";
import { readCode } from "../../text/index.ts";
import { bestType } from "../http/accept.ts";
import { answer, answerJson } from "../http/answer.ts";
import { etagOf, isNoneMatch } from "../http/etag.ts";
import { readInteger } from "../http/page.ts";
import { asksLanguage, inLanguage, languageOf, pageResponse } from "../pages/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { answerElsewhere, elsewhere, sendElsewhere } from "../registry/elsewhere.ts";
import { type Moment, readMoment } from "../registry/moment.ts";
import { momentJson } from "../registry/moment-json.ts";
import { valuesOn } from "../registry/on-day.ts";
import { answerProof, PROOF_TYPE } from "../registry/proof.ts";
import type { App, AppContext, Services } from "../services.ts";
import { mountAliases } from "./aliases.ts";
import { bestLinks, knownLinkTypes } from "./choose.ts";
import type { CodePages } from "./code-pages.ts";
import { didDocument } from "./did.ts";
import { DEFAULT_REL, type LinksOf, linksUpwards, usableLinks } from "./links.ts";
import { linkset } from "./linkset.ts";
import { type Resolution, resolve } from "./outcome.ts";
import { readCodePath } from "./path.ts";

type ResolverType =
  | "text/html"
  | "application/json"
  | "application/linkset+json"
  | "application/did+json"
  | typeof PROOF_TYPE;

/** What a code can be answered as. */
export const RESOLVER_TYPES: readonly ResolverType[] = [
  "text/html",
  "application/json",
  "application/linkset+json",
  "application/did+json",
  PROOF_TYPE,
];

/** A record that was asked for, as of a moment where one was named. */
type Visit = Extract<Resolution, { kind: "record" }> & { readonly moment: Moment | undefined };

/** The link type that means all of them. */
const LINKSET = "linkset";

/** `GET /<code>`: from a plate in the street to the page, record, links, keys or proof behind it. */
export function mountResolver(app: App, services: Services, pages: CodePages): void {
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
    const isProof = bestType(c.req.header("Accept"), RESOLVER_TYPES) === PROOF_TYPE;
    if (other !== undefined && (!isProof || c.req.query("follow") === "1")) {
      return answerElsewhere(services, c, code, other);
    }
    return path.wants === "did" ? answerDidOf(c, code) : answerCode(c, code);
  });

  async function answerCode(c: AppContext, code: Code): Promise<Response> {
    const type = bestType(c.req.header("Accept"), RESOLVER_TYPES);
    // A proof is an answer for every code: that it was never issued is one.
    if (type === PROOF_TYPE) return answerProof(services, c, codeKey(code), true);
    const moment = readMoment(c, ledger, isoDate(clock()));
    if (!moment.ok) return problem(c, moment.error);
    const resolution = await resolve(services, code, moment.value);
    if (resolution.kind === "none") return problem(c, resolution.refusal);
    const visit: Visit = { ...resolution, moment: moment.value };
    const linkType = c.req.query("linkType");
    if (linkType !== undefined || type === "application/linkset+json") {
      return answerLinks(c, visit, linkType ?? LINKSET);
    }
    if (visit.gone !== undefined && type !== "text/html") return answerGone(c, visit, visit.gone);
    switch (type) {
      case "application/json":
        return answerRecord(c, visit);
      case "application/did+json":
        return answerDid(c, visit);
      case undefined:
        return followDefault(c, visit);
      case "text/html":
        return answerPage(c, visit);
    }
  }

  /** What is no longer in use says who took over, to programs in a header too. */
  function answerGone(c: AppContext, { found }: Visit, refusal: AnyRefusal): Response {
    const response = problem(c, refusal);
    response.headers.append("Link", linksetLink(found.record.code));
    const successors = refusal.code === "RESOLVE_RETIRED" ? refusal.successors : [];
    for (const code of successors) {
      response.headers.append("Link", `</${code}>; rel="successor-version"`);
    }
    return response;
  }

  function answerRecord(c: AppContext, { found, effective, moment }: Visit): Response {
    const at = moment && { effective, ...momentJson(ledger, moment) };
    const headers = linkHeaders(found.record.code);
    return answerJson(c, { ...views.answer(found), ...at }, { headers });
  }

  /** `?linkType=`: all links, or straight to the best of one type. Nobody is led on by what is ended or suspended. */
  async function answerLinks(c: AppContext, visit: Visit, linkType: string): Promise<Response> {
    if (visit.gone !== undefined) return answerGone(c, visit, visit.gone);
    if (visit.effective.status === "suspended") return answerSuspended(c, visit);
    const upwards = await linksOf(visit);
    return linkType === LINKSET
      ? answerLinkset(c, visit, upwards)
      : follow(c, visit, upwards, linkType);
  }

  function answerSuspended(c: AppContext, { found, effective }: Visit): Response {
    const { code: asked } = found.record;
    return problem(c, { code: "RESOLVE_SUSPENDED", asked, because: effective.because });
  }

  async function linksOf({ found: { record }, moment }: Visit): Promise<readonly LinksOf[]> {
    const reader = moment ? await valuesOn(services, record, moment) : state.remembered;
    return linksUpwards(reader, record);
  }

  function answerLinkset(c: AppContext, { found }: Visit, upwards: readonly LinksOf[]): Response {
    const body = JSON.stringify(linkset(upwards, config.publicUrl));
    return answer(c, body, {
      type: "application/linkset+json",
      headers: linkHeaders(found.record.code),
    });
  }

  async function answerDid(c: AppContext, visit: Visit): Promise<Response> {
    if (visit.gone !== undefined) return answerGone(c, visit, visit.gone);
    if (visit.effective.status === "suspended") return answerSuspended(c, visit);
    const document = await didDocument(services, visit.found.record);
    if (document === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    return answer(c, JSON.stringify(document), { type: "application/did+json" });
  }

  async function answerDidOf(c: AppContext, code: Code): Promise<Response> {
    // Keys as they are now: a document of the past would be believed.
    const resolution = await resolve(services, code, undefined);
    if (resolution.kind === "none") return problem(c, resolution.refusal);
    return answerDid(c, { ...resolution, moment: undefined });
  }

  function follow(
    c: AppContext,
    { found }: Visit,
    upwards: readonly LinksOf[],
    linkType: string,
  ): Response {
    const asked = found.record.code;
    const links = bestLinks(upwards, wishOf(c, linkType));
    const [only, ...others] = links;
    if (only === undefined) {
      const known = knownLinkTypes(upwards);
      return problem(c, { code: "RESOLVE_LINK", asked, linkType: linkType.slice(0, 64), known });
    }
    const headers = linkHeaders(asked);
    if (others.length > 0) return answerJson(c, { items: links }, { status: 300, headers });
    return redirect(307, withQuery(only.href, c), headers);
  }

  /** The holder's own default link; the page where there is none, and where nobody should be led on. */
  async function followDefault(c: AppContext, visit: Visit): Promise<Response> {
    const own = usableLinks(visit.found.record).some(({ rel }) => rel === DEFAULT_REL);
    return own && visit.effective.status === "active"
      ? follow(c, visit, await linksOf(visit), DEFAULT_REL)
      : answerPage(c, visit);
  }

  async function answerPage(c: AppContext, visit: Visit): Promise<Response> {
    const childrenFrom = readInteger(c, "children", 0, Number.MAX_SAFE_INTEGER);
    if (!childrenFrom.ok) return problem(c, childrenFrom.error);
    const language = languageOf(c.req.raw);
    const url = new URL(c.req.url);
    const text = await pages.make(visit, {
      language,
      otherLanguage: inLanguage(url, language),
      keepsLanguage: asksLanguage(url),
      childrenFrom: childrenFrom.value ?? 0,
      ...sealAt(c, config.publicUrl),
    });
    if (!text.ok) return problem(c, text.error);
    const ETag = etagOf(text.value);
    const headers = { ...linkHeaders(visit.found.record.code), ETag, "Cache-Control": "no-cache" };
    if (visit.gone !== undefined) return pageResponse(text.value, 410, headers);
    if (isNoneMatch(c.req.header("If-None-Match"), ETag)) {
      return new Response(null, { status: 304, headers });
    }
    return pageResponse(text.value, 200, headers);
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

/** The text on the plate, where the path goes on with what may be a seal. */
function sealAt(c: AppContext, publicUrl: string): { readonly seal?: string } {
  const { pathname } = new URL(c.req.url);
  return SEALED.test(pathname) ? { seal: publicUrl + pathname } : {};
}

const SEALED = new RegExp(`/[0-9]{${MIN_SEAL_DIGITS},}$`);

/** To the one spelling of a path, where another was used; a seal behind the code is left as it is. */
function redirectTo(c: AppContext, canonical: string): Response | undefined {
  const { pathname, search } = new URL(c.req.url);
  const bare = pathname.replace(/^\/25S(?=\/)/, "");
  if (bare === canonical || SEALED.test(bare)) return undefined;
  return redirect(308, canonical + search, {});
}

function redirect(
  status: 307 | 308,
  location: string,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(null, {
    status,
    headers: {
      ...headers,
      Location: location,
      "Cache-Control": "no-cache",
      "Content-Length": "0",
    },
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

export function linkHeaders(code: string): Record<string, string> {
  return { Link: linksetLink(code), Vary: "Accept, Accept-Language" };
}

function linksetLink(code: string): string {
  return `</${code}?linkType=linkset>; rel="linkset"; type="application/linkset+json"`;
}
