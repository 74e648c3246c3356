import { err, ok, type Result } from "../../core/index.ts";
import {
  countLasting,
  type Entity,
  isAskedFor,
  type JsonMap,
  LOCATION,
  lasting,
  NGSI_NULL,
  still,
} from "../../data/index.ts";
import { listText } from "../http/json-bytes.ts";
import type { Answered } from "../http/text-answer.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import {
  appended,
  attributeChanged,
  attributeDeleted,
  type Changed,
  created,
  ended,
  type Merging,
  merged,
  replaced,
  SCOPE,
  updated,
} from "./changes.ts";
import { formOfVersion, preferredVersion, versionApplied } from "./conformance.ts";
import { entityTexts } from "./entity-text.ts";
import { withLinked } from "./linked.ts";
import { idsFound, mappedOf, withinMap } from "./mapped.ts";
import { attributeIri } from "./names.ts";
import { readOrder } from "./order.ts";
import { pageLinks } from "./page-links.ts";
import { ATTRIBUTE, CHANGE, isTrue, PURGE, QUERY, RETRIEVE } from "./parameters.ts";
import { proofLinks, withProofs } from "./proofs.ts";
import { purge } from "./purge.ts";
import { type NgsiQuery, readForm, readLanguages, readQuery, readTypes } from "./query.ts";
import {
  isEnded,
  type Mode,
  type ReadEntity,
  readAttribute,
  readEntity,
  reading,
  readTerm,
  readUri,
  timeAt,
} from "./read-entity.ts";
import {
  type Ask,
  answerDone,
  answerJsonText,
  answerStatus,
  answerWith,
  BASE,
  pathPart,
  type Route,
} from "./request.ts";
import { type Form, featureJson, isMember, shown } from "./write-entity.ts";
import type { Writer } from "./writer.ts";

type Answer = Promise<Result<Answered, AnyRefusal>>;

/** Entities and their attributes: GS CIM 009 §6.4 to §6.7. */
export function entityRoutes(writer: Writer): readonly Route[] {
  const writing = { isWriting: true, hasBody: true } as const;
  const reading = { isWriting: false, hasBody: false, isGeo: true } as const;
  const deleting = { method: "DELETE", isWriting: true, hasBody: false } as const;
  const changing = { ...writing, parameters: CHANGE } as const;
  const one = "/entities/:id";
  return [
    { ...changing, method: "POST", path: "/entities", answer: (ask) => create(writer, ask) },
    { ...reading, method: "GET", path: "/entities", parameters: QUERY, answer: list },
    {
      ...{ ...deleting, path: "/entities", parameters: PURGE },
      answer: (ask) => purge(writer, ask),
    },
    {
      ...{ ...reading, method: "GET", path: one, parameters: RETRIEVE, isKept: true },
      answer: retrieve,
    },
    { ...deleting, path: one, parameters: ["type"], answer: (ask) => remove(writer, ask) },
    { ...changing, method: "PUT", path: one, answer: (ask) => replace(writer, ask) },
    { ...changing, method: "PATCH", path: one, answer: (ask) => merge(writer, ask) },
    { ...changing, method: "POST", path: `${one}/attrs`, answer: (ask) => append(writer, ask) },
    { ...changing, method: "PATCH", path: `${one}/attrs`, answer: (ask) => update(writer, ask) },
    {
      ...{ ...writing, method: "PATCH", path: ATTRIBUTE_PATH, parameters: ATTRIBUTE },
      answer: (ask) => changeOne(writer, ask, true),
    },
    {
      ...{ ...writing, method: "PUT", path: ATTRIBUTE_PATH, parameters: ATTRIBUTE },
      answer: (ask) => changeOne(writer, ask, false),
    },
    {
      ...{ ...deleting, path: ATTRIBUTE_PATH, parameters: ATTRIBUTE },
      answer: (ask) => removeOne(writer, ask),
    },
  ];
}

const ATTRIBUTE_PATH = "/entities/:id/attrs/:attribute";

async function create(writer: Writer, { body, context, target }: Ask): Answer {
  const said = readEntity(body, context);
  if (!said.ok) return said;
  const { id } = said.value;
  if (id === undefined) return err({ code: "NGSI_DATA", path: "id", want: "a URI" });
  const done = await writer.one(target, id, (before) => created({ ...said.value, id }, before));
  if (!done.ok) return done;
  return ok(answerDone(201, { Location: `${BASE}/entities/${pathPart(id)}` }));
}

