import { err, ok, type Result } from "../../../core/index.ts";
import { type JsonMap, observedAt, underName } from "../../../data/index.ts";
import type { Answered } from "../../http/text-answer.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import { readNamed } from "../entities.ts";
import type { Change } from "../gateway.ts";
import { ATTRIBUTE, CHANGE, isTrue } from "../parameters.ts";
import { type ReadEntity, readAttribute, readEntity, readTerm, readUri } from "../read-entity.ts";
import { type Ask, answerDone, pathPart, type Route } from "../request.ts";
import type { Writer } from "../writer.ts";
import { type Evolution, evolutionsOf, type Moment } from "./evolution.ts";
import type { TemporalForm } from "./form.ts";
import { instanceId } from "./tell.ts";

type Answer = Promise<Result<Answered, AnyRefusal>>;

/** What is added to what was so, told otherwise, or not told any more: GS CIM 009 §5.6.11 to §5.6.16. */
export function temporalWrites(writer: Writer): readonly Route[] {
  const writing = { isWriting: true, hasBody: true } as const;
  const deleting = { method: "DELETE", isWriting: true, hasBody: false } as const;
  const path = "/temporal/entities";
  const [one, attribute] = [`${path}/:id`, `${path}/:id/attrs/:attribute`];
  return [
    {
      ...{ ...writing, method: "POST", path, parameters: CHANGE },
      answer: (ask) => create(writer, ask),
    },
    { ...deleting, path: one, parameters: [], answer: (ask) => remove(writer, ask) },
    {
      ...{ ...writing, method: "POST", path: `${one}/attrs`, parameters: CHANGE },
      answer: (ask) => append(writer, ask),
    },
    {
      ...{ ...deleting, path: attribute, parameters: ATTRIBUTE },
      answer: (ask) => removeAttribute(writer, ask),
    },
    {
      ...{ ...writing, method: "PATCH", path: `${attribute}/:instance`, parameters: CHANGE },
      answer: (ask) => amend(writer, ask, true),
    },
    {
      ...{ ...deleting, path: `${attribute}/:instance`, parameters: [] },
      answer: (ask) => amend(writer, ask, false),
    },
  ];
}

async function create(writer: Writer, ask: Ask): Answer {
  const said = readEntity(ask.body, ask.context, "temporal");
  if (!said.ok) return said;
  const { id, types } = said.value;
  if (id === undefined) return err({ code: "NGSI_DATA", path: "id", want: "a URI" });
  if (types === undefined) return err({ code: "NGSI_DATA", path: "type", want: "a type" });
  let isNew = false;
  const done = await writer.many(ask.target, [id], (before) => {
    isNew = !before.has(id);
    return changesOf({ ...said.value, id });
  });
  if (!done.ok) return done;
  const path = new URL(ask.c.req.url).pathname.replace(/\/$/, "");
  const Location = `${path}/${pathPart(id)}`;
  return ok(isNew ? answerDone(201, { Location }) : answerDone());
}

async function append(writer: Writer, ask: Ask): Answer {
  const said = readNamed(ask, "temporal");
  if (!said.ok) return said;
  const { id } = said.value;
  let isThere = false;
  const done = await writer.many(ask.target, [id], (before) => {
    isThere = before.has(id);
    return isThere ? changesOf(said.value) : [];
  });
  if (!done.ok) return done;
  return isThere ? ok(answerDone()) : err({ code: "NGSI_UNKNOWN", id });
}

/** One observation for each time, the oldest first; what says none was seen now. */
function changesOf({
  id,
  types,
  scopes,
  scopesThen = [],
  attributes,
}: ReadEntity & { readonly id: string }): readonly Change[] {
  const times = new Map<number | undefined, Record<string, JsonMap[]>>();
  for (const [name, instances] of Object.entries(attributes)) {
    for (const said of instances) {
      const time = observedAt(said);
      const then = times.get(time) ?? {};
      times.set(time, then);
      then[name] = [...(underName(then, name) ?? []), said];
    }
  }
  if (times.size === 0 && scopesThen.length === 0) times.set(undefined, {});
  // An observation that says scopes and nothing else says when they were so.
  const scoped = scopesThen.map((then): Change => {
    const timeMilliseconds = Date.parse(then.observedAt.replace(",", "."));
    return { id, kind: "add", types, scopes: then.scopes, timeMilliseconds };
  });
  scoped.sort((a, b) => (a.timeMilliseconds ?? 0) - (b.timeMilliseconds ?? 0));
  const seen = [...times]
    .sort(([a = Number.POSITIVE_INFINITY], [b = Number.POSITIVE_INFINITY]) => a - b)
    .map(([time, attributes]): Change => {
      const when = time === undefined ? {} : { timeMilliseconds: time };
      return { id, kind: "add", types, scopes, attributes, ...when };
    });
  return [...scoped, ...seen];
}

