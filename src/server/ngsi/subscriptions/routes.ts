import { err, hex, ok, type Result } from "../../../core/index.ts";
import type { Answered } from "../../http/text-answer.ts";
import { formatHolder } from "../../identity/index.ts";
import { MAX_SUBSCRIPTION_BYTES } from "../../limits.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import type { Services } from "../../services.ts";
import { preferredVersion, versionApplied } from "../conformance.ts";
import type { Contexts } from "../contexts.ts";
import { pageLinks } from "../page-links.ts";
import { isTrue } from "../parameters.ts";
import { readNumber } from "../query.ts";
import { readUri } from "../read-entity.ts";
import { type Ask, answerDone, answerWith, CONTEXTS_PATH, type Route } from "../request.ts";
import type { StoredContexts } from "../stored-contexts.ts";
import { contextGiven, isNamed } from "./notification.ts";
import { completed, readFragment } from "./read-said.ts";
import type { Running } from "./running.ts";
import type { Subscription } from "./said.ts";
import type { Subscriptions } from "./service.ts";
import type { Maker } from "./store.ts";
import { type Status, statusOf, subscriptionJson } from "./told.ts";

type Answer = Promise<Result<Answered, AnyRefusal>>;

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
const MAX_OFFSET = 10_000_000;
const PAGE = ["limit", "offset", "count"];

