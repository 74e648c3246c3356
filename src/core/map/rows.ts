import { HASH_BYTES } from "../merkle/index.ts";

// The map keeps its inner nodes and leaves in two tables of typed columns: a million objects would take ten times the
// memory and keep the garbage collector busy. A table grows by whole chunks, so nothing is ever copied to grow.

const CHUNK_BITS = 14;

/** Rows a chunk. */
export const CHUNK_ROWS: number = 1 << CHUNK_BITS;

/** One column of a chunk as bytes, to be copied out and in. */
export type Column = { readonly bytes: Uint8Array; readonly width: number };

/** 41 bytes an inner node. */
export class NodeChunk {
  readonly left: Int32Array = new Int32Array(CHUNK_ROWS);
  readonly right: Int32Array = new Int32Array(CHUNK_ROWS);
  /** The bit at which the keys below it part, 0…255. */
  readonly bit: Uint8Array = new Uint8Array(CHUNK_ROWS);
  /** Its hash where its parent sees it: the chain of nodes with one child between the two is folded in. */
  readonly hash: Uint8Array = new Uint8Array(CHUNK_ROWS * HASH_BYTES);
  readonly columns: readonly Column[] = [this.left, this.right, this.bit, this.hash].map(column);
}

/** 72 bytes a leaf. */
export class LeafChunk {
  readonly key: Uint8Array = new Uint8Array(CHUNK_ROWS * HASH_BYTES);
  readonly hash: Uint8Array = new Uint8Array(CHUNK_ROWS * HASH_BYTES);
  /** What the caller keeps with the key: an integer below 2^53. */
  readonly ref: Float64Array = new Float64Array(CHUNK_ROWS);
  readonly columns: readonly Column[] = [this.key, this.hash, this.ref].map(column);
}

function column(array: Uint8Array | Int32Array | Float64Array): Column {
  const bytes = new Uint8Array(array.buffer);
  return { bytes, width: bytes.length / CHUNK_ROWS };
}

/** Rows in chunks; only ever added at the end and dropped from there. */
export class Table<C extends NodeChunk | LeafChunk> {
  /** Rows in use. */
  count = 0;
  readonly #chunks: C[] = [];
  readonly #make: () => C;

  constructor(make: () => C) {
    this.#make = make;
  }

  /** The chunk that holds a row in use. */
  chunk(row: number): C {
    return this.#chunks[row >> CHUNK_BITS] as C;
  }

  /** Takes the next row into use and says which. */
  add(): number {
    this.resize(this.count + 1);
    return this.count - 1;
  }

  /** Takes rows into use, or gives up the last ones, until there are `count`. */
  resize(count: number): void {
    while (this.#chunks.length * CHUNK_ROWS < count) this.#chunks.push(this.#make());
    this.count = count;
  }
}

/** Where a row stands within its chunk. */
export function rowInChunk(row: number): number {
  return row & (CHUNK_ROWS - 1);
}

/** How many bytes one row of a chunk takes in all its columns. */
export function rowBytes({ columns }: NodeChunk | LeafChunk): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}
