import { err, ok, type Result } from "../../core/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import type { Answered } from "../http/text-answer.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, Services } from "../services.ts";
import { CORE_URL, type Contexts, type FetchedContext } from "./contexts.ts";
import { CORE_CONTEXT, isCoreContext } from "./core-context.ts";
import { isTrue } from "./parameters.ts";
import { type Ask, answerDone, answerPlain, CONTEXTS_PATH, type Route } from "./request.ts";
import { isScratchTenant } from "./scratch.ts";
import type { StoredContext, StoredContexts } from "./stored-contexts.ts";

type Answer = Promise<Result<Answered, AnyRefusal>>;

const KINDS = ["Hosted", "Cached", "ImplicitlyCreated"];

/** Contexts that are kept here, and those that were fetched: GS CIM 009 §5.13, §6.29, §6.30. */
export function contextRoutes(
  { config, clock }: Services,
  contexts: Contexts,
  stored: StoredContexts,
): readonly Route[] {
  const { publicUrl } = config;
  const begun = clock();

  async function add({ body, target }: Ask): Answer {
    const isObject = typeof body === "object" && body !== null && "@context" in body;
    if (!isObject) return err({ code: "HTTP_BODY", want: "an object with @context" });
    const context = body["@context"];
    // One that cannot be read by itself would be refused whenever it is named.
    const read = await contexts.read(context, target.log.origin);
    if (!read.ok) return read;
    const id = await stored.add(target.log.origin, context, clock());
    return id.ok ? ok(answerDone(201, { Location: `${CONTEXTS_PATH}/${id.value}` })) : id;
  }

  async function list({ asked, target }: Ask): Answer {
    const kind = asked("kind");
    if (kind !== undefined && !KINDS.includes(kind)) {
      const want = KINDS.join(" | ");
      return err({ code: "HTTP_PARAMETER", name: "kind", got: kind.slice(0, 64), want });
    }
    const details = readDetails(asked);
    if (!details.ok) return details;
    const { origin } = target.log;
    const all = [
      ...(await stored.list(origin)).map((each) => storedDetails(each, publicUrl)),
      ...contexts.fetched(origin).map(cachedDetails),
    ].filter((each) => kind === undefined || kind === each.kind);
    return ok(answerPlain(details.value ? all : all.map(({ URL }) => URL)));
  }

  /** Everybody who knows the id of a hosted one reads it; what was fetched hears who sees the dataset for which it was. */
  async function serve({ c, target, asked }: Ask): Answer {
    const id = idOf(c.req.param("id") ?? "");
    const isDetailed = isTrue(asked("details"));
    if (isCoreContext(id)) {
      return ok(answerPlain(isDetailed ? coreDetails(id, begun) : { "@context": CORE_CONTEXT }));
    }
    const fetched = contexts.fetched(target.log.origin).find(({ url }) => url === id);
    if (fetched === undefined) return unknown(id);
    return ok(answerPlain(isDetailed ? cachedDetails(fetched) : fetched.document));
  }

  async function remove({ c, target, asked }: Ask): Answer {
    const id = idOf(c.req.param("id") ?? "");
    const reload = asked("reload") ?? "false";
    if (reload !== "true" && reload !== "false") return wrongReload(reload, "true | false");
    const { origin } = target.log;
    if (isCoreContext(id)) {
      if (reload === "true") return ok(answerDone());
      return wrongReload("false", "true: the core context is always there");
    }
    const isFetched = contexts.fetched(origin).some(({ url }) => url === id);
    // There is nothing to fetch again of what is kept here (§5.13.5).
    if (reload === "true" && !isFetched) {
      return wrongReload("true", "false: contexts that are kept here come from nowhere else");
    }
    if (reload === "true") {
      const isThere = await contexts.reload(origin, id);
      return isThere ? ok(answerDone()) : err({ code: "NGSI_CONTEXT_LOST", url: id.slice(0, 256) });
    }
    const isGone = contexts.forget(origin, id) || (await stored.remove(origin, id));
    return isGone ? ok(answerDone()) : unknown(id);
  }

  /** A context that is kept here may be named by its whole address. */
  function idOf(text: string): string {
    const own = `${publicUrl}${CONTEXTS_PATH}/`;
    return text.startsWith(own) ? text.slice(own.length) : text;
  }

  const one = "/jsonldContexts/:id";
  // What was fetched is told to every tenant.
  const isOfAnyTenant = true;
  return [
    {
      ...{ method: "POST", path: "/jsonldContexts", isWriting: true, hasBody: true },
      ...{ isBatch: true, parameters: [], isOfAnyTenant, answer: add },
    },
    {
      ...{ method: "GET", path: "/jsonldContexts", isWriting: false, hasBody: false },
      ...{ parameters: ["details", "kind"], isOfAnyTenant, answer: list },
    },
    {
      ...{ method: "GET", path: one, isWriting: false, hasBody: false },
      ...{ parameters: ["details"], isOfAnyTenant, answer: serve },
    },
    {
      ...{ method: "DELETE", path: one, isWriting: true, hasBody: false },
      ...{ parameters: ["reload"], isOfAnyTenant, answer: remove },
    },
  ];
}

