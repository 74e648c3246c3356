import {
  type Attributes,
  contentOf,
  type Entity,
  geometryOf,
  type Instance,
  isJsonMap,
  type JsonMap,
  type JsonValue,
  MEMBERS,
  NGSI_NULL,
  underName,
} from "../../data/index.ts";
import { briefTime } from "./brief-time.ts";
import { asOfVersion, type Older } from "./conformance.ts";
import type { TermContext } from "./contexts.ts";
import type { Projection } from "./projection.ts";

/** What is told of an instance of the attribute of this name beside what it says. */
export type Beside = { get(instance: Instance, name: string): Json | undefined };

/** How entities are to be told. */
export type Form = {
  readonly style: "normalized" | "concise" | "simplified";
  /** With the moments at which things were made and changed. */
  readonly withTimes: boolean;
  /** Of attributes in several languages, the best of these. */
  readonly languages?: readonly string[];
  /** Only these attributes, by the names of facts; members that are none stay. */
  readonly only?: ReadonlySet<string>;
  /** All but these. */
  readonly without?: ReadonlySet<string>;
  /** Only these members, and all but these. */
  readonly pick?: Projection;
  readonly omit?: Projection;
  /** Only these instances; `@none` is the one without a name. */
  readonly datasetIds?: ReadonlySet<string>;
  /** Entities that relationships lead to are told with it. */
  readonly join?: Join;
  /** What is told of an instance beside what it says. */
  readonly beside?: Beside;
  /** As version 1.x of the specification has entities; left out: the newest. */
  readonly version?: Older;
};

/** GS CIM 009 §4.5.23. */
export type Join = {
  /** In the place of the relationship, or behind the entity. */
  readonly kind: "inline" | "flat";
  readonly levels: number;
  /** Entities in which the answer will stand: they are not told again inside of it. */
  readonly around: ReadonlySet<string>;
};

/** Entities that relationships lead to, as far as they were looked up; how many may still be told inside of others. */
export type Links = { readonly entities: ReadonlyMap<string, Entity>; left: number };

type Json = { readonly [name: string]: unknown };

export function entityJson(given: Entity, context: TermContext, form: Form, links?: Links): Json {
  const { version } = form;
  const entity = asOfVersion(given, version?.minor, (value) => vocabulary(value, context));
  if (version !== undefined && entity !== given && !version.isAltered) {
    // The form may leave out all that came later: what is told counts.
    const text = (each: Entity) => JSON.stringify(toldJson(each, context, form));
    version.isAltered = text(entity) !== text(given);
  }
  return toldJson(entity, context, form, links);
}

function toldJson(entity: Entity, context: TermContext, form: Form, links?: Links): Json {
  const { id, types, scopes, created, modified } = entity;
  const json: Record<string, unknown> = {};
  const put = (name: string, value: unknown) => {
    if (isMember(name, form)) json[name] = value;
  };
  put("id", id);
  put("type", oneOrMany(types.map(context.typeTerm)));
  if (scopes.length > 0) put("scope", oneOrMany(scopes));
  if (form.withTimes) {
    put("createdAt", timeText(created));
    put("modifiedAt", timeText(modified));
    if (entity.expires !== undefined) put("expiresAt", briefTime(entity.expires));
  }
  for (const [name, instances] of Object.entries(shown(entity.attributes, form))) {
    json[context.attributeTerm(name)] = attributeJson(name, instances, context, form, links);
  }
  return json;
}

/** Whether a member is told, whatever it is. */
export function isMember(name: string, { pick, omit }: Form): boolean {
  if (pick !== undefined && !pick.has(name)) return false;
  return omit === undefined || !omit.has(name) || omit.get(name) !== undefined;
}

/** How entities are told to which an attribute leads. */
export function formBehind(name: string, { pick, omit, only: _, ...form }: Form): Form {
  const [picked, omitted] = [pick?.get(name), omit?.get(name)];
  const { join } = form;
  return {
    ...form,
    ...(picked && { pick: picked }),
    ...(omitted && { omit: omitted }),
    ...(join && { join: { ...join, levels: join.levels - 1 } }),
  };
}