/** Everything that was so, by when it came. */
const EVERYTHING: TemporalForm = {
  ...{ property: "createdAt", lastN: undefined, style: "instances", aggregation: undefined },
  ...{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  form: { style: "normalized", withTimes: false },
};

/** An entity of which something was said, with what it was; `NGSI_UNKNOWN` of any other. */
async function evolutionOf(ask: Ask, id: string): Promise<Result<Evolution, AnyRefusal>> {
  await ask.target.log.entities.caughtUp();
  const all = await evolutionsOf(ask, [id], EVERYTHING);
  if (!all.ok) return all;
  const found = all.value.get(id);
  return found ? ok(found) : err({ code: "NGSI_UNKNOWN", id });
}

async function change(
  writer: Writer,
  { target }: Ask,
  id: string,
  change: Omit<Change, "id">,
): Answer {
  const done = await writer.many(target, [id], () => [{ id, ...change }]);
  return done.ok ? ok(answerDone()) : done;
}

async function remove(writer: Writer, ask: Ask): Answer {
  const id = readUri(ask.c.req.param("id") ?? "");
  if (!id.ok) return id;
  const found = await evolutionOf(ask, id.value);
  return found.ok ? change(writer, ask, id.value, { kind: "forget" }) : found;
}

function readNames({ c, context }: Ask): Result<{ id: string; name: string }, AnyRefusal> {
  const id = readUri(c.req.param("id") ?? "");
  if (!id.ok) return id;
  const name = readTerm(c.req.param("attribute") ?? "", context);
  return name.ok ? ok({ id: id.value, name: name.value }) : name;
}

async function removeAttribute(writer: Writer, ask: Ask): Answer {
  const of = readNames(ask);
  if (!of.ok) return of;
  const { id, name } = of.value;
  const evolution = await evolutionOf(ask, id);
  if (!evolution.ok) return evolution;
  const isAll = isTrue(ask.asked("deleteAll"));
  const named = ask.asked("datasetId");
  const datasetId = isAll ? "*" : named === "@none" ? undefined : named;
  const moments = evolution.value.attributes.get(name) ?? [];
  const isThere = moments.some(({ said }) => isAll || said.datasetId === datasetId);
  if (!isThere) return err({ code: "NGSI_UNKNOWN", id, attribute: name });
  return change(writer, ask, id, { kind: "forget", forgets: { attributes: [name], datasetId } });
}

/** One instance is told otherwise, or no more. */
async function amend(writer: Writer, ask: Ask, isChange: boolean): Answer {
  const of = readNames(ask);
  if (!of.ok) return of;
  const instance = readUri(ask.c.req.param("instance") ?? "");
  if (!instance.ok) return instance;
  const { id, name } = of.value;
  const evolution = await evolutionOf(ask, id);
  if (!evolution.ok) return evolution;
  const moments = evolution.value.attributes.get(name) ?? [];
  const moment = moments.find(({ row, n }) => instanceId(row, n) === instance.value);
  if (moment === undefined) return err({ code: "NGSI_UNKNOWN", id, attribute: name });
  const said = isChange ? readAmended(ask, moment) : ok([]);
  if (!said.ok) return said;
  const { entry, at } = moment;
  const { datasetId } = moment.said;
  const place = { entry, at, attribute: name };
  const amends = { ...place, datasetId: typeof datasetId === "string" ? datasetId : undefined };
  return change(writer, ask, id, { kind: "amend", amends, attributes: { [name]: said.value } });
}

/** What is said of it now, and of the rest what was said before; its name stays. */
function readAmended(ask: Ask, { said: old }: Moment): Result<readonly JsonMap[], AnyRefusal> {
  const { body, context, c } = ask;
  const term = c.req.param("attribute") ?? "";
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const given = (isObject ? body : { value: body }) as { readonly [name: string]: unknown };
  // It may stand behind its name, as an attribute of an entity does.
  const inner = term in given && !("type" in given) ? given[term] : given;
  const [only] = Array.isArray(inner) ? inner : [inner];
  const { "@context": _, instanceId: __, ...rest } = (only ?? {}) as Record<string, unknown>;
  const { observedAt: seen, datasetId } = old;
  const kept = { ...(seen !== undefined && { observedAt: seen }) };
  const named = { ...(datasetId !== undefined && { datasetId }) };
  return readAttribute({ ...kept, ...rest, ...named }, term, context);
}
