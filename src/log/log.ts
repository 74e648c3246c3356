import {
  consistencyPath,
  type Frontier,
  type Hash,
  hashLeaf,
  InvariantError,
  inclusionPathBy,
  joinHashes,
  rootOf,
  spanRoot,
  TILE_WIDTH,
} from "../core/index.ts";
import { writeMark } from "./clean-mark.ts";
import { encodeBundle, MAX_ENTRY_BYTES } from "./entries.ts";
import type { EntryRange } from "./entry-map.ts";
import type { EntryStore, LogBlock } from "./entry-store.ts";
import type { FileSystem } from "./files.ts";
import type { LeafIndex } from "./leaf-index.ts";
import type { ScanResult } from "./scan.ts";
import type { TileTree } from "./tiles.ts";

/** Entries that stand behind all earlier ones in memory, and on no disk yet. */
export type StagedEntries = {
  /** Index of the first one. */
  readonly first: number;
  /** Entries of the log with them. */
  readonly size: number;
  readonly root: Hash;
  readonly entries: readonly Uint8Array[];
  readonly leaves: readonly Hash[];
};

/** Roots beside paths that are kept, of 100 bytes and a little each. */
const MAX_BESIDE = 4096;

/** More than the widths, as powers of two, that a span can have. */
const WIDTHS = 64;

/** What an open log consists of. */
export type LogParts = {
  readonly files: FileSystem;
  /** Where to leave the mark of a clean end. */
  readonly markPath: string;
  readonly store: EntryStore;
  readonly tiles: TileTree;
  readonly leaves: LeafIndex;
  /** The tree over all entries of the journal. */
  readonly frontier: Frontier;
};

/**
 * A tlog-tiles log over one journal.
 *
 * Everything that is read is committed; what is only staged shows nowhere but in the root that `stage` returns.
 */
export class Log {
  readonly #parts: LogParts;
  /** Entries that were given to `commit`. */
  #committing: number;
  /** What stands beside the paths at one size: thousands in a row are asked for at it, and neighbours share most of theirs. */
  #beside: { readonly size: number; readonly roots: Map<number, Hash> };

  /** For `openLog`. */
  constructor(parts: LogParts) {
    this.#parts = parts;
    this.#committing = parts.store.size;
    this.#beside = { size: 0, roots: new Map() };
  }

  get origin(): string {
    return this.#parts.store.journal.origin;
  }

  /** Entries that are durable. */
  get size(): number {
    return this.#parts.tiles.size;
  }

  /** What opening dropped: a record that was being written when the power went. Nobody was told that it was durable. */
  get torn(): ScanResult["torn"] {
    return this.#parts.store.journal.torn;
  }

  /** Bytes of the journal that are durable; a copy of them is a backup. */
  get journalEnd(): number {
    return this.#parts.store.journal.end;
  }

  /**
   * Makes sure that `bytes` more can be written, before anything is staged.
   *
   * @throws LogFault `LOG_DISK_FULL`
   */
  reserve(bytes: number): void {
    this.#parts.store.journal.reserve(bytes);
  }

  /**
   * Appends behind everything staged so far and computes the root, without touching the disk.
   *
   * @param known the leaf hashes of the first entries, where the caller has them
   */
  stage(entries: readonly Uint8Array[], known: readonly Hash[] = []): StagedEntries {
    const { frontier } = this.#parts;
    const first = frontier.size;
    const leaves = entries.map((entry, i) => leafOf(entry, known[i]));
    frontier.appendAll(joinHashes(leaves));
    return { first, size: frontier.size, root: frontier.root(), entries, leaves };
  }

  /**
   * Makes a staged block durable: one write, one sync. Blocks are committed in the order in which they were staged; the
   * next one may be staged and committed before this one resolves.
   *
   * @throws LogFault `LOG_WRITE`: the log takes nothing more
   */
  async commit({ first, size, entries, leaves }: StagedEntries): Promise<void> {
    if (first !== this.#committing) {
      throw new InvariantError(`commit of entry ${first} where ${this.#committing} is next`);
    }
    this.#committing = size;
    const { store, tiles, leaves: index } = this.#parts;
    await store.append(entries);
    tiles.appendAll(joinHashes(leaves));
    for (const [i, leaf] of leaves.entries()) index.add(leaf, first + i);
    tiles.flush();
  }

