import { type AccessAction, err, fromUtf8, ok, type Result } from "../../core/index.ts";
import { readBody } from "../bodies/read.ts";
import { weightOfType } from "../http/accept.ts";
import { PRIVATE } from "../http/answer.ts";
import type { Incoming } from "../http/incoming.ts";
import type { ByteText } from "../http/json-bytes.ts";
import { type Answered, responseOf, TextAnswer } from "../http/text-answer.ts";
import { MAX_BULK_BYTES } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, Services } from "../services.ts";
import type { ShortRoute } from "../short-path.ts";
import type { Contexts, TermContext } from "./contexts.ts";
import type { EntityMaps } from "./entity-maps.ts";
import type { Expiries } from "./expiries.ts";
import { type KeptEntities, NOTED, type Tell } from "./kept.ts";
import { answerNgsiProblem } from "./problem.ts";
import type { Asked } from "./query.ts";
import { type Target, targetOf } from "./target.ts";

export type MediaType = "application/json" | "application/ld+json" | "application/geo+json";

/** A request that was understood so far. */
export type Ask = {
  readonly c: Incoming;
  readonly target: Target;
  /** Of the terms in the address, and of those in a body that brings none. */
  readonly context: TermContext;
  readonly asked: Asked;
  /** What the body says, without having been looked at. */
  readonly body: unknown;
  readonly accept: MediaType;
  /** Which entities earlier queries were about. */
  readonly maps: EntityMaps;
  /** How the world reaches the node. */
  readonly publicUrl: string;
  /** By the clock of the node. */
  readonly nowMilliseconds: number;
  /** What is answered holds only now. */
  readonly keepNot: () => void;
  /** The same question about another entity is answered in this way, and with the same fields. */
  readonly alike: (tell: Tell) => void;
  /** The context that an item of the body is to be read with. */
  contextOf(item: unknown): Promise<Result<TermContext, AnyRefusal>>;
};

export type Route = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** It changes something. */
  readonly isWriting: boolean;
  readonly hasBody: boolean;
  /** The terms of the body are read by its own context; each item has its own in a batch. */
  readonly isBatch?: boolean;
  /** Entities, which can be told as features too. */
  readonly isGeo?: boolean;
  /** Of the address, beside those that every operation takes. */
  readonly parameters: readonly string[];
  /** What of a dataset its reader must be granted; `read` where nothing is said. */
  readonly action?: AccessAction;
  /** It has an answer for a tenant, too, that nothing was made for. */
  readonly isOfAnyTenant?: boolean;
  /** What it answers may be kept while nothing else is said of the entity that its path names. */
  readonly isKept?: boolean;
  answer(ask: Ask): Promise<Result<Answered, AnyRefusal>>;
};

/** What every route works with. */
export type Means = {
  readonly services: Services;
  readonly contexts: Contexts;
  readonly expiries: Pick<Expiries, "watch">;
  readonly maps: EntityMaps;
};

export const BASE = "/ngsi-ld/v1";
/** Where contexts are that are kept here. */
export const CONTEXTS_PATH: string = `${BASE}/jsonldContexts`;
const JSON_TYPE = "application/json";
const LD_TYPE = "application/ld+json";
const GEO_TYPE = "application/geo+json";
const CONTEXT_REL = "http://www.w3.org/ns/json-ld#context";

type Sent = { readonly bytes: Uint8Array; readonly value: unknown; readonly isLd: boolean };

type ReadBytes = () => Promise<Result<Uint8Array, AnyRefusal>>;

/** Answers a route, its refusals in the words of NGSI-LD. */
export function mountRoute(app: App, means: Means, route: Route): void {
  const { services } = means;
  const path = BASE + route.path;
  // Both spellings are in use, and the specification has neither.
  app.on(route.method, [path, `${path}/`], async (c) => {
    // Just that, whatever else there would be to say of the request (§6.3.4).
    if (route.hasBody && hasNoLength(c)) return new Response(null, { status: 411 });
    const read = () => readBody(c.req.raw, MAX_BULK_BYTES, services.bodies);
    return responseOf(await answerRoute(means, route, c, read));
  });
}

/** The same on the short way. */
export function shortRoute(means: Means, kept: KeptEntities, route: Route): ShortRoute {
  const { method, path, hasBody } = route;
  return {
    ...{ method, path: BASE + path, hasBody },
    ...(route.isKept && { kept: (c: Incoming) => kept.find(c) }),
    answer: async (c, body) => ok(await answerRoute(means, route, c, async () => ok(body), kept)),
  };
}

