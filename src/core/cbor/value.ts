/**
 * What an operation or a value of the ledger may hold: a subset of CBOR (RFC 8949) without floats, tags, indefinite
 * lengths and `undefined`. Integers are safe integers (below 2^53).
 */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | CborKeyedMap;

/** A map whose keys are all text. A field that is `undefined` is absent. */
export type CborMap = { readonly [key: string]: CborValue | undefined };

/** A map with at least one integer key, as COSE headers have. */
export type CborKeyedMap = ReadonlyMap<number | string, CborValue>;

/** Nesting deeper than this is refused; nothing of ours needs more than ten. */
export const MAX_CBOR_DEPTH = 24;

export function isCborMap(value: CborValue | undefined): value is CborMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Map)
  );
}
