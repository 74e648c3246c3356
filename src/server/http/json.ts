import { type CborKeyedMap, type CborValue, encodeCbor, hex } from "../../core/index.ts";

/** Anything `JSON.stringify` takes as it is. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

// Times are numbers in the ledger and text in JSON. A name says which unit a number has; statements about attributes cannot
// be mistaken for one, since their numbers stand under `value`.
export const SECONDS: ReadonlySet<string> = new Set([
  "until",
  "since",
  "before",
  "iat",
  "iatSeconds",
]);
export const MILLISECONDS: ReadonlySet<string> = new Set([
  "from",
  "to",
  "started",
  "opened",
  "at",
  "time",
]);

/** RFC 3339 in UTC of a block time. */
export function timeOfMilliseconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** RFC 3339 in UTC, whole seconds. */
export function timeOfSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** The same of a number that somebody said, which may lie beyond what the calendar of the platform reaches. */
export function toldSeconds(seconds: number): string {
  return isDate(seconds * 1000) ? timeOfSeconds(seconds) : String(seconds);
}

/** A value of the ledger as JSON: bytes in hex, times in RFC 3339. docs/spec/http.md §1. */
export function toJson(value: unknown, name = ""): Json {
  if (typeof value === "number") return numberToJson(value, name);
  if (typeof value !== "object" || value === null) return value as Json;
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map((each) => toJson(each));
  if (value instanceof Map) return hex(encodeCbor(value as CborKeyedMap as CborValue));
  return mapToJson(value);
}

function mapToJson(map: object): Json {
  const json: Record<string, Json> = {};
  for (const [name, value] of Object.entries(map)) {
    if (value !== undefined) json[name] = toJson(value, name);
  }
  return json;
}

/** What the calendar of the platform does not reach, the year 275 760, stays the number that was signed. */
function numberToJson(value: number, name: string): Json {
  if (MILLISECONDS.has(name)) return isDate(value) ? timeOfMilliseconds(value) : value;
  return SECONDS.has(name) && isDate(value * 1000) ? timeOfSeconds(value) : value;
}

function isDate(milliseconds: number): boolean {
  return !Number.isNaN(new Date(milliseconds).getTime());
}