async function answerRoute(
  means: Means,
  route: Route,
  c: Incoming,
  read: ReadBytes,
  kept?: KeptEntities,
): Promise<Answered> {
  const answer = await understood(means, route, c, read, kept);
  const given = answer.ok
    ? answer.value
    : answerNgsiProblem(answer.error, means.services.config.publicUrl);
  const tenant = c.req.header("NGSILD-Tenant");
  if (tenant === undefined) return given;
  if (given instanceof Response) given.headers.set("NGSILD-Tenant", tenant);
  else given.headers["NGSILD-Tenant"] = tenant;
  return given;
}

/** A body in pieces, of which nobody says beforehand how long it will be. */
function hasNoLength({ req }: Incoming): boolean {
  return (
    req.header("Content-Length") === undefined && req.header("Transfer-Encoding") !== undefined
  );
}

async function understood(
  { services, contexts, expiries, maps }: Means,
  route: Route,
  c: Incoming,
  read: ReadBytes,
  kept: KeptEntities | undefined,
): Promise<Result<Answered, AnyRefusal>> {
  const parameters = checkParameters(c, route.parameters);
  if (!parameters.ok) return parameters;
  const sent = route.hasBody ? await readSent(c, read) : ok(undefined);
  if (!sent.ok) return sent;
  const target = await targetOf(services, c, sent.value?.bytes, route);
  if (!target.ok) return target;
  const accept = readAccept(c, route.isGeo === true);
  if (!accept.ok) return accept;
  const link = readLink(c);
  if (!link.ok) return link;
  if (sent.value?.isLd === true && link.value !== undefined) {
    return err({ code: "NGSI_CONTEXT_FORM", got: "Link beside JSON-LD" });
  }
  const { origin } = target.value.log;
  const contextOf = (item: unknown) =>
    contextOfItem(contexts, origin, sent.value, link.value, item);
  const context = await (sent.value === undefined || route.isBatch
    ? contexts.read(link.value, target.value.log.origin)
    : contextOf(sent.value.value));
  if (!context.ok) return context;
  let keep = route.isKept ? kept?.begin(c, target.value) : undefined;
  let tell: Tell | undefined;
  expiries.watch(target.value.log);
  const answer = await route.answer({
    ...{ c, target: target.value, context: context.value, contextOf, accept: accept.value },
    // What is given twice is a list that was written apart.
    asked: (name) => c.req.queries(name)?.join(","),
    body: sent.value?.value,
    maps,
    publicUrl: services.config.publicUrl,
    nowMilliseconds: services.clock(),
    keepNot: () => {
      keep = undefined;
    },
    alike: (way) => {
      tell = way;
    },
  });
  if (answer.ok && !route.isWriting) target.value.note?.(NOTED, 1);
  if (answer.ok && answer.value instanceof TextAnswer) keep?.(answer.value, tell);
  return answer;
}

/** The operation is the same for everybody, and a grant may be named beside it. */
const EVERYWHERE: readonly string[] = ["grant", "local"];

function checkParameters(c: Incoming, known: readonly string[]): Result<undefined, AnyRefusal> {
  const names = Object.keys(c.req.queries());
  const strange = names.find((name) => !known.includes(name) && !EVERYWHERE.includes(name));
  if (strange === undefined) return ok(undefined);
  const want = [...known, ...EVERYWHERE].join(" | ");
  return err({ code: "NGSI_PARAMETER", name: strange.slice(0, 64), got: "", want });
}