/** RFC 7946: the entity as a feature, its attributes as properties. */
export function featureJson(
  entity: Entity,
  context: TermContext,
  form: Form,
  geometryProperty: string,
): Json {
  const { id, ...properties } = entityJson(entity, context, form);
  const instances = underName(entity.attributes, geometryProperty) ?? [];
  // The one without a name stands for the others (§4.5.16.1).
  const main = instances.find(({ said }) => said.datasetId === undefined) ?? instances[0];
  const place = main?.said.value;
  return { id, type: "Feature", geometry: geometryOf(place) ?? null, properties };
}

/** The attributes that are told, with their instances. */
export function shown(attributes: Attributes, form: Form): Attributes {
  const { only, without, datasetIds, pick, omit } = form;
  if ((only ?? without ?? datasetIds ?? pick ?? omit) === undefined) return attributes;
  const entries = Object.entries(attributes)
    .filter(([name]) => only?.has(name) !== false && without?.has(name) !== true)
    .filter(([name]) => isMember(name, form))
    .map(
      ([name, instances]) =>
        [
          name,
          datasetIds === undefined
            ? instances
            : instances.filter(({ said }) => datasetIds.has(String(said.datasetId ?? "@none"))),
        ] as const,
    )
    .filter(([, instances]) => instances.length > 0);
  return Object.fromEntries(entries);
}

function attributeJson(
  name: string,
  instances: readonly Instance[],
  context: TermContext,
  form: Form,
  links: Links | undefined,
): unknown {
  if (
    saysOnlyHow(form) &&
    links === undefined &&
    instances.every(({ said }) => isToldAsSaid(said))
  ) {
    return oneOrMany(instances.map(({ said }) => said));
  }
  const linked = (said: JsonMap) => linkedJson(name, said, context, form, links);
  if (form.style !== "simplified") {
    const all = instances.map((each) => {
      const json = instanceJson(each.said, context, form, each, form.beside?.get(each, name));
      const found = linked(each.said);
      if (found.length === 0) return json;
      const entities = found.map((one) => one.entity);
      const isList = Array.isArray(each.said.object);
      return {
        ...(json as object),
        [isList ? "entityList" : "entity"]: isList ? entities : entities[0],
      };
    });
    return oneOrMany(all);
  }
  const values = instances.map(({ said }) => {
    const found = new Map(linked(said).map(({ id, entity }) => [id, entity]));
    const value = simple(inLanguage(said, form), context);
    if (found.size === 0) return value;
    const whole = (each: unknown) => found.get(String(each)) ?? each;
    return Array.isArray(value) ? value.map(whole) : whole(value);
  });
  const [first] = instances;
  if (instances.length === 1 && first?.said.datasetId === undefined) return values[0];
  const named = instances.map(({ said }, i) => [String(said.datasetId ?? "@none"), values[i]]);
  return { dataset: Object.fromEntries(named) };
}

/** Whether an instance is told in the normalized form, and with nothing beside what it says. */
function saysOnlyHow({ style, withTimes, languages, beside }: Form): boolean {
  return style === "normalized" && !withTimes && languages === undefined && beside === undefined;
}

/** What stands in facts as it does in NGSI-LD, whatever the context: most of what sensors say is nothing else. */
const TOLD_AS_SAID: ReadonlySet<string> = new Set(
  [...MEMBERS, "lang"].filter(
    (name) => !["vocab", "json", "objectList", "entityTypeSealed", "expiresAt"].includes(name),
  ),
);

function isToldAsSaid(said: JsonMap): boolean {
  for (const name in said) if (!TOLD_AS_SAID.has(name)) return false;
  return true;
}

function linkedJson(
  name: string,
  said: JsonMap,
  context: TermContext,
  form: Form,
  links: Links | undefined,
): readonly { readonly id: string; readonly entity: Json }[] {
  if (links === undefined || form.join?.kind !== "inline" || form.join.levels < 1) return [];
  const behind = formBehind(name, form);
  return objectsOf(said).flatMap((id) => {
    const entity = form.join?.around.has(id) === true ? undefined : links.entities.get(id);
    if (entity === undefined || links.left < 1) return [];
    links.left -= 1;
    return [{ id, entity: entityJson(entity, context, behind, links) }];
  });
}

