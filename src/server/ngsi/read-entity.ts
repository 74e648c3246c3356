import {
  err,
  MAX_FACT_NAME_BYTES,
  MAX_OBSERVATION_FACTS,
  ok,
  type Result,
} from "../../core/index.ts";
import {
  isGeometry,
  isJsonMap,
  type JsonMap,
  type JsonValue,
  NGSI_NULL,
} from "../../data/index.ts";
import { isDay } from "../../table/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { TermContext } from "./contexts.ts";
import { typeIri } from "./names.ts";

/** Attributes as they are to stand in facts: by their names, each with all its instances. */
export type ReadAttributes = { readonly [name: string]: readonly JsonMap[] };

/** What an entity or a part of one says. */
export type ReadEntity = {
  readonly id: string | undefined;
  readonly types: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  /** Scopes at times of their own, in what was so (§4.5.6). */
  readonly scopesThen?: readonly ScopesThen[];
  /** When it is no more, Unix milliseconds; `null`: such a time is to end (§4.22). */
  readonly expires?: number | null;
  readonly attributes: ReadAttributes;
};

export type ScopesThen = { readonly scopes: readonly string[]; readonly observedAt: string };

/** Stands where an instance of an attribute, or an attribute of one, is to be no more; no client can write it. */
const ENDED = "@ended";

export function isEnded(said: JsonValue): boolean {
  return isJsonMap(said) && said[ENDED] === true;
}

/** `@op`, `@scope`, `id`, `time`, `type`: what an observation has beside attributes. */
const FRAME_FACTS = 5;
const MAX_DEPTH = 10;
const MAX_INSTANCES = 64;
/** Of one attribute at different times. */
const MAX_TIMES = 1000;

/** How much may be said at once of an attribute; a `merge` goes into values too (§5.5.12). */
export type Mode = "whole" | "change" | "merge" | "temporal";
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/;
/** What nobody sees, or what is no character: two ids that look the same would be two things. */
const UNSEEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Z}\u2800]/u;
const NAME = /^[^\s<>"'=;()&?,[\]{}|\\^`]+$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?Z$/;

/** The member that holds what each type of attribute says. */
const HOLDS: { readonly [type: string]: string } = {
  Property: "value",
  GeoProperty: "value",
  Relationship: "object",
  LanguageProperty: "languageMap",
  VocabProperty: "vocab",
  JsonProperty: "json",
  ListProperty: "valueList",
  ListRelationship: "objectList",
};

/** What an attribute of each type has beside what it says. */
const BESIDE: { readonly [type: string]: readonly string[] } = {
  Property: ["unitCode", "valueType"],
  GeoProperty: [],
  Relationship: ["objectType"],
  LanguageProperty: ["valueType"],
  VocabProperty: [],
  JsonProperty: [],
  ListProperty: ["unitCode", "valueType"],
  ListRelationship: ["objectType"],
};

/** Only of `ngsildproof`, which says who vouches for an entity outside of this ledger (§4.5.2.2). */
const PROOF = "ngsildproof";
const SEALED = ["entityIdSealed", "entityTypeSealed"];

/** What only answers and notifications have. */
const TOLD = [
  ...["entity", "entityList", "previousValue", "previousObject", "previousLanguageMap"],
  ...["previousVocab", "previousJson", "previousValueList", "previousObjectList"],
];

/** Names that mean something of their own inside an attribute, and so are no attributes of it. */
const RESERVED: ReadonlySet<string> = new Set([
  ...[...Object.values(HOLDS), ...Object.values(BESIDE).flat(), ...SEALED, ...TOLD],
]);

/** Names of the core that are no attributes of an entity (§4.5.1). */
const NO_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...["createdAt", "modifiedAt", "deletedAt", "observedAt", "expiresAt"],
  ...["datasetId", "instanceId", "unitCode", "valueType", "objectType"],
]);

/** Geographic properties by what the core says of them. */
const GEOGRAPHIC: ReadonlySet<string> = new Set([
  ...["location", "observationSpace", "operationSpace"],
]);

/** Members of an entity that are no attributes of it. */
const FRAME: ReadonlySet<string> = new Set([
  ...["id", "@id", "type", "@type", "scope", "expiresAt", "@context"],
]);

