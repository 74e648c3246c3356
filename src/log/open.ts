import {
  type EntryList,
  equalBytes,
  frontierOf,
  HASH_BYTES,
  hashEachLeaf,
  hex,
  present,
  rootOf,
  TILE_WIDTH,
} from "../core/index.ts";
import { takeMark } from "./clean-mark.ts";
import { encodeEntries, entriesOf } from "./entries.ts";
import { EntryStore, type EntryStoreOptions, type LogBlock } from "./entry-store.ts";
import { LogFault } from "./fault.ts";
import { type FileSystem, nodeFiles } from "./files.ts";
import { createJournal, type JournalOptions } from "./journal.ts";
import { LeafIndex } from "./leaf-index.ts";
import { Log } from "./log.ts";
import { type ScanResult, scanJournal } from "./scan.ts";
import { TileTree } from "./tiles.ts";

/** Where a log is kept: `journal`, `tiles/` and `clean` in a directory of its own. */
export type LogOptions = {
  readonly directory: string;
  /** Name of the log; the journal says which one it belongs to. */
  readonly origin: string;
  readonly files?: FileSystem;
};

export type OpenLogOptions = LogOptions & {
  /** A checkpoint that was shown to somebody: a journal with fewer entries has lost some, one with another root is another one. */
  readonly published?: { readonly size: number; readonly root: Uint8Array };
  readonly keepElsewhere?: JournalOptions["keepElsewhere"];
  readonly endsBeginning?: EntryStoreOptions["endsBeginning"];
};

/** Whether a log was made in this directory. */
export function logExists(directory: string, files: FileSystem = nodeFiles): boolean {
  return files.exists(journalPath(directory));
}

/**
 * Makes a log whose first block are `entries`. Durable when it resolves; after a crash there is either no log or this.
 *
 * @param maxRecordBytes the entries stand in records of about this size at most
 * @throws LogFault `LOG_EXISTS`
 */
export async function createLog(
  { directory, origin, files = nodeFiles }: LogOptions,
  entries: EntryList = [],
  maxRecordBytes: number = MAX_CREATED_RECORD_BYTES,
): Promise<void> {
  const payloads = payloadsOf(entries, maxRecordBytes);
  await createJournal({ path: journalPath(directory), files }, origin, payloads);
}

/** What a log begins with may be more than one record can hold: it is there as a whole, or not at all. */
const MAX_CREATED_RECORD_BYTES: number = 8 * 1024 * 1024;

function* payloadsOf(entries: EntryList, maxBytes: number): Generator<Uint8Array> {
  let some: Uint8Array[] = [];
  let bytes = 0;
  for (let i = 0; i < entries.length; i++) {
    const entry = present(entries.at(i), `entry ${i}`);
    if (some.length > 0 && bytes + entry.length > maxBytes) {
      yield encodeEntries(some);
      [some, bytes] = [[], 0];
    }
    some.push(entry);
    bytes += entry.length;
  }
  if (some.length > 0) yield encodeEntries(some);
}

/**
 * Opens a log: checks the whole journal, drops a torn last record, and builds the tiles again unless the log was closed
 * in order. A fault leaves the journal as it is. One owner per directory: see `lockDirectory`.
 *
 * @throws LogFault `LOG_MISSING`, `LOG_VERSION`, `JOURNAL_DAMAGED`, `LOG_ORIGIN`, `LOG_SHORTENED`, `LOG_FORKED`
 */
export async function openLog(options: OpenLogOptions): Promise<Log> {
  const { directory, files = nodeFiles, keepElsewhere, endsBeginning } = options;
  const store = await EntryStore.open({
    path: journalPath(directory),
    files,
    ...(keepElsewhere && { keepElsewhere }),
    ...(endsBeginning && { endsBeginning }),
    mayOpen: (found) => mustBeOf(options, found),
  });
  try {
    return assemble(options, files, store);
  } catch (cause) {
    await store.journal.close();
    throw cause;
  }
}

/**
 * Reads a log without owning or changing it, record by record in constant memory: for audits and backups.
 *
 * @returns what the journal holds; a `torn` end is reported, not dropped
 * @throws LogFault as `openLog`
 */
export function readLog(
  { directory, files = nodeFiles }: Omit<LogOptions, "origin">,
  visit: (block: LogBlock & { readonly offset: number }) => void,
): ScanResult & { readonly size: number } {
  const path = journalPath(directory);
  if (!files.exists(path)) throw new LogFault("LOG_MISSING", { path });
  const file = files.open(path, "read");
  let size = 0;
  try {
    const scan = scanJournal(file, ({ offset, payload }) => {
      const entries = entriesOf(payload, offset);
      visit({ offset, first: size, entries });
      size += entries.length;
    });
    return { ...scan, size };
  } finally {
    file.close();
  }
}

/** Where the journal of a log lies. */
export function journalPath(directory: string): string {
  return `${directory}/journal`;
}

/** The log that was asked for, with all that was shown of it: what was shown had been written, and is no torn end. */
function mustBeOf(
  { origin, published }: OpenLogOptions,
  found: { readonly origin: string; readonly size: number },
): void {
  if (found.origin !== origin)
    throw new LogFault("LOG_ORIGIN", { got: found.origin, want: origin });
  if (published !== undefined && found.size < published.size) {
    throw new LogFault("LOG_SHORTENED", { got: found.size, want: published.size });
  }
}

function assemble(
  { directory, published }: OpenLogOptions,
  files: FileSystem,
  store: EntryStore,
): Log {
  const { size, journal } = store;
  const markPath = `${directory}/clean`;
  const tilesPath = `${directory}/tiles`;
  const mark = { size, end: journal.end, digest: journal.lastDigest };
  const clean = takeMark(files, markPath, mark);
  const known = clean ? TileTree.load(files, tilesPath, size) : undefined;
  const tiles = known ?? rebuild(new TileTree(files, tilesPath), store);
  if (published !== undefined) mustExtend(tiles, published);
  const leaves = indexOf(tiles);
  return new Log({ files, markPath, store, tiles, leaves, frontier: frontierOf(tiles) });
}

/** Another journal of this origin, as long or longer, would contradict what was shown. */
function mustExtend(tiles: TileTree, { size, root }: NonNullable<OpenLogOptions["published"]>) {
  if (size === 0) return;
  const got = rootOf(tiles, size);
  if (!equalBytes(got, root)) {
    throw new LogFault("LOG_FORKED", { size, got: hex(got), want: hex(root) });
  }
}

/** Derives the tiles from the entries once more. */
function rebuild(tiles: TileTree, store: EntryStore): TileTree {
  let unwritten = 0;
  for (const { entries } of store.blocks(0)) {
    tiles.appendAll(hashEachLeaf(entries));
    unwritten += entries.length;
    if (unwritten < TILE_WIDTH) continue;
    tiles.flush();
    unwritten = 0;
  }
  tiles.flush();
  return tiles;
}

function indexOf(tiles: TileTree): LeafIndex {
  const leaves = new LeafIndex((index) => tiles.leaf(index));
  for (let first = 0; first < tiles.size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, tiles.size - first);
    const hashes = tiles.tile(0, first / TILE_WIDTH, width) ?? new Uint8Array();
    for (let i = 0; i < width; i++) {
      leaves.add(hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES), first + i);
    }
  }
  return leaves;
}