/** Ids of the entities that a relationship leads to. */
export function objectsOf({ type, object }: JsonMap): readonly string[] {
  if (type !== "Relationship") return [];
  const all: readonly unknown[] = Array.isArray(object) ? object : [object];
  return all.filter((each): each is string => typeof each === "string");
}

function simple(said: JsonMap, context: TermContext): unknown {
  if (said.type === "LanguageProperty") return { languageMap: said.languageMap };
  if (said.type === "VocabProperty") return { vocab: vocabulary(said.vocab, context) };
  if (said.type === "JsonProperty") return { json: withNulls(said.json) };
  return contentOf(said);
}

export function instanceJson(
  raw: JsonMap,
  context: TermContext,
  form: Form,
  times?: Pick<Instance, "created" | "modified">,
  beside?: Json,
): unknown {
  const said = inLanguage(raw, form);
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(said)) {
    if (name === "vocab") json.vocab = vocabulary(value, context);
    else if (name === "json") json.json = value === NGSI_NULL ? value : withNulls(value);
    else if (name === "objectList") json.objectList = objects(value, form);
    else if (name === "entityTypeSealed") json[name] = vocabulary(value, context);
    else if (name === "expiresAt" && !form.withTimes) continue;
    else if (MEMBERS.has(name) || name === "lang") json[name] = value;
    else if (isJsonMap(value))
      json[context.attributeTerm(name)] = instanceJson(value, context, form);
  }
  if (form.withTimes && times !== undefined) {
    json.createdAt = timeText(times.created);
    json.modifiedAt = timeText(times.modified);
  }
  Object.assign(json, beside);
  return form.style === "concise" ? concise(json) : json;
}

/** Without a type that shows by itself, and of a property that says nothing else its value alone. */
function concise({ type, ...rest }: { readonly [name: string]: unknown }): unknown {
  const names = Object.keys(rest);
  const isPlain = names.length === 1 && names[0] === "value";
  if (type === "GeoProperty" && isPlain) return rest.value;
  const isMap = typeof rest.value === "object" && !Array.isArray(rest.value);
  return type === "Property" && isPlain && !isMap ? rest.value : rest;
}

/** Terms of a vocabulary, as the reader's context has them. */
export function vocabulary(value: JsonValue | undefined, context: TermContext): unknown {
  const compact = (each: JsonValue | undefined) =>
    typeof each === "string" && each.includes(":") ? context.typeTerm(each) : each;
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(compact) : compact(value);
}

/** A list of relationships, each as an object where nothing is left out (§4.5.22.2). */
function objects(value: JsonValue, { style }: Form): unknown {
  if (style !== "normalized" || !Array.isArray(value)) return value;
  const all = value as readonly JsonValue[];
  return all.map((each) => (typeof each === "string" ? { object: each } : each));
}

/** JSON as it was sent: see `jsonAt`, which reads it. What an attribute says is no `null` as a whole: that is one that is gone. */
export function withNulls(value: JsonValue | undefined): unknown {
  if (value === NGSI_NULL) return null;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(withNulls);
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withNulls(each)]));
}

function inLanguage(said: JsonMap, { languages }: Form): JsonMap {
  if (languages === undefined || !isJsonMap(said.languageMap)) return said;
  const { languageMap, ...rest } = { ...said, languageMap: said.languageMap };
  const known = Object.keys(languageMap);
  const best = languages
    .flatMap((wanted) => (wanted === "*" ? known : tagsFor(wanted, known)))
    .concat("@none", known)
    .find((each) => Object.hasOwn(languageMap, each));
  if (best === undefined) return said;
  return { ...rest, type: "Property", value: languageMap[best] ?? "", lang: best };
}

/** RFC 4647, lookup: the tag itself, longer ones, then what is left of it from the end on. */
function tagsFor(wanted: string, known: readonly string[]): readonly string[] {
  const has = (test: (tag: string) => boolean) => known.filter((tag) => test(tag.toLowerCase()));
  const found = [...has((tag) => tag === wanted), ...has((tag) => tag.startsWith(`${wanted}-`))];
  const parts = wanted.split("-");
  for (let n = parts.length - 1; n > 0; n--) {
    const shorter = parts.slice(0, n).join("-");
    found.push(...has((tag) => tag === shorter));
  }
  return found;
}

export function oneOrMany<T>(values: readonly T[]): T | readonly T[] {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