async function retrieve(ask: Ask): Answer {
  const { asked, context, target } = ask;
  const id = readUri(ask.c.req.param("id") ?? "");
  if (!id.ok) return id;
  const form = readForm(asked, context);
  if (!form.ok) return form;
  const place = readGeometryProperty(ask);
  if (!place.ok) return place;
  const types = readTypes(asked("type"), context);
  if (!types.ok) return types;
  const { entities } = target.log;
  // Of others it tells what the store knows.
  if (form.value.join !== undefined) await entities.caughtUp();
  const found = await entities.now(id.value, target.view);
  // Nobody tells when that is over.
  if (found?.due !== undefined) ask.keepNot();
  const entity = found && still(found, ask.nowMilliseconds);
  if (entity === undefined || isEmpty(entity, form.value) || !isAskedFor(entity, types.value)) {
    return err({ code: "NGSI_UNKNOWN", id: id.value });
  }
  const mapped = await mappedOf(ask, async () => ok([entity.id]));
  if (!mapped.ok) return mapped;
  const version = preferredVersion(ask.c.req.header("Prefer"));
  const proven = { ...withProofs(ask, form.value), ...formOfVersion(version) };
  const links = {
    ...proofLinks(ask, entity, proven),
    ...versionApplied(version),
    ...mapped.value.headers,
  };
  if (ask.accept === GEO) {
    const feature = featureJson(entity, context, proven, place.value);
    return ok(answerWith(ask, feature, links, statusOf(proven)));
  }
  const text = ask.accept === JSON_TYPE ? entityTexts(context, proven) : undefined;
  if (text !== undefined) {
    ask.alike((other) => (isAskedFor(other, types.value) ? text.once(other) : undefined));
    return ok(answerJsonText(ask, text.kept(entity), links));
  }
  const all = await withLinked(ask, [entity], context, proven);
  return ok(answerWith(ask, all.length === 1 ? all[0] : all, links, statusOf(proven)));
}

/** Of what was told in this form: something in it stands otherwise in the log than an older version has it. */
function statusOf({ version }: Form): 200 | 203 {
  return version?.isAltered === true ? 203 : 200;
}

/** Nothing is left of it that could be told. */
function isEmpty(entity: Entity, form: Form): boolean {
  const hasAttributes = Object.keys(shown(entity.attributes, form)).length > 0;
  const isNamed = form.only === undefined && ["id", "type"].some((name) => isMember(name, form));
  return !hasAttributes && !isNamed && !(entity.scopes.length > 0 && form.pick?.has("scope"));
}

const GEO = "application/geo+json";
const JSON_TYPE = "application/json";

async function list(ask: Ask): Answer {
  const query = readQuery(ask.asked, ask.context);
  if (!query.ok) return query;
  const form = readForm(ask.asked, ask.context);
  if (!form.ok) return form;
  return answerQuery(ask, query.value, form.value);
}

/** What a query finds, from an address or a body. */
export async function answerQuery(ask: Ask, asked: NgsiQuery, form: Form): Answer {
  const { target, context, accept } = ask;
  const place = readGeometryProperty(ask);
  if (!place.ok) return place;
  const { entities } = target.log;
  await entities.caughtUp();
  const mapped = await mappedOf(ask, () => idsFound(ask, asked.query));
  if (!mapped.ok) return mapped;
  const query = { ...asked, query: withinMap(asked.query, mapped.value) };
  const { isNew } = mapped.value;
  const page = await pageOf(ask, query);
  if (!page.ok) return page;
  // Of what was found by its attributes its name is told in any case.
  const isTold = (entity: Entity) => form.only !== undefined || !isEmpty(entity, form);
  const told = page.value.entities.flatMap((each) => {
    const entity = lasting(each, query.query, ask.nowMilliseconds);
    return entity !== undefined && isTold(entity) ? [entity] : [];
  });
  const version = preferredVersion(ask.c.req.header("Prefer"));
  const proven = { ...withProofs(ask, form), ...formOfVersion(version) };
  const text = accept === JSON_TYPE ? entityTexts(context, proven) : undefined;
  const count = query.withCount
    ? await countLasting(entities, query.query, target.view, ask.nowMilliseconds)
    : undefined;
  const headers = {
    ...(ask.c.req.method === "GET" && pageLinks(ask, { ...query, isMore: page.value.isMore })),
    ...versionApplied(version),
    ...(count !== undefined && { "NGSILD-Results-Count": String(count) }),
    ...mapped.value.headers,
  };
  if (text !== undefined) {
    return ok(answerJsonText(ask, listText(told.map(text.kept)), headers, isNew ? 201 : 200));
  }
  const found =
    accept === GEO
      ? told.map((entity) => featureJson(entity, context, proven, place.value))
      : await withLinked(ask, told, context, proven);
  const value = accept === GEO ? { type: "FeatureCollection", features: found } : found;
  return ok(answerWith(ask, value, headers, isNew ? 201 : statusOf(proven)));
}

/** Of one query that is to be ordered: all of it is looked at. */
const MAX_ORDERED = 10_000;

