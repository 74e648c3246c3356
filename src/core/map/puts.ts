import { HASH_BYTES } from "../merkle/index.ts";

/** A value to stand under a key from now on; both hashes are 32 bytes. */
export type MapPut = {
  readonly keyHash: Uint8Array;
  readonly valueHash: Uint8Array;
  /** What `find` returns for the key, such as where the value lies: an integer of 0…2^53 − 1. */
  readonly ref: number;
};

/** Puts in columns, so that thousands of them are three arrays, which a thread can hand to another one. */
export type MapPuts = {
  /** 32 bytes for each put. */
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  readonly refs: Float64Array;
};

export function mapPuts(puts: readonly MapPut[]): MapPuts {
  const keys = new Uint8Array(puts.length * HASH_BYTES);
  const values = new Uint8Array(puts.length * HASH_BYTES);
  const refs = new Float64Array(puts.length);
  for (const [i, { keyHash, valueHash, ref }] of puts.entries()) {
    keys.set(keyHash, i * HASH_BYTES);
    values.set(valueHash, i * HASH_BYTES);
    refs[i] = ref;
  }
  return { keys, values, refs };
}

/** The same in pieces of at most `count` puts, in their order. */
export function* sliced(puts: MapPuts, count: number): Generator<MapPuts> {
  const { keys, values, refs } = puts;
  for (let from = 0; from < refs.length; from += count) {
    const hashes = [from * HASH_BYTES, (from + count) * HASH_BYTES] as const;
    yield {
      keys: keys.subarray(...hashes),
      values: values.subarray(...hashes),
      refs: refs.subarray(from, from + count),
    };
  }
}