  /** Makes durable here what is kept elsewhere too. @throws LogFault `LOG_WRITE` */
  sync(): Promise<void> {
    return this.#parts.store.journal.sync();
  }

  /** The bytes of an entry; `undefined` beyond the end. */
  entry(index: number): Uint8Array | undefined {
    return index < this.size ? this.#parts.store.read({ first: index, count: 1 })[0] : undefined;
  }

  /** The leaf hash of an entry. */
  leaf(index: number): Uint8Array {
    this.#mustHold(index + 1);
    return this.#parts.tiles.leaf(index);
  }

  /** Where the first entry with this leaf hash stands. */
  indexOf(leaf: Uint8Array): number | undefined {
    return this.#parts.leaves.find(leaf, this.size);
  }

  /** The entries that became durable together with entry `index`. */
  blockOf(index: number): EntryRange {
    this.#mustHold(index + 1);
    return this.#parts.store.blockOf(index);
  }

  /** Reads whole records from the one that holds entry `from` on, up to the end at the moment of the call. */
  blocks(from = 0): Generator<LogBlock> {
    return this.#parts.store.blocks(from);
  }

  root(size: number = this.size): Hash {
    return rootOf(this.#parts.tiles, size);
  }

  /** Sibling hashes from entry `index` up to the root over the first `size` entries. RFC 9162 §2.1.3.1. */
  inclusion(index: number, size: number = this.size): Hash[] {
    this.#mustHold(size);
    if (index >= size) throw new InvariantError(`entry ${index} in a tree of ${size}`);
    return inclusionPathBy(index, size, (start, end) => this.#rootBeside(start, end, size));
  }

  /** RFC 9162 §2.1.4.1. */
  consistency(first: number, second: number = this.size): Hash[] {
    return consistencyPath(this.#parts.tiles, first, second);
  }

  /** `width` hashes of a tile of c2sp.org/tlog-tiles; `undefined` if the log is not that large. */
  tile(level: number, index: number, width: number): Uint8Array | undefined {
    return this.#parts.tiles.tile(level, index, width);
  }

  /** `width` entries of a bundle of c2sp.org/tlog-tiles; `undefined` if the log is not that large. */
  bundle(index: number, width: number): Uint8Array | undefined {
    const first = index * TILE_WIDTH;
    if (first + width > this.size) return undefined;
    return encodeBundle(this.#parts.store.read({ first, count: width }));
  }

  /** Waits for what is being committed, and leaves a mark that the tiles are whole. */
  async close(): Promise<void> {
    const { files, markPath, store, tiles } = this.#parts;
    const { journal } = store;
    await journal.close();
    if (tiles.flush()) {
      const mark = { size: this.size, end: journal.end, digest: journal.lastDigest };
      // Only spares the next start some work, so a disk that will not take it is no reason to fail.
      await tiles
        .sync()
        .then(() => writeMark(files, markPath, mark))
        .catch(() => undefined);
    }
    tiles.close();
  }

  #rootBeside(start: number, end: number, size: number): Hash {
    if (this.#beside.size !== size || this.#beside.roots.size >= MAX_BESIDE) {
      this.#beside = { size, roots: new Map() };
    }
    const { roots } = this.#beside;
    // Of two spans that begin at one leaf, the wider one ends at the edge or is twice as wide: both tell it apart.
    const name = start * WIDTHS + Math.ceil(Math.log2(end - start));
    const known = roots.get(name);
    if (known !== undefined) return known;
    const root = spanRoot(this.#parts.tiles, start, end);
    roots.set(name, root);
    return root;
  }

  #mustHold(size: number): void {
    if (size > this.size) throw new InvariantError(`${size} entries of ${this.size}`);
  }
}

function leafOf(entry: Uint8Array, known: Hash | undefined): Hash {
  if (entry.length > MAX_ENTRY_BYTES) throw new InvariantError(`an entry of ${entry.length} bytes`);
  return known ?? hashLeaf(entry);
}