async function readSent(c: Incoming, readBytes: ReadBytes): Promise<Result<Sent, AnyRefusal>> {
  const type = (c.req.header("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const isLd = type === LD_TYPE;
  const isMerge = c.req.method === "PATCH" && type === "application/merge-patch+json";
  if (!isLd && !isMerge && type !== JSON_TYPE) {
    return err({ code: "HTTP_TYPE", got: type.slice(0, 64), want: `${JSON_TYPE} | ${LD_TYPE}` });
  }
  const read = await readBytes();
  if (!read.ok) return read;
  const text = fromUtf8(read.value);
  try {
    if (text !== undefined) return ok({ bytes: read.value, value: JSON.parse(text), isLd });
  } catch {
    // Told below, as what is no text at all.
  }
  return err({ code: "HTTP_BODY", want: "JSON in UTF-8" });
}

/** GS CIM 009 §6.3.5: in the body of JSON-LD, in the Link field beside JSON, never in both. */
async function contextOfItem(
  contexts: Contexts,
  origin: string,
  sent: Sent | undefined,
  link: string | undefined,
  item: unknown,
): Promise<Result<TermContext, AnyRefusal>> {
  const isObject = typeof item === "object" && item !== null && !Array.isArray(item);
  const own = isObject && "@context" in item ? item["@context"] : undefined;
  if (sent?.isLd !== true) {
    if (own !== undefined) return err({ code: "NGSI_CONTEXT_FORM", got: "@context in JSON" });
    return contexts.read(link, origin);
  }
  // A list of ids says nothing that needs one.
  if (own === undefined && isObject) return err({ code: "NGSI_CONTEXT_FORM", got: "no @context" });
  return contexts.read(own, origin);
}

function readLink(c: Incoming): Result<string | undefined, AnyRefusal> {
  const field = c.req.header("Link");
  if (field === undefined) return ok(undefined);
  const found = field
    .slice(0, 8192)
    .split(/,(?=\s*<)/)
    .filter((each) => each.includes(CONTEXT_REL))
    .map((each) => /^\s*<([^>]*)>/.exec(each)?.[1] ?? "");
  return found.length > 1
    ? err({ code: "NGSI_CONTEXT_FORM", got: "two contexts in Link" })
    : ok(found[0]);
}

function readAccept(c: Incoming, isGeo: boolean): Result<MediaType, AnyRefusal> {
  const offered: readonly MediaType[] = isGeo
    ? [JSON_TYPE, LD_TYPE, GEO_TYPE]
    : [JSON_TYPE, LD_TYPE];
  const field = c.req.header("Accept");
  if (field === undefined || field.trim() === "") return ok(JSON_TYPE);
  // Of equal weights it is the order of the specification that counts, not that of the client (§6.3.4).
  const weights = offered.map((type) => weightOfType(field, type));
  const best = Math.max(...weights);
  const chosen = offered[weights.indexOf(best)];
  if (best > 0 && chosen !== undefined) return ok(chosen);
  if (c.req.method !== "GET") return ok(JSON_TYPE);
  return err({ code: "NGSI_ACCEPT", got: field.slice(0, 64), want: offered.join(" | ") });
}

/** What was asked for, with its context: inside of JSON-LD, in a field beside JSON; of GeoJSON as the client prefers (§6.3.6). */
export function answerWith(
  { accept, context, c }: Pick<Ask, "accept" | "context" | "c">,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  status: 200 | 201 | 203 | 206 = 200,
): TextAnswer {
  const isPlain = /\bbody=(?:application\/)?json\b/.test(c.req.header("Prefer") ?? "");
  const isLd = accept === LD_TYPE || (accept === GEO_TYPE && !isPlain);
  const body = isLd ? withContext(value, context.value) : value;
  const link = isLd ? undefined : context.link;
  return new TextAnswer(JSON.stringify(body), { status, headers: fields(accept, link, headers) });
}

/** The same of what is JSON already, for whoever takes that. */
export function answerJsonText(
  { context }: Pick<Ask, "context">,
  bytes: ByteText,
  headers: Readonly<Record<string, string>> = {},
  status: 200 | 201 = 200,
): TextAnswer {
  return new TextAnswer({ bytes }, { status, headers: fields(JSON_TYPE, context.link, headers) });
}

/** @param context is named in a field where it does not stand in the body */
function fields(
  accept: MediaType,
  context: string | undefined,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const link = `<${context}>; rel="${CONTEXT_REL}"; type="${LD_TYPE}"`;
  return {
    "Content-Type": accept,
    "Cache-Control": PRIVATE,
    Vary: "Accept, Authorization, Link, NGSILD-EntityMap, NGSILD-Tenant, Prefer, Signature",
    ...headers,
    ...(context !== undefined && {
      Link: headers.Link === undefined ? link : `${headers.Link}, ${link}`,
    }),
  };
}

function withContext(value: unknown, context: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => withContext(each, context));
  return typeof value === "object" ? { ...value, "@context": context } : value;
}

/** An answer that is no entity and has no terms. */
export function answerPlain(value: unknown, type: string = JSON_TYPE): TextAnswer {
  return new TextAnswer(JSON.stringify(value), {
    headers: { "Content-Type": type, "Cache-Control": PRIVATE },
  });
}

/** An id in an address, as a client has it: a colon needs no other spelling there. */
export function pathPart(id: string): string {
  return encodeURIComponent(id).replaceAll("%3A", ":");
}

/** Nothing is left to say. */
export function answerDone(
  status: 201 | 204 = 204,
  headers: Readonly<Record<string, string>> = {},
): TextAnswer {
  return new TextAnswer(undefined, { status, headers: { "Cache-Control": PRIVATE, ...headers } });
}

export function answerStatus(status: 201 | 207, value: unknown): TextAnswer {
  return new TextAnswer(JSON.stringify(value), {
    status,
    headers: { "Content-Type": JSON_TYPE, "Cache-Control": PRIVATE },
  });
}
