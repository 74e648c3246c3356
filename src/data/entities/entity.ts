import { contentOf, type JsonMap, type JsonValue } from "../../table/index.ts";

export { contentOf, type JsonMap, type JsonValue };

/** One value of an attribute. */
export type Instance = {
  /** In the normalized form of NGSI-LD (GS CIM 009 §4.5), names of attributes as facts have them. */
  readonly said: JsonMap;
  /** Unix milliseconds at which the node received what began this instance, and what changed it last. */
  readonly created: number;
  readonly modified: number;
  /** Of the entry and the observation in it that say so: where its proof is found. */
  readonly entry: number;
  readonly at: number;
};

export type Attributes = { readonly [name: string]: readonly Instance[] };

/** What the observations of a dataset say of one thing, the newest of each attribute. */
export type Entity = {
  /** A URI. */
  readonly id: string;
  readonly types: readonly string[];
  readonly scopes: readonly string[];
  /** When they were said, or observed where that was said with them; Unix milliseconds. */
  readonly scoped?: number;
  readonly created: number;
  readonly modified: number;
  /** When the newest observation of it was made, as its source says. */
  readonly time: number;
  /** From when on it is no more, where its writer said so; Unix milliseconds. */
  readonly expires?: number;
  /** When the first of it expires: itself, an attribute, or what is said of one. */
  readonly due?: number;
  readonly attributes: Attributes;
};

/** The attribute that says where an entity is; a device says it in the fact `place`. */
export const LOCATION = "location";

/** What of an instance is no attribute of the attribute. */
export const MEMBERS: ReadonlySet<string> = new Set([
  "type",
  "value",
  "object",
  "objectType",
  "languageMap",
  "vocab",
  "json",
  "valueList",
  "objectList",
  "unitCode",
  "valueType",
  "observedAt",
  "expiresAt",
  "datasetId",
  "entityIdSealed",
  "entityTypeSealed",
]);

/** Says "no more" in the place of a value (GS CIM 009 §4.5.0). */
export const NGSI_NULL = "urn:ngsi-ld:null";

/** Whether what is said is that there is no more of it. */
export function saysNothing(said: JsonMap): boolean {
  const content = contentOf(said);
  return content === NGSI_NULL || (isJsonMap(content) && content["@none"] === NGSI_NULL);
}

/** Unix milliseconds for which an instance holds, where it says so. */
export function observedAt(said: JsonMap): number | undefined {
  const time = typeof said.observedAt === "string" ? Date.parse(said.observedAt) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

export function isJsonMap(value: JsonValue | undefined): value is JsonMap {
  return typeof value === "object" && !Array.isArray(value);
}

/** What stands under a name that is somebody else's choice: `constructor` or `toString` are names like any other. */
export function underName<T>(
  all: { readonly [name: string]: T } | undefined,
  name: string,
): T | undefined {
  return all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Where an entity is, where one place is to be told: the instance of its location without a name, else the first. */
export function placeOf({ attributes }: Pick<Entity, "attributes">): JsonValue | undefined {
  const places = attributes[LOCATION] ?? [];
  return (places.find(({ said }) => said.datasetId === undefined) ?? places[0])?.said.value;
}
