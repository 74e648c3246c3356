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
} from "../../data/index.ts";
import type { TermContext } from "./contexts.ts";

/** How entities are to be told. */
export type Form = {
  readonly style: "normalized" | "concise" | "simplified";
  /** With the moments at which things were made and changed. */
  readonly withTimes: boolean;
  /** Of attributes in several languages, the best of these. */
  readonly languages?: readonly string[];
  /** Only these attributes, by the names of facts. */
  readonly only?: ReadonlySet<string>;
  readonly without?: ReadonlySet<string>;
  /** Only this instance; `@none` is the one without a name. */
  readonly datasetId?: string;
  /** What is told of an instance beside what it says. */
  readonly beside?: ReadonlyMap<Instance, Json>;
};

type Json = { readonly [name: string]: unknown };

export function entityJson(entity: Entity, context: TermContext, form: Form): Json {
  const { id, types, scopes, created, modified } = entity;
  const json: Record<string, unknown> = { id, type: oneOrMany(types.map(context.typeTerm)) };
  if (scopes.length > 0) json.scope = oneOrMany(scopes);
  if (form.withTimes) {
    json.createdAt = timeText(created);
    json.modifiedAt = timeText(modified);
  }
  for (const [name, instances] of Object.entries(shown(entity.attributes, form))) {
    json[context.attributeTerm(name)] = attributeJson(instances, context, form);
  }
  return json;
}

/** RFC 7946: the entity as a feature, its attributes as properties. */
export function featureJson(
  entity: Entity,
  context: TermContext,
  form: Form,
  geometryProperty: string,
): Json {
  const { id, ...properties } = entityJson(entity, context, form);
  const place = entity.attributes[geometryProperty]?.[0]?.said.value;
  return { id, type: "Feature", geometry: geometryOf(place) ?? null, properties };
}

function shown(attributes: Attributes, { only, without, datasetId }: Form): Attributes {
  const entries = Object.entries(attributes)
    .filter(([name]) => (only === undefined || only.has(name)) && !without?.has(name))
    .map(
      ([name, instances]) =>
        [
          name,
          datasetId === undefined
            ? instances
            : instances.filter(({ said }) => (said.datasetId ?? "@none") === datasetId),
        ] as const,
    )
    .filter(([, instances]) => instances.length > 0);
  return Object.fromEntries(entries);
}

function attributeJson(instances: readonly Instance[], context: TermContext, form: Form): unknown {
  if (form.style !== "simplified") {
    return oneOrMany(
      instances.map((each) => {
        const told = instanceJson(each.said, context, form, each);
        const beside = form.beside?.get(each);
        return beside === undefined ? told : { ...(told as object), ...beside };
      }),
    );
  }
  const values = instances.map(({ said }) => simple(inLanguage(said, form), context));
  const [first] = instances;
  if (instances.length === 1 && first?.said.datasetId === undefined) return values[0];
  const named = instances.map(({ said }, i) => [String(said.datasetId ?? "@none"), values[i]]);
  return { dataset: Object.fromEntries(named) };
}

function simple(said: JsonMap, context: TermContext): unknown {
  if (said.type === "LanguageProperty") return { languageMap: said.languageMap };
  if (said.type === "VocabProperty") return { vocab: vocabulary(said.vocab, context) };
  if (said.type === "JsonProperty") return { json: said.json };
  return contentOf(said);
}

export function instanceJson(
  raw: JsonMap,
  context: TermContext,
  form: Form,
  times?: Pick<Instance, "created" | "modified">,
): unknown {
  const said = inLanguage(raw, form);
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(said)) {
    if (name === "vocab") json.vocab = vocabulary(value, context);
    else if (MEMBERS.has(name) || name === "lang") json[name] = value;
    else if (isJsonMap(value))
      json[context.attributeTerm(name)] = instanceJson(value, context, form);
  }
  if (form.withTimes && times !== undefined) {
    json.createdAt = timeText(times.created);
    json.modifiedAt = timeText(times.modified);
  }
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

function vocabulary(value: JsonValue | undefined, context: TermContext): unknown {
  const compact = (each: JsonValue | undefined) =>
    typeof each === "string" && each.includes(":") ? context.typeTerm(each) : each;
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(compact) : compact(value);
}

function inLanguage(said: JsonMap, { languages }: Form): JsonMap {
  const { languageMap, ...rest } = said;
  if (languages === undefined || !isJsonMap(languageMap)) return said;
  const known = Object.keys(languageMap);
  const best = languages
    .flatMap((wanted) =>
      wanted === "*"
        ? known
        : known.filter(
            (each) => each.toLowerCase().split("-")[0] === wanted || each.toLowerCase() === wanted,
          ),
    )
    .concat("@none", known)
    .find((each) => Object.hasOwn(languageMap, each));
  if (best === undefined) return said;
  return { ...rest, type: "Property", value: languageMap[best] ?? "", lang: best };
}

export function oneOrMany<T>(values: readonly T[]): T | readonly T[] {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