/** Members of an attribute that mean the same whatever its type is. */
const COMMON: ReadonlySet<string> = new Set([
  ...["type", "@type", "observedAt", "expiresAt", "datasetId"],
]);

/** Members of an attribute that are no attributes of it; those that a client cannot say are left out. */
const IGNORED: ReadonlySet<string> = new Set([
  "createdAt",
  "modifiedAt",
  "deletedAt",
  "instanceId",
]);

/** Half a character, which no text of a fact can hold. */
const LONE = /\p{Surrogate}/u;

class Misfit extends Error {
  readonly path: string;
  readonly want: string;
  constructor(path: string, want: string) {
    super(want);
    this.path = path;
    this.want = want;
  }
}

export function misfit(path: string, want: string): never {
  throw new Misfit(path.slice(0, 128), want);
}

/** Turns the first thing that does not fit into its refusal. */
export function reading<T>(read: () => T): Result<T, AnyRefusal> {
  try {
    return ok(read());
  } catch (cause) {
    if (!(cause instanceof Misfit)) throw cause;
    return err({ code: "NGSI_DATA", path: cause.path, want: cause.want });
  }
}

type JsonObject = { readonly [name: string]: unknown };

/**
 * Reads an entity, or what is to be changed of one, in the normalized or the concise form.
 *
 * @param mode `change`: what is `urn:ngsi-ld:null` is to end, see `isEnded`; `temporal`: attributes have many instances at many times
 * @returns it, else `NGSI_DATA`
 */
export function readEntity(
  value: unknown,
  context: TermContext,
  mode: Mode = "whole",
): Result<ReadEntity, AnyRefusal> {
  return reading(() => {
    const body = objectAt(value, "");
    const { id, "@id": ldId, type, "@type": ldType, scope, expiresAt } = body;
    const expires = expiryAt(expiresAt, mode);
    const named = id ?? ldId;
    const typed = type ?? ldType;
    return {
      id: named === undefined ? undefined : uriAt(named, "id"),
      types: typed === undefined ? undefined : typesAt(typed, context),
      ...scopesOf(scope, mode),
      ...(expires !== undefined && { expires }),
      attributes: attributesAt(body, context, mode),
    };
  });
}

/** Reads what is said of one attribute whose name the address has. */
export function readAttribute(
  value: unknown,
  name: string,
  context: TermContext,
  mode: Mode = "whole",
): Result<readonly JsonMap[], AnyRefusal> {
  return reading(() => instancesAt(value, name, context, mode));
}

/** A URI of an entity, as an address or a query has it. */
export function readUri(text: string): Result<string, AnyRefusal> {
  return reading(() => uriAt(text, "id"));
}

/** The name of the fact that a term of a request means. */
export function readTerm(term: string, context: TermContext): Result<string, AnyRefusal> {
  return reading(() => termAt(term, context));
}

export function termAt(term: string, context: TermContext): string {
  const isTerm =
    NAME.test(term) && !term.startsWith("@") && (!term.includes("%") || URI.test(term));
  const name = isTerm ? context.attribute(term) : undefined;
  const isName = name !== undefined && name.length <= MAX_FACT_NAME_BYTES && /^[A-Za-z]/.test(name);
  return isName ? name : misfit(term, "a name of an attribute");
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  return misfit(path, "a JSON object");
}

export function uriAt(value: unknown, path: string): string {
  const isUri =
    typeof value === "string" &&
    value.length <= 2048 &&
    value !== NGSI_NULL &&
    URI.test(value) &&
    !UNSEEN.test(value);
  return isUri ? value : misfit(path, "a URI");
}

function typesAt(value: unknown, context: TermContext): readonly string[] {
  const terms = Array.isArray(value) ? value : [value];
  if (terms.length === 0 || terms.length > 16) misfit("type", "1 to 16 types");
  return terms.map((term) => {
    const isName = typeof term === "string" && NAME.test(term) && !/^\p{N}/u.test(term);
    const name = isName ? context.type(term) : undefined;
    return name ?? misfit("type", "a name of a type");
  });
}

/** `Scope = [/] ScopeLevel *(/ ScopeLevel)`, §4.18. */
const SCOPE = /^(?:\/|(?=\p{L}))\p{L}[\p{L}\p{N}_]*(?:\/\p{L}[\p{L}\p{N}_]*)*$/u;

function isChange(mode: Mode): boolean {
  return mode === "change" || mode === "merge";
}

