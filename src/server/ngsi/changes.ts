import { err, ok, type Result } from "../../core/index.ts";
import {
  dueOfAll,
  type Entity,
  fold,
  type Instance,
  isJsonMap,
  type JsonMap,
  type JsonValue,
  NGSI_NULL,
  still,
  underName,
} from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Change } from "./gateway.ts";
import { isEnded, type ReadAttributes, type ReadEntity } from "./read-entity.ts";

/** A change, and the attributes that it left as they were although they were named. */
export type Changed = {
  readonly change: Change;
  readonly updated: readonly string[];
  readonly notUpdated: readonly string[];
};

type Named = ReadEntity & { readonly id: string };

/** Stands among names of attributes for what is none. */
export const SCOPE = "scope";

/** What an entity becomes by each operation of GS CIM 009 §5.6. `before` is what it is now. */
export function created(said: Named, before: Entity | undefined): Result<Change, AnyRefusal> {
  if (said.types === undefined) return err({ code: "NGSI_DATA", path: "type", want: "a type" });
  if (before !== undefined) return err({ code: "NGSI_EXISTS", id: said.id });
  const ended = endedOf(said);
  return ended === undefined ? ok({ ...said, kind: "replace" }) : nothingToEnd(ended);
}

export function replaced(said: Named, before: Entity | undefined): Result<Change, AnyRefusal> {
  if (before === undefined) return unknown(said.id);
  const ended = endedOf(said);
  if (ended !== undefined) return nothingToEnd(ended);
  return ok({ ...said, types: said.types ?? before.types, kind: "replace" });
}

/** The first attribute that is said to be no more, where an entity is said as a whole. */
function endedOf({ attributes }: Named): string | undefined {
  return Object.keys(attributes).find((name) => attributes[name]?.some(isEnded));
}

function nothingToEnd(path: string): Result<never, AnyRefusal> {
  return err({ code: "NGSI_DATA", path, want: "something that is, where it is said first" });
}

export function ended(id: string, before: Entity | undefined): Result<Change, AnyRefusal> {
  return before === undefined ? unknown(id) : ok({ id, kind: "end" });
}

/** What ends of an entity by a moment: itself, or what is said of it. */
export function expired(entity: Entity, now: number): readonly Change[] {
  const { id } = entity;
  const left = still(entity, now);
  if (left === entity) return [];
  if (left === undefined) return [{ id, kind: "end" }];
  const names = Object.keys(entity.attributes).filter((name) => {
    const [before, after] = [entity.attributes[name] ?? [], underName(left.attributes, name) ?? []];
    return before.length !== after.length || before.some((each, i) => each !== after[i]);
  });
  const attributes = names.map((name) => [name, saidOf(underName(left.attributes, name))] as const);
  return [{ id, kind: "set", attributes: Object.fromEntries(attributes) }];
}

/** When the first of what is said expires. */
export function dueOfChange({ expires, attributes = {} }: Change): number | undefined {
  return dueOfAll(expires ?? undefined, attributes);
}

/** What the address says of a merge (§6.5.3.4). */
export type Merging = {
  /** When what is merged was observed, for what bore a time before and says none now. */
  readonly observedAt?: string;
  /** In which language a text is that is merged into several. */
  readonly language?: string;
};

/** Members of what was said stay where nothing else is said (§5.6.17). */
export function merged(
  said: Named,
  before: Entity | undefined,
  how: Merging = {},
): Result<Changed, AnyRefusal> {
  if (before === undefined) return unknown(said.id);
  const attributes: Record<string, readonly JsonMap[]> = {};
  const into = (old: JsonMap, more: JsonMap) => mergedJson(old, asMeant(old, more, how));
  for (const [name, instances] of Object.entries(said.attributes)) {
    const old = saidOf(underName(before.attributes, name));
    const fresh = instances.map((each) =>
      find(old, each) === undefined && !isEnded(each) ? mergedJson({}, each) : each,
    );
    attributes[name] = joined(old, fresh, into);
  }
  return ok(changed(said, before, attributes));
}

/** What a client said in short, as what it is merged into would say it. */
function asMeant(old: JsonMap, more: JsonMap, { observedAt, language }: Merging): JsonMap {
  const isTold = observedAt !== undefined && old.observedAt !== undefined;
  const timed = isTold && more.observedAt === undefined ? { ...more, observedAt } : more;
  const { value, ...rest } = timed;
  const isText = old.type === "LanguageProperty" && timed.type === "Property";
  if (!isText || language === undefined || typeof value !== "string") return timed;
  return { ...rest, type: "LanguageProperty", languageMap: { [language]: value } };
}

/** New attributes and instances come in, others are replaced, or kept where nothing may be overwritten (§5.6.3). */
export function appended(
  said: Named,
  before: Entity | undefined,
  mayOverwrite: boolean,
): Result<Changed, AnyRefusal> {
  if (before === undefined) return unknown(said.id);
  const attributes: Record<string, readonly JsonMap[]> = {};
  const kept: string[] = [];
  for (const [name, instances] of Object.entries(said.attributes)) {
    const old = saidOf(underName(before.attributes, name));
    const isFresh = (each: JsonMap) => !isEnded(each) && !find(old, each);
    const fresh = mayOverwrite ? instances : instances.filter(isFresh);
    if (fresh.length < instances.length) kept.push(name);
    if (fresh.length > 0) attributes[name] = joined(old, fresh, (_, each) => each);
  }
  // Where nothing may be overwritten, scopes come to those that are there (§4.18).
  const { scopes: more } = said;
  const scopes = more && !mayOverwrite ? [...new Set([...before.scopes, ...more])] : more;
  return ok(changed({ ...said, scopes }, before, attributes, kept));
}

