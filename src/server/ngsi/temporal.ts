import { err, ok, type Result } from "../../core/index.ts";
import { contentOf, type JsonMap, type Observed, observedAt } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { readNamed } from "./entities.ts";
import type { Change } from "./gateway.ts";
import { type Asked, readForm, readQuery } from "./query.ts";
import { type ReadEntity, readEntity, readUri } from "./read-entity.ts";
import { type Ask, answerDone, answerWith, type Route } from "./request.ts";
import { type Form, instanceJson, oneOrMany } from "./write-entity.ts";
import type { Writer } from "./writer.ts";

type Answer = Promise<Result<Response, AnyRefusal>>;

/** Of one answer: more is asked for by a shorter time. */
const MAX_INSTANCES = 100_000;

/** What was so at which time: GS CIM 009 §6.18 to §6.20, to read and to add to. */
export function temporalRoutes(writer: Writer): readonly Route[] {
  const reading = { method: "GET", isWriting: false, hasBody: false } as const;
  const writing = { method: "POST", isWriting: true, hasBody: true } as const;
  return [
    { ...reading, path: "/temporal/entities", answer: list },
    { ...reading, path: "/temporal/entities/:id", answer: retrieve },
    { ...writing, path: "/temporal/entities", answer: (ask) => create(writer, ask) },
    { ...writing, path: "/temporal/entities/:id/attrs", answer: (ask) => append(writer, ask) },
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
  const Location = `${path}/${encodeURIComponent(id)}`;
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
  attributes,
}: ReadEntity & { readonly id: string }): readonly Change[] {
  const times = new Map<number | undefined, Record<string, JsonMap[]>>();
  for (const [name, instances] of Object.entries(attributes)) {
    for (const said of instances) {
      const time = observedAt(said);
      const seen = times.get(time) ?? {};
      times.set(time, seen);
      seen[name] = [...(seen[name] ?? []), said];
    }
  }
  if (times.size === 0) times.set(undefined, {});
  return [...times]
    .sort(([a = Number.POSITIVE_INFINITY], [b = Number.POSITIVE_INFINITY]) => a - b)
    .map(([time, seen]): Change => {
      const when = time === undefined ? {} : { timeMilliseconds: time };
      return { id, kind: "add", types, scopes, attributes: seen, ...when };
    });
}

/** Which instances are asked for, and how they are told. */
type TemporalForm = {
  readonly property: "observedAt" | "createdAt" | "modifiedAt";
  /** The beginning counts, the end does not. */
  readonly from: number;
  readonly to: number;
  readonly lastN: number;
  readonly asValues: boolean;
  readonly form: Form;
};

const PROPERTIES = ["observedAt", "createdAt", "modifiedAt"] as const;

function readTemporalForm(ask: Ask): Result<TemporalForm, AnyRefusal> {
  const { asked, context } = ask;
  const options = (asked("options") ?? "").split(",");
  const own: Asked = (name) =>
    name === "options"
      ? options.filter((each) => each !== "temporalValues").join(",") || undefined
      : name === "format" && asked("format") === "temporalValues"
        ? undefined
        : asked(name);
  const form = readForm(own, context);
  if (!form.ok) return form;
  const named = asked("timeproperty") ?? "observedAt";
  const property = PROPERTIES.find((each) => each === named);
  if (property === undefined) return wrong("timeproperty", named, PROPERTIES.join(" | "));
  const span = readSpan(asked);
  if (!span.ok) return span;
  const count = asked("lastN");
  const lastN = count === undefined ? MAX_INSTANCES : Number(/^\d{1,6}$/.test(count) ? count : 0);
  if (lastN < 1) return wrong("lastN", count ?? "", "a whole number above zero");
  const asValues = options.includes("temporalValues") || asked("format") === "temporalValues";
  return ok({ property, ...span.value, lastN, asValues, form: form.value });
}

type Span = { readonly from: number; readonly to: number };

/** GS CIM 009 §4.11. */
function readSpan(asked: Asked): Result<Span, AnyRefusal> {
  const relation = asked("timerel");
  const [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (relation === undefined) {
    const lost = asked("timeAt") ?? asked("endTimeAt");
    return lost === undefined ? ok({ from, to }) : wrong("timerel", "", "a relation beside timeAt");
  }
  const at = timeOf(asked("timeAt"));
  if (at === undefined) return wrong("timeAt", asked("timeAt") ?? "", "a time of RFC 3339 in UTC");
  if (relation === "before") return ok({ from, to: at });
  if (relation === "after") return ok({ from: at, to });
  if (relation !== "between") return wrong("timerel", relation, "before | after | between");
  const end = timeOf(asked("endTimeAt"));
  if (end !== undefined && end >= at) return ok({ from: at, to: end });
  return wrong(
    "endTimeAt",
    asked("endTimeAt") ?? "",
    "a time of RFC 3339 in UTC, not before timeAt",
  );
}

function timeOf(text: string | undefined): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text ?? "")) return undefined;
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function wrong(name: string, got: string, want: string): Result<never, AnyRefusal> {
  return err({ code: "HTTP_PARAMETER", name, got: got.slice(0, 64), want });
}

