import { HASH_BYTES } from "../merkle/index.ts";

// The map keeps its inner nodes and its leaves in two tables of rows in plain memory: a million objects would take ten
// times the room and keep the garbage collector busy. A table grows by whole chunks, so nothing is copied to grow. A row
// has in one place what one step reads, because each miss of the processor's cache costs a tenth of a hash.

const CHUNK_BITS = 14;

/** Rows a chunk. */
export const CHUNK_ROWS: number = 1 << CHUNK_BITS;

/** Words of a node's row: its children, the bit at which the keys below it part, and the hashes of both subtrees. */
export const NODE_WORDS = 19;
export const NODE_LEFT = 0;
export const NODE_RIGHT = 1;
export const NODE_BIT = 2;
export const NODE_HASHES = 3;
export const NODE_BYTES: number = 4 * NODE_WORDS;

/** A leaf's row: the hash of its key, then a double that the caller keeps with it. */
export const LEAF_BYTES: number = HASH_BYTES + 8;
const LEAF_DOUBLES = LEAF_BYTES / 8;
const LEAF_REF = HASH_BYTES / 8;

/** Rows in chunks, seen in three ways; they come and go at the end only. */
export class Table {
  /** Rows in use. */
  count = 0;
  readonly rowBytes: number;
  readonly #bytes: Uint8Array[] = [];
  readonly #words: Int32Array[] = [];
  readonly #doubles: Float64Array[] = [];

  constructor(rowBytes: number) {
    this.rowBytes = rowBytes;
  }

  /** The chunk that holds a row in use, by bytes. */
  bytes(row: number): Uint8Array {
    return this.#bytes[row >> CHUNK_BITS] as Uint8Array;
  }

  words(row: number): Int32Array {
    return this.#words[row >> CHUNK_BITS] as Int32Array;
  }

  doubles(row: number): Float64Array {
    return this.#doubles[row >> CHUNK_BITS] as Float64Array;
  }

  /** Takes the next row into use and says which. */
  add(): number {
    this.resize(this.count + 1);
    return this.count - 1;
  }

  /** Takes rows into use, or gives up the last ones, until there are `count`. */
  resize(count: number): void {
    while (this.#bytes.length * CHUNK_ROWS < count) {
      const chunk = new ArrayBuffer(CHUNK_ROWS * this.rowBytes);
      this.#bytes.push(new Uint8Array(chunk));
      this.#words.push(new Int32Array(chunk));
      this.#doubles.push(new Float64Array(chunk));
    }
    this.count = count;
  }
}

/** Where a row stands within its chunk. */
export function rowInChunk(row: number): number {
  return row & (CHUNK_ROWS - 1);
}

/** Where the double of a leaf's row stands in its chunk. */
export function refAt(row: number): number {
  return rowInChunk(row) * LEAF_DOUBLES + LEAF_REF;
}