function scopesOf(value: unknown, mode: Mode): Pick<ReadEntity, "scopes" | "scopesThen"> {
  if (value === undefined) return { scopes: undefined };
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isOverTime = mode === "temporal" && all.some((each) => typeof each === "object");
  if (!isOverTime) return { scopes: scopesAt(value, mode) };
  if (all.length > MAX_TIMES) misfit("scope", `at most ${MAX_TIMES} instances`);
  const scopesThen = all.map((each) => {
    const { type, value: said, observedAt } = objectAt(each, "scope");
    if (type !== undefined && type !== "Property") misfit("scope.type", "Property");
    return { scopes: scopesAt(said, mode), observedAt: timeAt(observedAt, "scope.observedAt") };
  });
  if (new Set(scopesThen.map((each) => Date.parse(each.observedAt))).size < scopesThen.length) {
    misfit("scope", "each observedAt once");
  }
  return { scopes: undefined, scopesThen };
}

function scopesAt(value: unknown, mode: Mode): readonly string[] {
  if (isChange(mode) && value === NGSI_NULL) return [];
  const scopes = Array.isArray(value) ? value : [value];
  return scopes.map((each) => {
    const isScope = typeof each === "string" && each.length <= 256 && SCOPE.test(each);
    return isScope ? (each.startsWith("/") ? each : `/${each}`) : misfit("scope", "a scope");
  });
}

function expiryAt(value: unknown, mode: Mode): number | null | undefined {
  if (value === undefined) return undefined;
  if (mode === "temporal") {
    // Of what was so it says nothing: it is about what is kept (§4.22).
    return value === NGSI_NULL ? misfit("expiresAt", "a time") : undefined;
  }
  if (isChange(mode) && value === NGSI_NULL) return null;
  return Date.parse(timeAt(value, "expiresAt").replace(",", "."));
}

function attributesAt(body: JsonObject, context: TermContext, mode: Mode): ReadAttributes {
  const attributes: Record<string, readonly JsonMap[]> = {};
  const terms = Object.keys(body).filter(
    (term) => !FRAME.has(term) && !(IGNORED.has(term) && typeof body[term] === "string"),
  );
  if (terms.length > MAX_OBSERVATION_FACTS - FRAME_FACTS) misfit("", "fewer attributes");
  for (const term of terms) {
    if (NO_ATTRIBUTES.has(term)) misfit(term, "a name of an attribute");
    const name = termAt(term, context);
    const instances = instancesAt(body[term], term, context, mode);
    attributes[name] = instances;
    if (GEOGRAPHIC.has(name) && !instances.every(isGeographic)) misfit(term, "a GeoProperty");
  }
  return attributes;
}

function isGeographic(said: JsonMap): boolean {
  return isEnded(said) || said.type === "GeoProperty";
}

function instancesAt(
  value: unknown,
  path: string,
  context: TermContext,
  mode: Mode,
): readonly JsonMap[] {
  const isMany = Array.isArray(value) && value.length > 0 && value.every(isAttributeObject);
  if (!isMany) return [instanceAt(value, path, context, 0, mode)];
  const all: readonly unknown[] = value;
  const max = mode === "temporal" ? MAX_TIMES : MAX_INSTANCES;
  if (all.length > max) misfit(path, `at most ${max} instances`);
  const instances = all.map((each) => instanceAt(each, path, context, 0, mode));
  const ids = instances.map(({ datasetId, observedAt }) =>
    mode === "temporal" ? `${datasetId} ${observedAt}` : datasetId,
  );
  if (new Set(ids).size < ids.length) misfit(path, "each datasetId once");
  return instances;
}

function isAttributeObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(HOLDS).some((member) => member in value);
}

/** `urn:ngsi-ld:null` as it stands, or as what an attribute says. */
function isNull(value: unknown): boolean {
  if (value === NGSI_NULL) return true;
  if (typeof value !== "object" || value === null) return false;
  const {
    value: said,
    object,
    languageMap,
    vocab,
    json,
    valueList,
    objectList,
  } = value as JsonObject;
  if (typeof languageMap === "object" && languageMap !== null) {
    return (languageMap as JsonObject)["@none"] === NGSI_NULL;
  }
  return (
    said === NGSI_NULL ||
    object === NGSI_NULL ||
    vocab === NGSI_NULL ||
    json === NGSI_NULL ||
    valueList === NGSI_NULL ||
    objectList === NGSI_NULL
  );
}

