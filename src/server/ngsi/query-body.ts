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
    ["orderBy", said.orderBy],
  ];
  for (const [name, value] of lists) {
    if (value === undefined) continue;
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (all.length === 0 || !all.every(isText)) return misfit(name, "a list of names");
    words.set(name, all.join(","));
  }
  for (const name of ["q", "lang", "scopeQ", "join", "joinLevel", "geometryProperty"]) {
    const value = said[name];
    if (value === undefined) continue;
    if (!isText(value) && typeof value !== "number") return misfit(name, "a text");
    words.set(name, String(value));
  }
  const { entities, geoQ } = said;
  if (entities !== undefined) {
    const selectors = readSelectors(entities);
    if (selectors === undefined)
      return misfit("entities", "selectors that differ in one of id and type");
    for (const [name, value] of selectors) words.set(name, value);
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

/** Selectors are alternatives; only what differs in one member can be asked for at once. */
function readSelectors(value: unknown): readonly (readonly [string, string])[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const words: (readonly [string, string])[] = [];
  let differing = 0;
  for (const name of ["id", "idPattern", "type"]) {
    const all = value.map((each: { readonly [name: string]: unknown } | null) => each?.[name]);
    const texts = all.flat().filter(isText);
    if (texts.length === 0) continue;
    if (all.some((each) => each === undefined)) return undefined;
    const distinct = [...new Set(texts)];
    if (distinct.length > 1) differing += 1;
    if (differing > 1 || (name === "idPattern" && distinct.length > 1)) return undefined;
    words.push([name, distinct.join(",")]);
  }
  return words.length === 0 ? undefined : words;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
