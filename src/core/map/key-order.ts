import { compareBytes } from "../bytes.ts";
import { InvariantError, present } from "../invariant.ts";
import { HASH_BYTES } from "../merkle/index.ts";
import { bitAt, MAP_BITS } from "./hashing.ts";

/** A value to stand under a key from now on; both hashes are 32 bytes. */
export type MapPut = {
  readonly keyHash: Uint8Array;
  readonly valueHash: Uint8Array;
  /** What `find` returns for the key, such as where the value lies: an integer of 0…2^53 − 1. */
  readonly ref: number;
};

/** How many puts one update takes: the position of one and four bytes of its key make up a double. */
export const MAX_MAP_PUTS: number = 2 ** 21;

/** Puts in the order of their keys, each key once: of several puts to one key the last counts. */
export class OrderedPuts {
  /** The key hashes one behind the other, so that looking at their bits stays within the processor's cache. */
  readonly keys: Uint8Array;
  readonly #values: Int32Array;
  readonly #refs: Float64Array;
  readonly length: number;

  constructor(puts: readonly MapPut[]) {
    this.keys = new Uint8Array(puts.length * HASH_BYTES);
    this.#values = new Int32Array((puts.length * HASH_BYTES) / 4);
    this.#refs = new Float64Array(puts.length);
    const values = new Uint8Array(this.#values.buffer);
    let length = 0;
    for (const { keyHash, valueHash, ref } of inKeyOrder(puts)) {
      const at = length * HASH_BYTES;
      copyHash(keyHash, 0, this.keys, at);
      const isTwice = at > 0 && sharedBits(this.keys, at - HASH_BYTES, this.keys, at) === MAP_BITS;
      if (!isTwice) length++;
      copyHash(valueHash, 0, values, (length - 1) * HASH_BYTES);
      this.#refs[length - 1] = ref;
    }
    this.length = length;
  }

  refAt(index: number): number {
    return this.#refs[index] as number;
  }

  /** Copies the hash of a put's value to `words` from `at` on. */
  readValueHash(index: number, words: Int32Array, at: number): void {
    const from = (index * HASH_BYTES) / 4;
    for (let i = 0; i < HASH_BYTES / 4; i++) words[at + i] = this.#values[from + i] as number;
  }

  /** Of puts whose keys agree in all bits before `bit`: the first one that has it set. */
  partition(from: number, to: number, bit: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bitAt(this.keys, middle * MAP_BITS + bit) === 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function inKeyOrder(puts: readonly MapPut[]): readonly MapPut[] {
  if (puts.length > MAX_MAP_PUTS) throw new InvariantError(`${puts.length} puts in one update`);
  // Doubles sort several times faster than objects; what they leave undecided are keys alike in four bytes.
  const doubles = Float64Array.from(puts, (put, i) => fourBytes(put.keyHash) * MAX_MAP_PUTS + i);
  const ordered: MapPut[] = [];
  let before = -1;
  for (const double of doubles.sort()) {
    const put = present(puts[double % MAX_MAP_PUTS], "a put");
    const lead = Math.floor(double / MAX_MAP_PUTS);
    if (lead === before) insert(ordered, put);
    else ordered.push(put);
    before = lead;
  }
  return ordered;
}

function fourBytes(hash: Uint8Array): number {
  let number = 0;
  for (let i = 0; i < 4; i++) number = number * 256 + (hash[i] as number);
  return number;
}

/** Inserts from the end, behind those with the same key. */
function insert(ordered: MapPut[], put: MapPut): void {
  let at = ordered.length;
  for (; at > 0; at--) {
    const before = present(ordered[at - 1], "a put");
    if (compareBytes(before.keyHash, put.keyHash) <= 0) break;
    ordered[at] = before;
  }
  ordered[at] = put;
}

/** How many bits the hash at `at` and the other one at `otherAt` begin with alike, at most 256. */
export function sharedBits(
  bytes: Uint8Array,
  at: number,
  others: Uint8Array,
  otherAt: number,
): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = (bytes[at + i] as number) ^ (others[otherAt + i] as number);
    // clz32 counts from bit 31, and a byte has its first bit at 7.
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24;
  }
  return MAP_BITS;
}

/** Copies one hash. A loop, because `set` needs a `subarray`, and making one takes longer than copying 32 bytes. */
export function copyHash(from: Uint8Array, fromAt: number, to: Uint8Array, at: number): void {
  for (let i = 0; i < HASH_BYTES; i++) to[at + i] = from[fromAt + i] as number;
}
