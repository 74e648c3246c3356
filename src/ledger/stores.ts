import type { Change, Hash, MapPath, PreparedSignature } from "../core/index.ts";
import type { Position } from "./block-maker.ts";
import type {
  AliasPage,
  AliasQuery,
  ChildrenPage,
  KeyPage,
  LedgerCounts,
  SearchPage,
  SearchQuery,
} from "./port.ts";
import type { AppliedChanges, Undo } from "./state.ts";

// What the sequencer needs kept. The embedded driver keeps it in files, the memory driver in arrays; neither knows the rules.

/** Entries that were appended in memory and are not durable yet. */
export type Staged = { readonly size: number; readonly root: Hash };

/** The append-only log: the truth. */
export interface LogStore {
  /** Entries that are durable. */
  readonly size: number;
  /** Makes sure that `bytes` more can be written. @throws LedgerFault LEDGER_DISK_FULL */
  reserve(bytes: number): void;
  /**
   * Appends after everything staged so far; computes the root without touching the disk.
   *
   * @param known the leaf hashes of the first entries, where the caller has them
   */
  stage(entries: readonly Uint8Array[], known?: readonly Hash[]): Staged;
  /** Makes the oldest staged block durable: one write, one sync. */
  commit(staged: Staged): Promise<void>;
  entry(index: number): Uint8Array | undefined;
  /** The durable entries that were committed together with this one, which are a block or a part of the first one. */
  together(index: number): { readonly first: number; readonly count: number };
  indexOf(hash: Uint8Array): number | undefined;
  inclusion(index: number, size: number): readonly Hash[];
  consistency(first: number, second: number): readonly Hash[];
  root(size: number): Hash;
  tile(level: number, index: number, width: number): Uint8Array | undefined;
  bundle(index: number, width: number): Uint8Array | undefined;
  close(): Promise<void>;
}

/** Where a version of a value lies. */
export type Ref = number;

export type StoredVersion = {
  readonly key: string;
  readonly value: Uint8Array;
  readonly index: number;
  readonly previous: Ref | undefined;
};

/** Every version of every value, derived from the log and never synced on the way. */
export interface ValueStore {
  /** Bytes appended so far; grows with each version. */
  readonly end: number;
  append(change: Change, previous: Ref | undefined): Ref;
  /** Hands what was appended to the file, so that the index can read it. */
  flush(): void;
  read(ref: Ref): StoredVersion;
  close(): Promise<void>;
}

/** The moment after a block: what a snapshot of the map would be of. */
export type BlockMoment = Position & {
  /** Where its values end in the store. */
  readonly valuesEnd: number;
};

/** The sparse Merkle map over the values, derived from the log. What is asked of it happens in the order of the calls. */
export interface MapStore {
  /** Puts what a block changed. @returns the root after it */
  update(changes: AppliedChanges, moment: BlockMoment): Promise<Hash>;
  /**
   * Undoes the updates of blocks that never became durable. Then it proves what it proved before them, and takes no more.
   *
   * @returns the root after it
   */
  takeBack(undo: Undo): Promise<Hash>;
  /** The way to each key's place, after the last update before the call. */
  prove(keyHashes: readonly Uint8Array[]): Promise<readonly MapPath[]>;
  /** Keeps what it takes to prove the map as it is after the last update before the call, under a new name. */
  pin(size: number): void;
  /** Forgets all pins but these. */
  keepPins(sizes: readonly number[]): void;
  /** As `prove`, after the update that was the last one at the pin; `undefined` where the pin is forgotten. */
  provePinned(
    size: number,
    keyHashes: readonly Uint8Array[],
  ): Promise<readonly MapPath[] | undefined>;
  close(): Promise<void>;
}

/** Lists and searches, derived from the stream of values; may lag behind. */
export interface IndexStore {
  /** The log has `size` durable entries, and their values end at `valuesEnd`. */
  advance(valuesEnd: number, size: number): void;
  indexed(size: number): Promise<void>;
  children(
    code: string,
    start: number,
    limit: number,
    count: number,
  ): Promise<Pick<ChildrenPage, "codes" | "path">>;
  search(query: SearchQuery): Promise<SearchPage>;
  keys(prefix: string, limit: number, cursor?: string): Promise<KeyPage>;
  aliases(query: AliasQuery): Promise<AliasPage>;
  counts(): LedgerCounts;
  close(): Promise<void>;
}

/** Checks signatures off the main thread. */
export interface SignaturePool {
  checkBatch(checks: readonly PreparedSignature[]): Promise<readonly boolean[]>;
  close(): Promise<void>;
}

/** Both clocks, so that a jump of the wall clock shows. */
export interface LedgerClock {
  wallMilliseconds(): number;
  monotonicMilliseconds(): number;
}