function instanceAt(
  value: unknown,
  path: string,
  context: TermContext,
  depth: number,
  mode: Mode,
): JsonMap {
  if (depth > 4) misfit(path, "attributes of attributes, not so deep");
  if (isNull(value) && mode === "temporal" && depth === 0) return nothingAt(value, path);
  if (isNull(value)) {
    if (!isChange(mode)) misfit(path, "something that is, where it is said first");
    const named =
      typeof value === "object" && value !== null ? (value as JsonObject).datasetId : "";
    return typeof named === "string" && named !== "" && named !== "@none"
      ? { [ENDED]: true, datasetId: uriAt(named, `${path}.datasetId`) }
      : { [ENDED]: true };
  }
  const { type, body } = unfolded(value, path);
  const member = HOLDS[type] ?? misfit(path, "a type of attribute");
  const said: Record<string, JsonValue> = { type };
  if (!(member in body)) misfit(path, `${member} of the ${type}`);
  said[member] = contentAt(type, body[member], path, mode, context);
  const { observedAt, expiresAt, datasetId } = body;
  if (observedAt !== undefined) said.observedAt = timeAt(observedAt, `${path}.observedAt`);
  if (expiresAt === NGSI_NULL && mode === "merge") said.expiresAt = NGSI_NULL;
  else if (expiresAt !== undefined && mode !== "temporal") {
    said.expiresAt = timeAt(expiresAt, `${path}.expiresAt`);
  }
  if (datasetId !== undefined) Object.assign(said, namedAt(datasetId, path));
  for (const term in body) {
    if (COMMON.has(term) || term === member || IGNORED.has(term)) continue;
    const below_ = `${path}.${term}`;
    if (RESERVED.has(term)) said[term] = besideAt(type, term, body[term], path, context);
    else said[termAt(term, context)] = instanceAt(body[term], below_, context, depth + 1, mode);
  }
  if (path === PROOF && !isJsonMap(said.value)) misfit(path, "a proof as an object");
  return said;
}

/** That from some time on there was no more of it (§4.5.7, §5.5.4). */
function nothingAt(value: unknown, path: string): JsonMap {
  const { type, body } = unfolded(value, path);
  const member = HOLDS[type] ?? misfit(path, "a type of attribute");
  const { observedAt, datasetId } = body;
  return {
    type,
    [member]: type === "LanguageProperty" ? { "@none": NGSI_NULL } : NGSI_NULL,
    ...(observedAt !== undefined && { observedAt: timeAt(observedAt, `${path}.observedAt`) }),
    ...namedAt(datasetId, path),
  };
}

function namedAt(datasetId: unknown, path: string): { readonly datasetId?: string } {
  if (datasetId === undefined || datasetId === "@none") return {};
  return { datasetId: uriAt(datasetId, `${path}.datasetId`) };
}

/** What stands beside the content of an attribute, if its type may have it (§4.5.2 to §4.5.24). */
function besideAt(
  type: string,
  name: string,
  value: unknown,
  path: string,
  context: TermContext,
): JsonValue {
  const isSeal = SEALED.includes(name) && path === PROOF;
  if (!isSeal && BESIDE[type]?.includes(name) !== true) {
    return misfit(`${path}.${name}`, `nothing of the kind in a ${type}`);
  }
  const text = textAt(value, `${path}.${name}`);
  if (name === "valueType" && type === "LanguageProperty" && text !== "langString") {
    misfit(`${path}.valueType`, "langString");
  }
  return name === "entityTypeSealed" ? (context.type(text) ?? text) : text;
}

/** What stands in the concise form without its type, or as nothing but its value (GS CIM 009 §4.5.1). */
function unfolded(
  value: unknown,
  path: string,
): { readonly type: string; readonly body: JsonObject } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { type: "Property", body: { value } };
  }
  if (isGeometry(value)) return { type: "GeoProperty", body: { value } };
  const body = value as JsonObject;
  const type = body.type ?? body["@type"];
  if (typeof type === "string") return { type, body };
  if (type !== undefined) misfit(path, "a type of attribute");
  if (isGeometry(body.value)) return { type: "GeoProperty", body };
  const found = Object.entries(HOLDS).find(([, member]) => member in body);
  return found ? { type: found[0], body } : misfit(path, "an attribute with its value");
}

