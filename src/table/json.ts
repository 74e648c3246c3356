import { type CborValue, hex, isCborMap } from "../core/index.ts";

/** JSON without `null`: what a fact can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export type JsonMap = { readonly [name: string]: JsonValue };

/** A value of a fact as JSON: bytes in hex, decimals as numbers; one that a program cannot hold stays the text that it is. */
export function jsonOf(value: CborValue): JsonValue {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return (value as readonly CborValue[]).map(jsonOf);
  if (!isCborMap(value)) return value as JsonValue;
  const names = Object.keys(value);
  if (names.length === 1 && typeof value.decimal === "string") return numberOf(value.decimal);
  return Object.fromEntries(names.map((name) => [name, jsonOf(value[name] as CborValue)]));
}

function numberOf(decimal: string): JsonValue {
  const number = Number(decimal);
  return Number.isFinite(number) ? number : decimal;
}