/** Where it is not said, only names are told. */
function readDetails(asked: Ask["asked"]): Result<boolean, AnyRefusal> {
  const text = asked("details") ?? "false";
  if (/^(?:true|false)$/i.test(text)) return ok(text.toLowerCase() === "true");
  const got = text.slice(0, 64);
  return err({ code: "HTTP_PARAMETER", name: "details", got, want: "true | false" });
}

function wrongReload(got: string, want: string): Result<never, AnyRefusal> {
  return err({ code: "HTTP_PARAMETER", name: "reload", got: got.slice(0, 64), want });
}

function unknown(id: string): Result<never, AnyRefusal> {
  return err({ code: "NGSI_UNKNOWN", id: id.slice(0, 256) });
}

/** One that is kept here, for everybody, whatever its dataset; but for whoever asks in the name of another tenant of the scratch dataset. */
export function mountStoredContext(app: App, services: Services, stored: StoredContexts): void {
  const { publicUrl } = services.config;
  app.get(`${CONTEXTS_PATH}/:id`, async (c, next) => {
    const id = c.req.param("id");
    const tenant = c.req.header("NGSILD-Tenant") ?? "";
    if (isScratchTenant(services, tenant)) {
      const log = services.scratchTenants?.find(tenant);
      if (log === undefined || !stored.isOf(log.origin, id)) return next();
    }
    const found = await stored.get(id);
    if (found === undefined) return next();
    const isAsked = isTrue(c.req.query("details"));
    const told = isAsked ? storedDetails(found, publicUrl) : { "@context": found.context };
    return answerPlain(told).response();
  });
}

type Details = { readonly URL: string; readonly localId: string; readonly kind: string };

function storedDetails(
  { id, kind, createdMilliseconds }: StoredContext,
  publicUrl: string,
): Details {
  const url = `${publicUrl}${CONTEXTS_PATH}/${id}`;
  const createdAt = timeOfMilliseconds(createdMilliseconds);
  return { URL: url, localId: id, kind, ...{ createdAt } };
}

function cachedDetails({ url, fetchedMilliseconds, usedMilliseconds }: FetchedContext): Details {
  const times = {
    createdAt: timeOfMilliseconds(fetchedMilliseconds),
    lastUsage: timeOfMilliseconds(usedMilliseconds),
  };
  return { URL: url, localId: url, kind: "Cached", ...times };
}

function coreDetails(url: string, begun: number): Details {
  const createdAt = timeOfMilliseconds(begun);
  return { URL: CORE_URL, localId: url, kind: "Cached", ...{ createdAt } };
}