/** Attributes are replaced, and those that are not there come in; one that is not there cannot end (§5.6.2). */
export function updated(said: Named, before: Entity | undefined): Result<Changed, AnyRefusal> {
  if (before === undefined) return unknown(said.id);
  const attributes: Record<string, readonly JsonMap[]> = {};
  const kept: string[] = [];
  for (const [name, instances] of Object.entries(said.attributes)) {
    const old = saidOf(underName(before.attributes, name));
    if (old.length === 0 && instances.every(isEnded)) kept.push(name);
    else attributes[name] = joined(old, instances, (_, each) => each);
  }
  // Scopes are replaced where there are any, and do not come in (§4.18).
  const isScopeless = said.scopes !== undefined && before.scopes.length === 0;
  const scopes = isScopeless ? undefined : said.scopes;
  if (isScopeless) kept.push(SCOPE);
  return ok(changed({ ...said, scopes }, before, attributes, kept));
}

/** One instance of an attribute that is there, as a whole or in part (§5.6.4, §5.6.19). */
export function attributeChanged(
  before: Entity | undefined,
  of: { readonly id: string; readonly name: string },
  instance: (old: JsonMap | undefined) => Result<JsonMap, AnyRefusal>,
  datasetId: string | undefined,
): Result<Change, AnyRefusal> {
  const { id, name } = of;
  const all = saidOf(underName(before?.attributes, name));
  const old = all.find((each) => each.datasetId === datasetId);
  if (old === undefined) return unknown(id, name);
  const read = instance(old);
  if (!read.ok) return read;
  const attributes = { [name]: joined(all, [read.value], (_, each) => each) };
  return ok({ id, kind: "set", attributes });
}

/** @param which the instance that goes; `all` of them */
export function attributeDeleted(
  before: Entity | undefined,
  { id, name }: { readonly id: string; readonly name: string },
  which: { readonly datasetId: string | undefined } | "all",
): Result<Change, AnyRefusal> {
  const all = saidOf(underName(before?.attributes, name));
  const left = which === "all" ? [] : all.filter((each) => each.datasetId !== which.datasetId);
  if (left.length === all.length) return unknown(id, name);
  return ok({ id, kind: "set", attributes: { [name]: left } });
}

/** What an entity is after a change that is not written yet. */
export function after(before: Entity | undefined, change: Change, now: number): Entity | undefined {
  const { id, kind, types = [], scopes, expires, attributes = {} } = change;
  const statement = {
    ...{ id, kind, types, scopes, attributes, timeMilliseconds: now },
    ...(expires !== undefined && { expires }),
  };
  return fold(before, statement, { entry: 0, at: 0, receivedMilliseconds: now });
}

function changed(
  said: Named,
  before: Entity,
  attributes: ReadAttributes,
  notUpdated: readonly string[] = [],
): Changed {
  const { id, types, scopes, expires } = said;
  const all = types && [...new Set([...before.types, ...types])];
  return {
    change: {
      ...{ id, kind: "set", types: all, scopes, attributes },
      ...(expires !== undefined && { expires }),
    },
    updated: Object.keys(attributes),
    notUpdated,
  };
}

function unknown(id: string, attribute?: string): Result<never, AnyRefusal> {
  return err({ code: "NGSI_UNKNOWN", id, ...(attribute !== undefined && { attribute }) });
}

function saidOf(instances: readonly Instance[] = []): readonly JsonMap[] {
  return instances.map(({ said }) => said);
}

function find(all: readonly JsonMap[], { datasetId }: JsonMap): JsonMap | undefined {
  return all.find((each) => each.datasetId === datasetId);
}

/** Instances by their datasetId: those of `more` in the place of, or behind, those of `old`; without those that end. */
function joined(
  old: readonly JsonMap[],
  more: readonly JsonMap[],
  join: (old: JsonMap, more: JsonMap) => JsonMap,
): readonly JsonMap[] {
  const stay = old.map((each) => {
    const other = find(more, each);
    if (other === undefined) return each;
    return isEnded(other) ? other : join(each, other);
  });
  const all = [...stay, ...more.filter((each) => find(old, each) === undefined)];
  return all.filter((each) => !isEnded(each)).map(withoutEnded);
}

/** An instance without attributes that end with it. */
function withoutEnded(said: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(said).filter(([, each]) => !isEnded(each)));
}

/** RFC 7396, where `urn:ngsi-ld:null` ends a member. A thing of another type is another thing. */
function mergedJson(old: JsonMap, more: JsonMap): JsonMap {
  const isOther = more.type !== undefined && old.type !== more.type;
  const all: Record<string, JsonValue> = isOther ? {} : { ...old };
  for (const [name, value] of Object.entries(more)) {
    if (value === NGSI_NULL || isEnded(value)) {
      delete all[name];
      continue;
    }
    const before = all[name];
    all[name] = isJsonMap(value) ? mergedJson(isJsonMap(before) ? before : {}, value) : value;
  }
  return all;
}