/** Subscriptions: GS CIM 009 §6.10, §6.11. Each sees its own. */
export function subscriptionRoutes(
  services: Services,
  contexts: Contexts,
  subscriptions: Subscriptions,
  stored: StoredContexts,
): readonly Route[] {
  const { clock, random } = services;
  const of = { isWriting: false, action: "subscribe" } as const;

  async function create(ask: Ask): Answer {
    const maker = makerOf(ask);
    if (!maker.ok) return maker;
    const fragment = readFragment(ask.body, ask.context);
    if (!fragment.ok) return fragment;
    const type = (ask.body as { type?: unknown; "@type"?: unknown }).type;
    if (type !== "Subscription")
      return err({ code: "NGSI_DATA", path: "type", want: "Subscription" });
    const id = fragment.value.id ?? `urn:ngsi-ld:Subscription:${hex(random(16))}`;
    const said = await whole(ask, id, {}, fragment.value);
    if (!said.ok) return said;
    const { log } = ask.target;
    const implicitContext = await keepContext(ask);
    const kept = {
      ...{ origin: log.origin, maker: maker.value, said: said.value },
      ...{ context: ask.context.value, createdMilliseconds: clock(), from: log.size },
      ...(ask.target.tenant !== undefined && { tenant: ask.target.tenant }),
      ...(implicitContext !== undefined && { implicitContext }),
    };
    if (JSON.stringify(kept).length > MAX_SUBSCRIPTION_BYTES) {
      return err({ code: "HTTP_BODY_SIZE", max: MAX_SUBSCRIPTION_BYTES });
    }
    const added = await subscriptions.add(kept, log);
    if (!added.ok) return added;
    const path = new URL(ask.c.req.url).pathname.replace(/\/$/, "");
    const name = encodeURIComponent(id).replaceAll("%3A", ":");
    return ok(answerDone(201, { Location: `${path}/${name}` }));
  }

  /** Several contexts, or one that was written out, get an address (§5.8.1.4); where there is no room, they go without. */
  async function keepContext({ context, target }: Ask): Promise<string | undefined> {
    if (isNamed(context)) return undefined;
    const id = await stored.addImplicit(target.log.origin, contextGiven(context), clock());
    return id.ok ? `${services.config.publicUrl}${CONTEXTS_PATH}/${id.value}` : undefined;
  }

  /** Looks at what stands in no single member: where it goes, and its context. */
  async function whole(
    { target }: Ask,
    id: string,
    before: Partial<Subscription>,
    fragment: Parameters<typeof completed>[2],
  ): Promise<Result<Subscription, AnyRefusal>> {
    const said = completed(id, before, fragment, clock());
    if (!said.ok) return said;
    const { jsonldContext, notification } = said.value;
    const { uri } = notification.endpoint;
    const why = services.notifier === undefined ? "none" : services.notifier.refuses(uri);
    if (why !== undefined) return err({ code: "NGSI_ENDPOINT", uri: uri.slice(0, 256), why });
    if (jsonldContext === undefined) return said;
    const read = await contexts.read(jsonldContext, target.log.origin);
    return read.ok ? said : read;
  }

  async function list(ask: Ask): Answer {
    const maker = makerOf(ask);
    if (!maker.ok) return maker;
    const { asked } = ask;
    const withCount = isTrue(asked("count"));
    const limit = readNumber("limit", asked("limit"), withCount ? 0 : 1, MAX_LIMIT, DEFAULT_LIMIT);
    if (!limit.ok) return limit;
    const offset = readNumber("offset", asked("offset"), 0, MAX_OFFSET, 0);
    if (!offset.ok) return offset;
    const all = await subscriptions.list(ask.target.log.origin, maker.value.holder);
    const [from, count] = [offset.value, limit.value];
    const page = all.slice(from, from + count).map((each) => told(each, ask));
    const headers = {
      ...pageLinks(ask, { offset: from, limit: count, isMore: from + count < all.length }),
      ...versionOf(ask),
      ...(withCount && { "NGSILD-Results-Count": String(all.length) }),
    };
    return ok(answerWith(ownContext(ask), page, headers));
  }

  async function retrieve(ask: Ask): Answer {
    const found = await foundBy(ask);
    if (!found.ok) return found;
    await found.value.settled();
    return ok(answerWith(ownContext(ask), told(found.value, ask), versionOf(ask)));
  }

  async function update(ask: Ask): Answer {
    const fragment = readFragment(ask.body, ask.context);
    if (!fragment.ok) return fragment;
    const found = await foundBy(ask);
    if (!found.ok) return found;
    const { kept } = found.value;
    const { id } = kept.said;
    if (fragment.value.id !== undefined && fragment.value.id !== id) {
      return err({ code: "NGSI_DATA", path: "id", want: "the id of the address" });
    }
    const said = await whole(ask, id, kept.said, fragment.value);
    if (!said.ok) return said;
    // A condition is kept as it was understood: other words need no other context.
    const changed = { ...kept, said: said.value };
    if (JSON.stringify(changed).length > MAX_SUBSCRIPTION_BYTES) {
      return err({ code: "HTTP_BODY_SIZE", max: MAX_SUBSCRIPTION_BYTES });
    }
    await subscriptions.change(found.value, changed, ask.target.log);
    return ok(answerDone());
  }

  async function remove(ask: Ask): Answer {
    const found = await foundBy(ask);
    if (!found.ok) return found;
    await subscriptions.remove(found.value, ask.target.log);
    return ok(answerDone());
  }

  async function foundBy(ask: Ask): Promise<Result<Running, AnyRefusal>> {
    const maker = makerOf(ask);
    if (!maker.ok) return maker;
    const id = readUri(ask.c.req.param("id") ?? "");
    if (!id.ok) return id;
    const { origin } = ask.target.log;
    const found = await subscriptions.find(origin, maker.value.holder, id.value);
    return found === undefined ? err({ code: "NGSI_UNKNOWN", id: id.value }) : ok(found);
  }

  function told(running: Running, { context }: Ask): object {
    const status: Status =
      running.kept.ended === undefined ? statusOf(running.said, clock()) : "expired";
    const { implicitContext } = running.kept;
    return {
      ...(implicitContext !== undefined && { jsonldContext: implicitContext }),
      ...subscriptionJson(running.said, running.sent, status, context),
    };
  }

  const all = { ...of, path: "/subscriptions" };
  const one = { ...of, path: "/subscriptions/:id", parameters: [] };
  return [
    { ...all, method: "POST", hasBody: true, parameters: [], answer: create },
    { ...all, method: "GET", hasBody: false, parameters: PAGE, answer: list },
    { ...one, method: "GET", hasBody: false, answer: retrieve },
    { ...one, method: "PATCH", hasBody: true, answer: update },
    { ...one, method: "DELETE", hasBody: false, answer: remove },
  ];
}

/** Whoever is nobody cannot have others called in its name. */
function makerOf({ target }: Ask): Result<Maker, AnyRefusal> {
  if (target.dataset === undefined) return ok({ holder: "", keyid: "" });
  const { reader } = target;
  if (reader?.signer === undefined) return err({ code: "HTTP_SIGNATURE_MISSING" });
  const holder = formatHolder(reader.signer.holder);
  const grant = reader.grant && hex(reader.grant);
  return ok({ holder, keyid: `${holder}/${reader.signer.kid}`, ...(grant && { grant }) });
}

function ownContext(ask: Ask): Pick<Ask, "accept" | "context" | "c"> {
  return {
    c: ask.c,
    accept: ask.accept,
    context: { ...ask.context, value: contextGiven(ask.context) },
  };
}

/** A subscription is the same in every version that a reader may prefer: that is heeded too. */
function versionOf({ c }: Ask): Readonly<Record<string, string>> {
  return versionApplied(preferredVersion(c.req.header("Prefer")));
}
