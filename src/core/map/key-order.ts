import { InvariantError } from "../invariant.ts";
import { HASH_BYTES } from "../merkle/index.ts";
import { bitAt, MAP_BITS } from "./hashing.ts";
import type { MapPuts } from "./puts.ts";

/** How many puts one update takes: the position of one and four bytes of its key make up a double. */
export const MAX_MAP_PUTS: number = 2 ** 21;

const HASH_WORDS = HASH_BYTES / 4;

/** Puts in the order of their keys, each key once: of several puts to one key the last counts. */
export class OrderedPuts {
  /** The key hashes one behind the other, so that looking at their bits stays within the processor's cache. */
  readonly keys: Uint8Array;
  readonly length: number;
  readonly #values: Int32Array;
  readonly #refs: Float64Array;

  constructor(puts: MapPuts) {
    const count = puts.refs.length;
    this.keys = new Uint8Array(count * HASH_BYTES);
    this.#values = new Int32Array(count * HASH_WORDS);
    this.#refs = new Float64Array(count);
    const values = new Uint8Array(this.#values.buffer);
    let length = 0;
    for (const put of inKeyOrder(puts)) {
      const at = length * HASH_BYTES;
      copyHash(puts.keys, put * HASH_BYTES, this.keys, at);
      const isTwice = at > 0 && sharedBits(this.keys, at - HASH_BYTES, this.keys, at) === MAP_BITS;
      if (!isTwice) length++;
      copyHash(puts.values, put * HASH_BYTES, values, (length - 1) * HASH_BYTES);
      this.#refs[length - 1] = puts.refs[put] as number;
    }
    this.length = length;
  }

  refAt(index: number): number {
    return this.#refs[index] as number;
  }

  /** Copies the hash of a put's value to `words` from `at` on. */
  readValueHash(index: number, words: Int32Array, at: number): void {
    const from = index * HASH_WORDS;
    for (let i = 0; i < HASH_WORDS; i++) words[at + i] = this.#values[from + i] as number;
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

/** The positions of the puts in the order of their keys; those with one key in the order in which they came. */
function inKeyOrder({ keys, refs }: MapPuts): readonly number[] {
  const count = refs.length;
  if (count > MAX_MAP_PUTS) throw new InvariantError(`${count} puts in one update`);
  // Doubles sort several times faster than objects; what they leave undecided are keys alike in four bytes.
  const doubles = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    doubles[i] = fourBytes(keys, i * HASH_BYTES) * MAX_MAP_PUTS + i;
  }
  const ordered: number[] = [];
  let before = -1;
  for (const double of doubles.sort()) {
    const put = double % MAX_MAP_PUTS;
    const lead = Math.floor(double / MAX_MAP_PUTS);
    if (lead === before) insert(ordered, put, keys);
    else ordered.push(put);
    before = lead;
  }
  return ordered;
}

function fourBytes(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let i = 0; i < 4; i++) number = number * 256 + (bytes[at + i] as number);
  return number;
}

/** Inserts from the end, behind those with the same key. */
function insert(ordered: number[], put: number, keys: Uint8Array): void {
  let at = ordered.length;
  for (; at > 0; at--) {
    const before = ordered[at - 1] as number;
    if (compareHashes(keys, before * HASH_BYTES, put * HASH_BYTES) <= 0) break;
    ordered[at] = before;
  }
  ordered[at] = put;
}

function compareHashes(bytes: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = (bytes[a + i] as number) - (bytes[b + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
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
