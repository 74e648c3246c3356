import { crc32 } from "node:zlib";
import { IndexDamage } from "../damage.ts";

// Sorted keys, each with some bytes:
//
//   block = crc32 of the rest u32 ‖ count u32 ‖ count keys f64 ‖ count ends of values u32 ‖ values
//
// little-endian; a key is a whole number, and stands in a block once.

/** What a block fills, so that it takes one page of the database and no more. A longer value stands alone. */
const BLOCK_BYTES = 8000;
const HEAD_BYTES = 8;
const KEY_BYTES = 8;
const ENTRY_BYTES = KEY_BYTES + 4;
const MAX_ENTRIES = Math.floor((BLOCK_BYTES - HEAD_BYTES) / ENTRY_BYTES);

/** A block that is read. */
export class Block {
  readonly count: number;
  readonly bytes: Buffer;
  readonly #view: DataView;
  readonly #ends: number;
  readonly #values: number;

  /** @throws IndexDamage */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < HEAD_BYTES || crc32(bytes.subarray(4)) !== this.#view.getUint32(0, true)) {
      throw new IndexDamage("a block of the index is damaged");
    }
    this.count = this.#view.getUint32(4, true);
    this.#ends = HEAD_BYTES + KEY_BYTES * this.count;
    this.#values = HEAD_BYTES + ENTRY_BYTES * this.count;
  }

  key(i: number): number {
    return this.#view.getFloat64(HEAD_BYTES + KEY_BYTES * i, true);
  }

  /** Where the value of an entry begins in `bytes`; it ends where the next one begins. */
  start(i: number): number {
    return i === 0
      ? this.#values
      : this.#values + this.#view.getUint32(this.#ends + 4 * i - 4, true);
  }

  value(i: number): Buffer {
    return this.bytes.subarray(this.start(i), this.start(i + 1));
  }

  /** The first entry whose key is not below; `count` when there is none. */
  seek(key: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.key(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A block that is made, from entries in rising order. */
export class BlockBuilder {
  readonly #keys = new Float64Array(MAX_ENTRIES);
  readonly #ends = new Uint32Array(MAX_ENTRIES);
  #values: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #count = 0;
  #used = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get first(): number {
    return this.#keys[0] ?? 0;
  }

  get last(): number {
    return this.#keys[this.#count - 1] ?? 0;
  }

  /** Whether there is room for one more value of `length` bytes. */
  fits(length: number): boolean {
    if (this.#count === 0) return true;
    const bytes = HEAD_BYTES + ENTRY_BYTES * (this.#count + 1) + this.#used + length;
    return this.#count < MAX_ENTRIES && bytes <= BLOCK_BYTES;
  }

  add(key: number, source: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.#values.length < this.#used + length) this.#values = Buffer.allocUnsafeSlow(length);
    copyBytes(source, start, end, this.#values, this.#used);
    this.#used += length;
    this.#keys[this.#count] = key;
    this.#ends[this.#count++] = this.#used;
  }

  /** The bytes of the block; the next one begins. */
  take(): Buffer {
    const count = this.#count;
    const values = HEAD_BYTES + ENTRY_BYTES * count;
    const bytes = Buffer.allocUnsafeSlow(values + this.#used);
    const view = new DataView(bytes.buffer);
    view.setUint32(4, count, true);
    for (let i = 0; i < count; i++) {
      view.setFloat64(HEAD_BYTES + KEY_BYTES * i, this.#keys[i] ?? 0, true);
      view.setUint32(HEAD_BYTES + KEY_BYTES * count + 4 * i, this.#ends[i] ?? 0, true);
    }
    this.#values.copy(bytes, values, 0, this.#used);
    view.setUint32(0, crc32(bytes.subarray(4)), true);
    this.#count = 0;
    this.#used = 0;
    return bytes;
  }
}

const SHORT_BYTES = 32;

/** Values are mostly a few bytes, for which a call of the library takes longer than a loop. */
function copyBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): void {
  if (end - start > SHORT_BYTES) from.copy(to, at, start, end);
  else for (let i = start; i < end; i++) to[at + i - start] = from[i] ?? 0;
}
