import { err, ok, type Result } from "../../core/index.ts";
import {
  type EntityQuery,
  isGeometry,
  isPattern,
  LOCATION,
  type PlaceCondition,
} from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { TermContext } from "./contexts.ts";
import { isTrue } from "./parameters.ts";
import { type Projection, readProjection } from "./projection.ts";
import { attributesIn, linksOf, readQ } from "./q.ts";
import { readTerm, readUri } from "./read-entity.ts";
import type { Form, Join } from "./write-entity.ts";

/** Parameters by name, out of an address or the body of a query. */
export type Asked = (name: string) => string | undefined;

export type NgsiQuery = {
  readonly query: EntityQuery;
  readonly limit: number;
  readonly offset: number;
  readonly withCount: boolean;
};

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
const MAX_OFFSET = 10_000_000;
const MAX_LISTED = 1000;

function wrong(name: string, got: string, want: string): Result<never, AnyRefusal> {
  return err({ code: "HTTP_PARAMETER", name, got: got.slice(0, 64), want });
}

/** Reads what entities are asked for (GS CIM 009 §5.7.2, §6.4.3.2). */
export function readQuery(asked: Asked, context: TermContext): Result<NgsiQuery, AnyRefusal> {
  if (asked("type") === "*" && asked("local")?.toLowerCase() === "false") {
    return wrong("local", "false", "not false beside type=*");
  }
  const filter = readSourceFilter(asked("csf"), context);
  if (!filter.ok) return filter;
  const parts = [
    readIds(asked("id")),
    readIdPattern(asked("idPattern")),
    readTypes(asked("type"), context),
    readNames(asked("attrs"), "attributes", context),
    readCondition(asked, context),
    readPlace(asked, context),
    readScopes(asked("scopeQ")),
  ];
  let query: EntityQuery = {};
  for (const part of parts) {
    if (!part.ok) return part;
    query = { ...query, ...part.value };
  }
  const isNarrow = ["type", "georel"].some((name) => asked(name)) || isOfAttributes(query, context);
  if (!isNarrow && !isTrue(asked("local"))) return err({ code: "NGSI_QUERY_BROAD" });
  const withCount = isTrue(asked("count")) || (asked("options") ?? "").split(",").includes("count");
  const limit = readNumber("limit", asked("limit"), withCount ? 0 : 1, MAX_LIMIT, DEFAULT_LIMIT);
  if (!limit.ok) return limit;
  const offset = readNumber("offset", asked("offset"), 0, MAX_OFFSET, 0);
  if (!offset.ok) return offset;
  return ok({ query, limit: limit.value, offset: offset.value, withCount });
}

/** What every entity has, and so narrows nothing down. */
const OF_ALL = ["id", "type", "scope", "createdAt", "modifiedAt", "deletedAt", "expiresAt"];

function isOfAttributes({ attributes = [], condition }: EntityQuery, context: TermContext) {
  const ofAll = new Set(OF_ALL.map((term) => context.attribute(term)));
  const named = [...attributes, ...(condition ? attributesIn(condition) : [])];
  return named.some((name) => !ofAll.has(name));
}

type Part = Result<Partial<EntityQuery>, AnyRefusal>;

function readIds(text: string | undefined): Part {
  if (text === undefined) return ok({});
  const ids = text.split(",", MAX_LISTED + 1);
  if (ids.length > MAX_LISTED) return wrong("id", text, `at most ${MAX_LISTED} URIs`);
  const strange = ids.find((id) => !readUri(id).ok);
  return strange === undefined ? ok({ ids }) : wrong("id", strange, "URIs");
}

function readIdPattern(text: string | undefined): Part {
  if (text === undefined) return ok({});
  if (isPattern(text)) return ok({ idPattern: text });
  return wrong("idPattern", text, "a pattern of RE2's syntax, at most 256 characters");
}

