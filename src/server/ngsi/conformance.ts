import {
  type Attributes,
  type Entity,
  isJsonMap,
  type JsonMap,
  type JsonValue,
  MEMBERS,
  NGSI_NULL,
} from "../../data/index.ts";

// GS CIM 009 §4.3.6.8: whoever asks may say which version of the specification it understands (`Prefer: ngsi-ld=1.5`, RFC 7240;
// `ngsildConformance` of a subscription), and gets entities in which what came later is left out, or told as what there was then.

/** The second number of the version that is answered where nothing else is preferred. */
const NATIVE = 9;

/** Each type of attribute that came after 1.0: with which version, what it was before, and the member that holds what it says. */
const LATER: { readonly [type: string]: readonly [since: number, was: string, holds: string] } = {
  LanguageProperty: [4, "Property", "languageMap"],
  JsonProperty: [8, "Property", "json"],
  VocabProperty: [8, "Property", "vocab"],
  ListProperty: [8, "Property", "valueList"],
  ListRelationship: [8, "Relationship", "objectList"],
};
/** The same of members beside what an attribute says. */
const BESIDE: { readonly [member: string]: number } = {
  ...{ datasetId: 3, observedAt: 3, unitCode: 3 },
  ...{ objectType: 8, expiresAt: 9, valueType: 9 },
};
const [TYPES_SINCE, SCOPE_SINCE, EXPIRES_SINCE] = [3, 4, 9];

/** @returns the second number of a version 1.x that is preferred to the newest; `undefined` where none is named */
export function preferredVersion(prefer: string | undefined): number | undefined {
  const found = /(?:^|[,;])\s*ngsi-ld\s*=\s*"?([\d.]{1,11})"?\s*(?:$|[,;])/i.exec(prefer ?? "");
  return found?.[1] === undefined ? undefined : versionIn(found[1]);
}

/** @returns the second number of a version 1.x, that of the newest for what is newer; `undefined` for what is no version */
export function versionIn(text: string): number | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?$/.exec(text);
  if (found === null) return undefined;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major === 1 ? Math.min(minor, NATIVE) : NATIVE;
}

/** An entity as that version has it; the same object where there is nothing in it that came later. */
export function asOfVersion(
  entity: Entity,
  minor: number | undefined,
  vocabulary: (value: JsonValue) => unknown,
): Entity {
  if (minor === undefined || minor >= NATIVE) return entity;
  const { expires, ...rest } = entity;
  const attributes: Record<string, Attributes[string]> = {};
  for (const [name, instances] of Object.entries(entity.attributes)) {
    const one = instances.find(({ said }) => said.datasetId === undefined) ?? instances[0];
    const told = minor < TYPES_SINCE && one !== undefined ? [one] : instances;
    const then = told.map((each) => {
      const said = saidThen(each.said, minor, vocabulary);
      return said === each.said ? each : { ...each, said };
    });
    attributes[name] = isSame(instances, then) ? instances : then;
  }
  const types = minor < TYPES_SINCE ? entity.types.slice(0, 1) : entity.types;
  const scopes = minor < SCOPE_SINCE ? [] : entity.scopes;
  const isExpiring = expires !== undefined && minor < EXPIRES_SINCE;
  const areSame =
    isSame(entity.types, types) &&
    isSame(entity.scopes, scopes) &&
    isSame(Object.values(entity.attributes), Object.values(attributes));
  if (areSame && !isExpiring) return entity;
  return {
    ...rest,
    ...(expires !== undefined && !isExpiring && { expires }),
    ...{ types, scopes, attributes },
  };
}

function isSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((each, i) => each === after[i]);
}

function saidThen(
  said: JsonMap,
  minor: number,
  vocabulary: (value: JsonValue) => unknown,
): JsonMap {
  const [since, was, holds] = LATER[String(said.type)] ?? [0, "", ""];
  const isLater = minor < since;
  const told: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(said)) {
    if (minor < (BESIDE[name] ?? 0)) continue;
    if (isLater && name === "type") told.type = was;
    else if (isLater && name === holds) {
      // A word of a vocabulary is told by its term, as a property's value would be by nobody.
      const content = name === "vocab" ? (vocabulary(value) as JsonValue) : value;
      told[was === "Property" ? "value" : "object"] = withoutNull(content);
    } else if (!MEMBERS.has(name) && isJsonMap(value))
      told[name] = saidThen(value, minor, vocabulary);
    else told[name] = value;
  }
  // What is left out is missed, and nothing comes to it: names need not be compared.
  return isSame(Object.values(said), Object.values(told)) ? said : told;
}

/** What a property cannot say. */
function withoutNull(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).filter((each) => each !== NGSI_NULL).map(withoutNull);
  }
  if (!isJsonMap(value)) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== NGSI_NULL);
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutNull(each)]));
}

/** That it was heeded. */
export function versionApplied(minor: number | undefined): Readonly<Record<string, string>> {
  return minor === undefined ? {} : { "Preference-Applied": `ngsi-ld=1.${minor}` };
}

/** An older version in which entities are told, and whether anything told so far would be told otherwise in the newest. */
export type Older = { readonly minor: number; isAltered: boolean };

/** The newest is what everything is told in anyway. */
export function formOfVersion(minor: number | undefined): { readonly version?: Older } {
  return minor === undefined || minor >= NATIVE ? {} : { version: { minor, isAltered: false } };
}