async function retrieve(ask: Ask): Answer {
  const id = readUri(ask.c.req.param("id") ?? "");
  if (!id.ok) return id;
  const form = readTemporalForm(ask);
  if (!form.ok) return form;
  await ask.target.log.entities.caughtUp();
  const found = await evolutionsOf(ask, [id.value], form.value);
  if (!found.ok) return found;
  const evolution = found.value.get(id.value);
  if (evolution === undefined) return err({ code: "NGSI_UNKNOWN", id: id.value });
  return ok(answerWith(ask, evolutionJson(id.value, evolution, ask, form.value)));
}

/** Of the entities that match as they are now, those of which something was so in that time. */
async function list(ask: Ask): Answer {
  const query = readQuery(ask.asked, ask.context);
  if (!query.ok) return query;
  if (ask.asked("timerel") === undefined) {
    return wrong("timerel", "", "before | after | between, beside timeAt");
  }
  const form = readTemporalForm(ask);
  if (!form.ok) return form;
  const { entities } = ask.target.log;
  await entities.caughtUp();
  const { limit, offset, withCount } = query.value;
  const page = await entities.find(query.value.query, ask.target.view, { limit, offset });
  const ids = page.entities.map(({ id }) => id);
  const found = await evolutionsOf(ask, ids, form.value);
  if (!found.ok) return found;
  const all = ids.flatMap((id) => {
    const evolution = found.value.get(id);
    const isEmpty = evolution === undefined || evolution.attributes.size === 0;
    return isEmpty ? [] : [evolutionJson(id, evolution, ask, form.value)];
  });
  const count = withCount ? await entities.count(query.value.query, ask.target.view) : undefined;
  const headers = count === undefined ? {} : { "NGSILD-Results-Count": String(count) };
  return ok(answerWith(ask, all, headers));
}

type Moment = {
  readonly said: JsonMap;
  readonly time: number;
  readonly received: number;
  readonly name: string;
};
type Evolution = { types: readonly string[]; readonly attributes: Map<string, Moment[]> };

async function evolutionsOf(
  { target }: Ask,
  ids: readonly string[],
  { property, from, to, form }: TemporalForm,
): Promise<Result<ReadonlyMap<string, Evolution>, AnyRefusal>> {
  const found = new Map<string, Evolution>();
  if (ids.length === 0) return ok(found);
  const last = new Map<string, string>();
  let count = 0;
  for await (const observed of target.log.entities.history({ ids }, target.view)) {
    const evolution = found.get(observed.id) ?? { types: [], attributes: new Map() };
    found.set(observed.id, evolution);
    evolution.types = [...new Set([...evolution.types, ...observed.types])];
    for (const [name, said, n] of instancesOf(observed)) {
      if (form.only?.has(name) === false) continue;
      // An entry repeats the instances that it leaves as they were; and what was so at one time is so once.
      const when = typeof said.observedAt === "string" ? said.observedAt : "";
      const key = `${observed.id} ${name} ${said.datasetId ?? ""} ${when}`;
      const text = JSON.stringify(said);
      if (last.get(key) === text) continue;
      last.set(key, text);
      const received = observed.receivedMilliseconds;
      const time = property === "observedAt" ? observedAt(said) : received;
      if (time === undefined || time < from || time >= to) continue;
      count += 1;
      if (count > MAX_INSTANCES) return err({ code: "HTTP_ITEMS", got: count, max: MAX_INSTANCES });
      const moments = evolution.attributes.get(name) ?? [];
      evolution.attributes.set(name, moments);
      moments.push({ said, time, received, name: `urn:ngsi-ld:Instance:${observed.row}:${n}` });
    }
  }
  return ok(found);
}

function instancesOf({ attributes }: Observed): readonly (readonly [string, JsonMap, number])[] {
  return Object.entries(attributes).flatMap(([name, instances]) =>
    instances.map((said, n) => [name, said, n] as const),
  );
}

function evolutionJson(
  id: string,
  { types, attributes }: Evolution,
  { context }: Ask,
  { lastN, asValues, property, form }: TemporalForm,
): object {
  const json: Record<string, unknown> = { id, type: oneOrMany(types.map(context.typeTerm)) };
  for (const [name, moments] of attributes) {
    const latest = [...moments].sort((a, b) => a.time - b.time).slice(-lastN);
    json[context.attributeTerm(name)] = asValues
      ? valuesJson(latest)
      : latest.map(({ said, received, name: instanceId }) => {
          const times = { created: received, modified: received };
          const told = instanceJson(said, context, { ...form, style: "normalized" }, times);
          const moment =
            property === "observedAt" ? {} : { [property]: new Date(received).toISOString() };
          return { ...(told as object), instanceId, ...moment };
        });
  }
  return json;
}

const VALUES: { readonly [type: string]: string } = {
  Relationship: "objects",
  LanguageProperty: "languageMaps",
  VocabProperty: "vocabs",
  JsonProperty: "jsons",
};

/** §4.5.9: each value with its time. */
function valuesJson(moments: readonly Moment[]): object {
  const type = String(moments[0]?.said.type ?? "Property");
  const values = moments.map(({ said, time }) => [contentOf(said), new Date(time).toISOString()]);
  return { type, [VALUES[type] ?? "values"]: values };
}