async function pageOf(
  { target, asked, context }: Ask,
  { query, limit, offset }: NgsiQuery,
): Promise<Result<{ readonly entities: readonly Entity[]; readonly isMore: boolean }, AnyRefusal>> {
  const { entities } = target.log;
  const order = readOrder(asked, context);
  if (!order.ok) return order;
  if (order.value === undefined) {
    const page = await entities.find(query, target.view, { limit, offset });
    return ok({ entities: page.entities, isMore: page.next !== undefined });
  }
  const all = await entities.find(query, target.view, { limit: MAX_ORDERED });
  if (all.next !== undefined) {
    const got = await entities.count(query, target.view);
    return err({ code: "HTTP_ITEMS", got, max: MAX_ORDERED });
  }
  const sorted = [...all.entities].sort(order.value);
  const end = offset + limit;
  return ok({ entities: sorted.slice(offset, end), isMore: end < sorted.length });
}

function readGeometryProperty({ accept, asked, context }: Ask): Result<string, AnyRefusal> {
  const term = asked("geometryProperty");
  if (term === undefined) return ok(LOCATION);
  if (accept === GEO) return readTerm(term, context);
  const want = `${GEO} as what is accepted`;
  return err({ code: "HTTP_PARAMETER", name: "geometryProperty", got: term.slice(0, 64), want });
}

async function remove(writer: Writer, ask: Ask): Answer {
  const id = readUri(ask.c.req.param("id") ?? "");
  if (!id.ok) return id;
  const done = await changeTyped(writer, ask, id.value, (before) => ended(id.value, before));
  return done.ok ? ok(answerDone()) : done;
}

type Before = Parameters<typeof merged>[1];

/** Changes an entity that is of a type which the address asks for; another one is not there (§4.17). */
async function changeTyped(
  writer: Writer,
  { asked, context, target }: Ask,
  id: string,
  change: Parameters<Writer["one"]>[2],
): ReturnType<Writer["one"]> {
  const selected = readTypes(asked("type"), context);
  if (!selected.ok) return selected;
  const { types } = selected.value;
  const isOf = (before: Before) =>
    types === undefined || types.some((all) => all.every((each) => before?.types.includes(each)));
  return writer.one(target, id, (before) => change(isOf(before) ? before : undefined));
}

/** What the body says of the entity that the address names: it may name it again, and no other. */
export function readNamed(ask: Ask, mode: Mode): Result<ReadEntity & { id: string }, AnyRefusal> {
  const id = readUri(ask.c.req.param("id") ?? "");
  if (!id.ok) return id;
  const said = readEntity(ask.body, ask.context, mode);
  if (!said.ok) return said;
  const named = said.value.id ?? id.value;
  if (named !== id.value)
    return err({ code: "NGSI_DATA", path: "id", want: "the id of the address" });
  return ok({ ...said.value, id: id.value });
}

async function replace(writer: Writer, ask: Ask): Answer {
  const said = readNamed(ask, "whole");
  if (!said.ok) return said;
  const done = await changeTyped(writer, ask, said.value.id, (before) =>
    replaced(said.value, before),
  );
  return done.ok ? ok(answerDone()) : done;
}

type Named = ReadEntity & { readonly id: string };

async function merge(writer: Writer, ask: Ask): Answer {
  const how = readMerging(ask);
  if (!how.ok) return how;
  return changeMany(writer, ask, (said, before) => merged(said, before, how.value), "merge");
}

function readMerging({ asked }: Ask): Result<Merging, AnyRefusal> {
  const languages = readLanguages(asked("lang"));
  if (!languages.ok) return languages;
  const language = asked("lang");
  const time = asked("observedAt");
  const observedAt = time === undefined ? ok(undefined) : reading(() => timeAt(time, "observedAt"));
  if (!observedAt.ok) return observedAt;
  return ok({
    ...(language !== undefined && { language }),
    ...(observedAt.value !== undefined && { observedAt: observedAt.value }),
  });
}

async function append(writer: Writer, ask: Ask): Answer {
  const mayOverwrite = !(ask.asked("options") ?? "").split(",").includes("noOverwrite");
  return changeMany(writer, ask, (said, before) => appended(said, before, mayOverwrite));
}

async function update(writer: Writer, ask: Ask): Answer {
  return changeMany(writer, ask, updated);
}