/** `A,B` is either; `(A;B)` is both. */
export function readTypes(text: string | undefined, context: TermContext): Part {
  if (text === undefined || text === "*") return ok({});
  const types: string[][] = [];
  for (const group of text.split(/[,|]/, 64)) {
    const all: string[] = [];
    for (const term of group.replace(/^\(|\)$/g, "").split(";")) {
      const isName = /^[^\s<>"'()]+$/.test(term);
      const name = isName ? context.type(term) : undefined;
      if (name === undefined) return wrong("type", term, "types, such as A,B or (A;B)");
      all.push(name);
    }
    types.push(all);
  }
  return ok({ types });
}

function readNames(
  text: string | undefined,
  field: "attributes",
  context: TermContext,
): Result<{ readonly attributes?: readonly string[] }, AnyRefusal> {
  if (text === undefined) return ok({});
  const names: string[] = [];
  for (const term of text.split(",", MAX_LISTED)) {
    const name = readTerm(term, context);
    if (!name.ok) return wrong("attrs", term, "names of attributes");
    names.push(name.value);
  }
  return ok({ [field]: names });
}

function readCondition(asked: Asked, context: TermContext): Part {
  const text = asked("q");
  if (text === undefined) return ok({});
  const expanded = readNames(asked("expandValues"), "attributes", context);
  if (!expanded.ok) return expanded;
  const condition = readQ(text, context, { expanded: new Set(expanded.value.attributes) });
  if (!condition.ok) return condition;
  const join = readJoin(asked);
  if (!join.ok) return join;
  const levels = join.value?.levels ?? 0;
  return linksOf(condition.value) > levels
    ? wrong("q", text, `at most ${levels} links, as join and joinLevel say`)
    : ok({ condition: condition.value });
}

/** Which brokers would be asked too: this one asks none, and hears whether it was understood. */
function readSourceFilter(
  text: string | undefined,
  context: TermContext,
): Result<unknown, AnyRefusal> {
  return text === undefined ? ok(undefined) : readQ(text, context, { name: "csf" });
}

/** GS CIM 009 §4.19: `;` is both, `,` and `|` are either. */
export function readScopes(text: string | undefined): Part {
  if (text === undefined) return ok({});
  const groups = text.split(/[,|]/, 64).map((group) => group.replace(/^\(|\)$/g, "").split(";"));
  const isFit = groups.flat().every((each) => SCOPE.test(each));
  if (!isFit) return wrong("scopeQ", text, "scopes, such as /a/b, /a/+ or /a/#");
  return ok({ scopes: groups.map((all) => all.map((each) => each.split("/").filter(Boolean))) });
}

/** `ScopeLevel` is a letter of any script and what may follow it. */
const SCOPE = /^\/?(?:(?:\p{L}[\p{L}\p{N}_-]*|\+)\/)*(?:\p{L}[\p{L}\p{N}_-]*|\+|#)$/u;

const RELATIONS = ["within", "contains", "intersects", "equals", "disjoint", "overlaps"] as const;

/** GS CIM 009 §4.10. */
export function readPlace(asked: Asked, context: TermContext): Part {
  const relation = asked("georel");
  const [type, text] = [asked("geometry"), asked("coordinates")];
  if (relation === undefined) {
    const lost = type ?? text;
    return lost === undefined ? ok({}) : wrong("georel", "", "a relation beside geometry");
  }
  const geometry = { type, coordinates: parse(text ?? "") };
  if (!isGeometry(geometry)) {
    return wrong("coordinates", text ?? "", "coordinates of the geometry, as GeoJSON has them");
  }
  const named = asked("geoproperty");
  const attribute = named === undefined ? ok(LOCATION) : readTerm(named, context);
  if (!attribute.ok) return attribute;
  const read = readRelation(relation);
  if (read === undefined) {
    return wrong("georel", relation, `near;maxDistance==METRES | ${RELATIONS.join(" | ")}`);
  }
  return ok({ place: { attribute: attribute.value, geometry, relation: read } });
}

function readRelation(text: string): PlaceCondition["relation"] | undefined {
  const near = /^near;(max|min)Distance==(\d{1,9}(?:\.\d{1,9})?)$/.exec(text);
  if (near === null) return RELATIONS.find((each) => each === text);
  const metres = Number(near[2]);
  if (metres === 0) return undefined;
  return near[1] === "max" ? { maxMetres: metres } : { minMetres: metres };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function readNumber(
  name: string,
  text: string | undefined,
  min: number,
  max: number,
  otherwise: number,
): Result<number, AnyRefusal> {
  if (text === undefined) return ok(otherwise);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? ok(value) : wrong(name, text, `${min} … ${max}`);
}

export const STYLES: { readonly [word: string]: Form["style"] } = {
  normalized: "normalized",
  concise: "concise",
  keyValues: "simplified",
  simplified: "simplified",
};

/** The words that `options` and `format` may have, and what they mean. */
export type Words = { readonly options: readonly string[]; readonly formats: readonly string[] };

const ENTITY_WORDS: Words = {
  options: ["sysAttrs", "count", "splitEntities", ...Object.keys(STYLES)],
  formats: Object.keys(STYLES),
};

const MAX_LEVELS = 10;

/** Reads how entities are to be told: `options`, `format`, `lang`, `attrs`, `pick`, `omit`, `datasetId`, `join`. */
export function readForm(
  asked: Asked,
  context: TermContext,
  words: Words = ENTITY_WORDS,
): Result<Form, AnyRefusal> {
  const options = (asked("options") ?? "").split(",").filter(Boolean);
  const strange = options.find((each) => !words.options.includes(each));
  if (strange !== undefined) return unknownWord("options", strange, words.options);
  const format = asked("format");
  if (format !== undefined && !words.formats.includes(format)) {
    return unknownWord("format", format, words.formats);
  }
  const named = format ?? options.find((each) => Object.hasOwn(STYLES, each));
  const languages = readLanguages(asked("lang"));
  if (!languages.ok) return languages;
  const only = readNames(asked("attrs"), "attributes", context);
  if (!only.ok) return only;
  const join = readJoin(asked);
  if (!join.ok) return join;
  const members = readMembers(asked, context, join.value?.levels ?? 0);
  if (!members.ok) return members;
  const around = readIds(asked("containedBy"));
  if (!around.ok) return wrong("containedBy", asked("containedBy") ?? "", "URIs");
  const proof = asked("proof");
  if (proof !== undefined && proof !== "true" && proof !== "false") {
    return wrong("proof", proof, "true or false");
  }
  const datasetId = asked("datasetId");
  return ok({
    style: STYLES[named ?? "normalized"] ?? "normalized",
    withTimes: options.includes("sysAttrs"),
    ...members.value,
    ...(join.value && { join: { ...join.value, around: new Set(around.value.ids) } }),
    ...(languages.value && { languages: languages.value }),
    ...(only.value.attributes && { only: new Set(only.value.attributes) }),
    ...(datasetId !== undefined && { datasetIds: new Set(datasetId.split(",", MAX_LISTED)) }),
  });
}

function unknownWord(
  name: string,
  got: string,
  words: readonly string[],
): Result<never, AnyRefusal> {
  return err({ code: "NGSI_PARAMETER", name, got: got.slice(0, 64), want: words.join(" | ") });
}

function readMembers(
  asked: Asked,
  context: TermContext,
  levels: number,
): Result<Pick<Form, "pick" | "omit">, AnyRefusal> {
  const members: { pick?: Projection; omit?: Projection } = {};
  for (const name of ["pick", "omit"] as const) {
    const text = asked(name);
    if (text === undefined) continue;
    if (asked("attrs") !== undefined) return wrong(name, text, "no attrs beside it");
    const read = readProjection(name, text, context, levels);
    if (!read.ok) return read;
    members[name] = read.value;
  }
  const twice = [...(members.pick?.keys() ?? [])].find(
    (name) => members.omit?.has(name) === true && members.omit.get(name) === undefined,
  );
  return twice === undefined ? ok(members) : wrong("omit", twice, "no member that pick names");
}

function readJoin(asked: Asked): Result<Omit<Join, "around"> | undefined, AnyRefusal> {
  const kind = asked("join");
  const levels = readNumber("joinLevel", asked("joinLevel"), 1, MAX_LEVELS, 1);
  if (!levels.ok) return levels;
  if (kind === undefined || kind === "@none") return ok(undefined);
  if (kind !== "inline" && kind !== "flat") return wrong("join", kind, "inline | flat | @none");
  return ok({ kind, levels: levels.value });
}

export function readLanguages(
  text: string | undefined,
): Result<readonly string[] | undefined, AnyRefusal> {
  if (text === undefined) return ok(undefined);
  const parts = text.split(",", 16).map((each) => each.trim().split(";q="));
  const ranked = parts.map(([tag = "", weight = "1"]) => ({ tag, weight: Number(weight) }));
  const isFit = ranked.every(
    ({ tag, weight }) => /^(?:\*|[A-Za-z0-9-]{1,35})$/.test(tag) && weight >= 0,
  );
  if (!isFit) return wrong("lang", text, "languages, such as zh,en;q=0.5");
  return ok(ranked.sort((a, b) => b.weight - a.weight).map(({ tag }) => tag.toLowerCase()));
}