function contentAt(
  type: string,
  value: unknown,
  path: string,
  mode: Mode,
  context: TermContext,
): JsonValue {
  switch (type) {
    case "GeoProperty":
      return geometryAt(value, path);
    case "Relationship":
      if (Array.isArray(value)) return value.map((each) => uriAt(each, path));
      return uriAt(value, path);
    case "LanguageProperty":
      return languagesAt(value, path);
    case "VocabProperty":
      return Array.isArray(value)
        ? value.map((each) => vocabAt(each, path, mode, context))
        : vocabAt(value, path, mode, context);
    case "ListProperty":
      return Array.isArray(value) ? jsonAt(value, path, 0, mode) : misfit(path, "a list");
    case "ListRelationship":
      return Array.isArray(value)
        ? value.map((each) => uriAt(objectOf(each), path))
        : misfit(path, "a list");
    case "JsonProperty":
      return typeof value === "object" && value !== null
        ? jsonAt(value, path, 0, mode, true)
        : misfit(path, "an object of JSON, or a list of them");
    default:
      return jsonAt(value, path, 0, mode);
  }
}

/** Of a list of relationships, each as its URI or as `{"object": URI}` (§4.5.22). */
function objectOf(value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && "object" in value;
  return isObject ? value.object : value;
}

/** A geometry, or the text of one (§4.7.2). */
function geometryAt(value: unknown, path: string): JsonValue {
  const geometry = typeof value === "string" ? parsed(value) : value;
  return isGeometry(geometry)
    ? ({ type: geometry.type, coordinates: geometry.coordinates } as JsonValue)
    : misfit(path, "a geometry of GeoJSON");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A term stands for the same whoever reads it, with whatever context (§4.5.20). */
function vocabAt(value: unknown, path: string, mode: Mode, context: TermContext): JsonValue {
  const name = typeof value === "string" && NAME.test(value) ? context.type(value) : undefined;
  return name === undefined ? jsonAt(value, path, 0, mode) : typeIri(name);
}

function languagesAt(value: unknown, path: string): JsonValue {
  const map = objectAt(value, path);
  for (const [language, text] of Object.entries(map)) {
    const isTexts = typeof text === "string" || (Array.isArray(text) && text.every(isText));
    if (!isTexts || !/^(?:@none|[A-Za-z0-9-]{1,35})$/.test(language)) {
      misfit(path, "texts by language");
    }
  }
  return map as JsonMap;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function textAt(value: unknown, path: string): string {
  return typeof value === "string" && value !== "" ? value : misfit(path, "a text");
}

export function timeAt(value: unknown, path: string): string {
  const isTime = typeof value === "string" && TIME.test(value) && isDay(value);
  const time = isTime ? Date.parse(value.replace(",", ".")) : Number.NaN;
  return isTime && !Number.isNaN(time) ? value : misfit(path, "a time of RFC 3339 in UTC");
}

/**
 * JSON as a fact can hold it: without null, not too deep, no number that only a machine can spell. Since `urn:ngsi-ld:null` is
 * no value, it stands for `null` in what an attribute of JSON says.
 */
function jsonAt(
  value: unknown,
  path: string,
  depth: number,
  mode: Mode,
  hasNull = false,
): JsonValue {
  if (depth > MAX_DEPTH) return misfit(path, `at most ${MAX_DEPTH} levels`);
  if (value === null && hasNull) return NGSI_NULL;
  if (value === NGSI_NULL && mode !== "merge") return misfit(path, "something that is");
  if (typeof value === "string") return LONE.test(value) ? misfit(path, "whole characters") : value;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : misfit(path, "a number");
  const below = (each: unknown, at: string) => jsonAt(each, at, depth + 1, mode, hasNull);
  if (Array.isArray(value)) return value.map((each) => below(each, path));
  const map = objectAt(value, `${path}`);
  const names = Object.keys(map);
  // This is how a fact says a fraction; and what no object of a program may be asked for.
  if (names.length === 1 && names[0] === "decimal") misfit(path, "more than `decimal`");
  if (names.includes("__proto__")) misfit(path, "other names");
  return Object.fromEntries(names.map((name) => [name, below(map[name], `${path}.${name}`)]));
}
