import { InvariantError } from "../invariant.ts";
import { HASH_BYTES } from "../merkle/index.ts";
import { CHUNK_ROWS, rowInChunk, type Table } from "./rows.ts";
import type { MapTree, RowWatcher } from "./tree.ts";

// A dump is a sequence of pieces, a piece a sequence of runs. Rows that change after they were read are read again, so of
// several runs with one row the last counts:
//
//   run  = table (1 nodes, 2 leaves) ‖ first row ‖ count ‖ the rows as they lie in memory
//   end  = 3 ‖ nodes ‖ leaves ‖ root ‖ hash of the root     ; numbers are u32, little-endian; root is i32

export const DUMP_NODES = 1;
export const DUMP_LEAVES = 2;
export const DUMP_END = 3;
export const DUMP_HEADER_BYTES = 12;
export const DUMP_END_BYTES: number = DUMP_HEADER_BYTES + 4 + HASH_BYTES;

/** Room for a row of either table, or for the end. */
export const MIN_DUMP_PIECE_BYTES = 128;

/** A part of a dump. When it is the last one, all parts together hold the map as it is at this very moment. */
export type DumpPiece = { readonly bytes: Uint8Array; readonly isLast: boolean };

/**
 * Copies a map out while it goes on changing: nothing is locked; what changes behind the reader is read again. The map
 * must not change faster than the pieces are taken, or there is no last one; a file takes them some ten times faster.
 */
export class MapDump implements RowWatcher {
  readonly #tree: MapTree;
  readonly #nodes: Pass;
  readonly #leaves: Pass;

  constructor(tree: MapTree) {
    if (tree.watcher !== undefined) throw new InvariantError("two dumps of one map at a time");
    this.#tree = tree;
    this.#nodes = new Pass(DUMP_NODES, tree.nodes);
    this.#leaves = new Pass(DUMP_LEAVES, tree.leaves);
    tree.watcher = this;
  }

  /** The next piece: at most `maxBytes`, which is at least `MIN_DUMP_PIECE_BYTES`. */
  read(maxBytes: number): DumpPiece {
    const piece = new PieceWriter(maxBytes);
    this.#nodes.read(piece);
    this.#leaves.read(piece);
    const isLast = this.#nodes.isDone && this.#leaves.isDone && piece.room >= DUMP_END_BYTES;
    if (isLast) {
      piece.end(this.#tree);
      this.close();
    }
    return { bytes: piece.bytes(), isLast };
  }

  /** Ends the dump: from now on changes need not be remembered. */
  close(): void {
    if (this.#tree.watcher === this) this.#tree.watcher = undefined;
  }

  nodeChanged(row: number): void {
    this.#nodes.changed(row);
  }

  leafChanged(row: number): void {
    this.#leaves.changed(row);
  }
}

/** Reads one table: once from its first row to its last, and again what changed meanwhile. */
class Pass {
  readonly #kind: number;
  readonly #table: Table;
  /** Rows before it were read. */
  #next = 0;
  /** Rows that were read and changed since. */
  readonly #changed = new Set<number>();

  constructor(kind: number, table: Table) {
    this.#kind = kind;
    this.#table = table;
  }

  get isDone(): boolean {
    return this.#next === this.#table.count && this.#changed.size === 0;
  }

  read(piece: PieceWriter): void {
    const { count } = this.#table;
    while (this.#next < count) {
      const rows = Math.min(count - this.#next, CHUNK_ROWS - rowInChunk(this.#next));
      const written = piece.run(this.#kind, this.#table, this.#next, rows);
      if (written === 0) return;
      this.#next += written;
    }
    for (const row of this.#changed) {
      if (piece.run(this.#kind, this.#table, row, 1) === 0) return;
      this.#changed.delete(row);
    }
  }

  changed(row: number): void {
    if (row < this.#next) this.#changed.add(row);
  }
}

class PieceWriter {
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(maxBytes: number) {
    this.#buffer = new Uint8Array(maxBytes);
    this.#view = new DataView(this.#buffer.buffer);
  }

  get room(): number {
    return this.#buffer.length - this.#at;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  /** Writes as many of the `rows` as there is room for, and says how many. They lie in one chunk. */
  run(kind: number, table: Table, first: number, rows: number): number {
    const { rowBytes } = table;
    const count = Math.min(rows, Math.floor((this.room - DUMP_HEADER_BYTES) / rowBytes));
    if (count <= 0) return 0;
    this.#header(kind, first, count);
    const start = rowInChunk(first);
    const bytes = table.bytes(first);
    this.#buffer.set(bytes.subarray(start * rowBytes, (start + count) * rowBytes), this.#at);
    this.#at += count * rowBytes;
    return count;
  }

  end({ nodes, leaves, root, rootHash }: MapTree): void {
    this.#header(DUMP_END, nodes.count, leaves.count);
    this.#view.setInt32(this.#at, root, true);
    this.#buffer.set(rootHash, this.#at + 4);
    this.#at += DUMP_END_BYTES - DUMP_HEADER_BYTES;
  }

  #header(kind: number, second: number, third: number): void {
    for (const [i, field] of [kind, second, third].entries()) {
      this.#view.setUint32(this.#at + 4 * i, field, true);
    }
    this.#at += DUMP_HEADER_BYTES;
  }
}
