import { compareBytes } from "../bytes.ts";
import { present } from "../invariant.ts";
import { HASH_BYTES } from "../merkle/index.ts";
import { bitAt, MAP_BITS } from "./hashing.ts";

/** A value to stand under a key from now on; both hashes are 32 bytes. */
export type MapPut = {
  readonly keyHash: Uint8Array;
  readonly valueHash: Uint8Array;
  /** What `find` returns for the key, such as where the value lies: an integer of 0…2^53 − 1. */
  readonly ref: number;
};

/** In the order of the keys, each key once: of several puts to one the last counts. */
export function inKeyOrder(puts: readonly MapPut[]): readonly MapPut[] {
  const sorted = puts.toSorted((a, b) => compareBytes(a.keyHash, b.keyHash));
  return sorted.filter((put, i) => {
    const next = sorted[i + 1];
    return next === undefined || compareBytes(put.keyHash, next.keyHash) !== 0;
  });
}

/** Of ordered keys that agree in all bits before `bit`: the position of the first one that has it set. */
export function partition(puts: readonly MapPut[], from: number, to: number, bit: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bitAt(present(puts[middle], "a put").keyHash, bit) === 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many bits the two hashes begin with alike, at most 256; the second one lies at `offset`. */
export function sharedBits(hash: Uint8Array, others: Uint8Array, offset = 0): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = (hash[i] as number) ^ (others[offset + i] as number);
    // clz32 counts from bit 31, and a byte has its first bit at 7.
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24;
  }
  return MAP_BITS;
}
