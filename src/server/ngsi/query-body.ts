import { err, ok, type Result } from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";

/** A query that was sent in a body: GS CIM 009 §5.2.23. */
export type QueryBody = {
  /** Its members, of which a kind of query may have more than the others. */
  readonly said: { readonly [name: string]: unknown };
  /** What it asks for, as parameters of an address say it. */
  readonly words: ReadonlyMap<string, string>;
};

export function readQueryBody(body: unknown): Result<QueryBody, AnyRefusal> {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const said = isObject ? (body as QueryBody["said"]) : {};
  if (said.type !== "Query") return err({ code: "NGSI_DATA", path: "type", want: "Query" });
  const words = wordsOf(said);
  return words.ok ? ok({ said, words: words.value }) : words;
}

/** What it asks for, as if it stood in the address. */
function wordsOf(said: QueryBody["said"]): Result<ReadonlyMap<string, string>, AnyRefusal> {
  const words = new Map<string, string>();
  const misfit = (path: string, want: string) => err({ code: "NGSI_DATA", path, want } as const);
  const lists: [string, unknown][] = [
    ["attrs", said.attrs],
    ["pick", said.pick],
    ["omit", said.omit],
    ["datasetId", said.datasetId],
    ["containedBy", said.containedBy],
    ["expandValues", said.expandValues],
    ["orderBy", said.orderBy],
  ];
  for (const [name, value] of lists) {
    if (value === undefined) continue;
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (all.length === 0 || !all.every(isText)) return misfit(name, "a list of names");
    words.set(name, all.join(","));
  }
  for (const name of ["q", "csf", "lang", "scopeQ", "join", "geometryProperty"]) {
    const value = said[name];
    if (value === undefined) continue;
    if (!isText(value)) return misfit(name, "a text");
    words.set(name, value);
  }
  const { entities, geoQ, joinLevel, ordering } = said;
  if (joinLevel !== undefined) {
    if (typeof joinLevel !== "number") return misfit("joinLevel", "a whole number above zero");
    words.set("joinLevel", String(joinLevel));
  }
  if (entities !== undefined) {
    const selectors = readSelectors(entities);
    if (selectors === undefined)
      return misfit("entities", "selectors with a type that differ in one of id and type");
    for (const [name, value] of selectors) words.set(name, value);
  }
  if (ordering !== undefined) {
    const order = readOrdering(ordering);
    if (order === undefined) return misfit("ordering", "an order, as §5.2.43 has it");
    for (const [name, value] of order) words.set(name, value);
  }
  if (geoQ !== undefined) {
    if (typeof geoQ !== "object" || geoQ === null) return misfit("geoQ", "a query by place");
    for (const name of ["geometry", "coordinates", "georel", "geoproperty"]) {
      const value = (geoQ as { readonly [name: string]: unknown })[name];
      if (value !== undefined) words.set(name, isText(value) ? value : JSON.stringify(value));
    }
  }
  return ok(words);
}

type Words = readonly (readonly [string, string])[];
type Json = { readonly [name: string]: unknown };

/** Selectors are alternatives; only what differs in one member can be asked for at once. An id counts more than a pattern. */
function readSelectors(value: unknown): Words | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const all = value.map((each): Json => (isObject(each) ? each : {}));
  const isById = all.some(({ id }) => id !== undefined);
  const words: (readonly [string, string])[] = [];
  let differing = 0;
  for (const name of ["id", "idPattern", "type"]) {
    const said = all.map((each) => each[name]);
    const isAsked = name === "type" || said.some((each) => each !== undefined);
    if (!isAsked || (name === "idPattern" && isById)) continue;
    const texts = said.flat();
    if (!texts.every(isText)) return undefined;
    const distinct = [...new Set(texts)];
    if (distinct.length > 1) differing += 1;
    if (differing > 1 || (name === "idPattern" && distinct.length > 1)) return undefined;
    words.push([name, distinct.join(",")]);
  }
  return words;
}

/** §5.2.43, as parameters of an address say it. */
function readOrdering(value: unknown): Words | undefined {
  if (!isObject(value)) return undefined;
  const { orderBy, coordinates, geometry, collation } = value;
  const isList = Array.isArray(orderBy) && orderBy.length > 0 && orderBy.every(isText);
  const isFrom = coordinates === undefined || Array.isArray(coordinates);
  const areTexts = [geometry, collation].every((each) => each === undefined || isText(each));
  if (!isList || !isFrom || !areTexts) return undefined;
  return [
    ["orderBy", orderBy.join(",")],
    ...(coordinates ? [["orderFrom", JSON.stringify(coordinates)] as const] : []),
    ...(isText(geometry) ? [["orderGeometry", geometry] as const] : []),
    ...(isText(collation) ? [["collation", collation] as const] : []),
  ];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