async function changeMany(
  writer: Writer,
  ask: Ask,
  change: (said: Named, before: Before) => Result<Changed, AnyRefusal>,
  mode: Mode = "change",
): Answer {
  const said = readNamed(ask, mode);
  if (!said.ok) return said;
  let result: Changed | undefined;
  const done = await changeTyped(writer, ask, said.value.id, (before) => {
    const made = change(said.value, before);
    if (!made.ok) return made;
    result = made.value;
    const { types, scopes, expires, attributes = {} } = made.value.change;
    const isFrame = [types, scopes, expires].some((each) => each !== undefined);
    const isNothing = Object.keys(attributes).length === 0 && !isFrame;
    return ok(isNothing ? undefined : made.value.change);
  });
  if (!done.ok) return done;
  if (result === undefined || result.notUpdated.length === 0) return ok(answerDone());
  // Names that mean the same in every context (§5.2.18).
  const named = (name: string) => (name === SCOPE ? name : attributeIri(name));
  return ok(
    answerStatus(207, {
      updated: result.updated.map(named),
      notUpdated: result.notUpdated.map((name) => ({
        attributeName: named(name),
        reason: "not there, or there already and not to be overwritten",
      })),
    }),
  );
}

function readPlaceOfAttribute({
  c,
  context,
}: Ask): Result<{ id: string; name: string }, AnyRefusal> {
  const id = readUri(c.req.param("id") ?? "");
  if (!id.ok) return id;
  const name = readTerm(c.req.param("attribute") ?? "", context);
  return name.ok ? ok({ id: id.value, name: name.value }) : name;
}

/** A part of an attribute is read as the whole that it makes with what is there. */
async function changeOne(writer: Writer, ask: Ask, isPart: boolean): Answer {
  const of = readPlaceOfAttribute(ask);
  if (!of.ok) return of;
  const { body, context, c } = ask;
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const said = (isObject ? body : { value: body }) as { readonly [name: string]: unknown };
  const named = ask.asked("datasetId") ?? said.datasetId;
  const read = typeof named === "string" && named !== "@none" ? readUri(named) : ok(undefined);
  if (!read.ok) return read;
  const datasetId = read.value;
  const term = c.req.param("attribute") ?? "";
  // An entity has them as a whole (§5.6.4, §5.6.19).
  if (term === SCOPE) return err({ code: "NGSI_DATA", path: SCOPE, want: "an attribute" });
  const { "@context": _, ...rest } = said;
  const done = await changeTyped(writer, ask, of.value.id, (before) =>
    attributeChanged(
      before,
      of.value,
      (old) => readPart(rest, old, isPart, term, context),
      datasetId,
    ),
  );
  return done.ok ? ok(answerDone()) : done;
}

const PARTS = [
  "type",
  "value",
  "object",
  "languageMap",
  "vocab",
  "json",
  "valueList",
  "objectList",
];

function readPart(
  said: { readonly [name: string]: unknown },
  old: JsonMap | undefined,
  isPart: boolean,
  term: string,
  context: Ask["context"],
): Result<JsonMap, AnyRefusal> {
  const isSame = said.type === undefined || said.type === old?.type;
  // A part of it says nothing of another kind (§5.6.4).
  if (isPart && !isSame) {
    return err({ code: "NGSI_DATA", path: `${term}.type`, want: String(old?.type) });
  }
  const kept = Object.entries(old ?? {}).filter(([name]) => PARTS.includes(name));
  const { expiresAt, ...rest } = said;
  const isLasting = isPart && expiresAt === NGSI_NULL;
  const more = isLasting ? rest : said;
  const whole = isPart && isSame ? { ...Object.fromEntries(kept), ...more } : more;
  const datasetId = old?.datasetId === undefined ? {} : { datasetId: old.datasetId };
  const read = readAttribute(
    { ...whole, ...datasetId },
    term,
    context,
    isPart ? "change" : "whole",
  );
  if (!read.ok) return read;
  const [first] = read.value;
  if (first === undefined) return err({ code: "NGSI_DATA", path: term, want: "one instance" });
  if (!isPart || !isSame || isEnded(first)) return ok(first);
  const { expiresAt: _, ...other } = old ?? {};
  return ok({ ...(isLasting ? other : old), ...first });
}

async function removeOne(writer: Writer, ask: Ask): Answer {
  if (ask.c.req.param("attribute") === SCOPE) return removeScopes(writer, ask);
  const of = readPlaceOfAttribute(ask);
  if (!of.ok) return of;
  const datasetId = ask.asked("datasetId");
  const which = isTrue(ask.asked("deleteAll")) ? ("all" as const) : { datasetId };
  const done = await changeTyped(writer, ask, of.value.id, (before) =>
    attributeDeleted(before, of.value, which),
  );
  return done.ok ? ok(answerDone()) : done;
}

async function removeScopes(writer: Writer, ask: Ask): Answer {
  const id = readUri(ask.c.req.param("id") ?? "");
  if (!id.ok) return id;
  const done = await changeTyped(writer, ask, id.value, (before) =>
    before === undefined || before.scopes.length === 0
      ? err({ code: "NGSI_UNKNOWN", id: id.value, attribute: "scope" })
      : ok({ id: id.value, kind: "set", scopes: [] }),
  );
  return done.ok ? ok(answerDone()) : done;
}
