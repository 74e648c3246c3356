import type { Change, Hash, MapProof, PreparedSignature, Refusal } from "../core/index.ts";
import type { LedgerFault } from "./fault.ts";

// The contract between the rules and whatever orders and keeps the blocks. `memory`, `embedded` and `comet` pass one
// suite (test/contract/ledger.ts). Nothing here is shown before it is durable: every reader sees the state of the last
// committed block, never of one that could still be lost.

/** What a ledger says of itself after a block; all parts belong together. */
export type Head = {
  /** Name of the log: URL prefix without scheme. */
  readonly origin: string;
  /** Entries in the log; always just after a block entry. */
  readonly size: number;
  /** Non-empty blocks before this one; block 0 has height 0. */
  readonly height: number;
  /** Block time, Unix milliseconds. */
  readonly timeMilliseconds: number;
  readonly root: Hash;
  readonly mapRoot: Hash;
  /** The signed note (c2sp.org/tlog-checkpoint) for `size`. */
  readonly checkpoint: string;
};

/** One version of the value under a map key. */
export type Version = {
  /** Log index of the entry that made it. */
  readonly index: number;
  readonly value: Uint8Array;
};

/** The block that an entry stands in. */
export type BlockInfo = {
  readonly height: number;
  readonly timeMilliseconds: number;
  readonly first: number;
  readonly count: number;
  readonly mapRoot: Hash;
};

/** Values and absences with their paths to one `mapRoot`, and the block entry with its path to one checkpoint. */
export type StateProof = {
  readonly head: Head;
  readonly values: readonly {
    readonly key: string;
    readonly value?: Uint8Array;
    readonly map: MapProof;
  }[];
  /** The block entry, whose index is `head.size - 1`. */
  readonly block: Uint8Array;
  /** Its inclusion path, leaf side first. */
  readonly path: readonly Hash[];
};

/** A contiguous page of a record's children, in the order of their first registration. */
export type ChildrenPage = {
  /** Children that the record of `proof` has; its `children.root` is the root over all of them. */
  readonly count: number;
  /** Position of the first one of this page. */
  readonly start: number;
  readonly codes: readonly string[];
  /** RFC 9162 range path from the page to `children.root`. */
  readonly path: readonly Hash[];
  /** Proves the record whose children these are. */
  readonly proof: StateProof;
};

/** What to look for among the records; all parts must hold. */
export type SearchQuery = {
  /** Inner characters of a name, pinyin, an alias or a code, as typed. */
  readonly text?: string;
  readonly parent?: string;
  /** Everything below this code. */
  readonly under?: string;
  readonly kind?: string;
  readonly class?: string;
  readonly status?: string;
  /** `[west, south, east, north]` in 1e-7 degree. */
  readonly bbox?: readonly [number, number, number, number];
  /** At most 1 000. */
  readonly limit: number;
  /** As an earlier page returned it. */
  readonly cursor?: string;
};

export type SearchPage = {
  readonly codes: readonly string[];
  /** Absent on the last page. */
  readonly cursor?: string;
  /** Entries the index had taken in; it may be a little behind `head().size`. */
  readonly indexedSize: number;
};

/** A page of the map keys that begin with `prefix`, newest first. */
export type KeyPage = { readonly keys: readonly string[]; readonly cursor?: string };

/** Which of those who hold an alias are asked for: all, one a division, or that of one division. */
export type AliasQuery = {
  readonly scheme: string;
  readonly value: string;
  readonly division?: string;
  readonly limit: number;
  readonly cursor?: string;
};

/** Codes that hold an alias, in the order of their divisions; the cursor is the last of these. */
export type AliasPage = { readonly codes: readonly string[]; readonly cursor?: string };

/** What became of one submitted item. */
export type Outcome =
  | {
      readonly ok: true;
      /** Leaf hash: the identity of the operation. */
      readonly hash: Hash;
      readonly index: number;
      /** The checkpoint of its block; `path` leads there. */
      readonly head: Head;
      readonly path: readonly Hash[];
      /** It had been in the log before; this is its receipt. */
      readonly repeated: boolean;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** Reads the committed ledger. Everything is as of `head()` at the moment of the call. */
export interface LedgerReader {
  head(): Head;
  /** The checkpoint that `/log/checkpoint` serves: advances at most once a second, never goes back. */
  published(): Head;
  /** Somebody waits for an answer: for a while, bulk work leaves room. Searches and proofs say so themselves. */
  reading(): void;
  /** The value under a map key; `undefined` when there is none. The bytes are the caller's to keep, not to change. */
  value(key: string): Uint8Array | undefined;
  /** The newest version of a value. */
  latest(key: string): Version | undefined;
  /** Every version of a value, newest first. */
  versions(key: string): Iterable<Version>;
  /** The bytes of an entry; `undefined` beyond the end. */
  entry(index: number): Uint8Array | undefined;
  /** The block that holds entry `index`. */
  blockOf(index: number): BlockInfo | undefined;
  /** Where the entry with this leaf hash stands. */
  indexOf(hash: Uint8Array): number | undefined;
  /** RFC 9162 path of entry `index` in the tree of `size` entries. */
  inclusion(index: number, size: number): readonly Hash[];
  consistency(first: number, second: number): readonly Hash[];
  /** A tile of `width` hashes (256 when full); `undefined` beyond the published size. */
  tile(level: number, index: number, width: number): Uint8Array | undefined;
  /** An entry bundle of `width` entries; `undefined` beyond the published size. */
  bundle(index: number, width: number): Uint8Array | undefined;
  /** Proves presence or absence of each key, all in the newest committed block. */
  prove(keys: readonly string[]): Promise<StateProof>;
  /** As `prove`, in the pinned state of that size; `undefined` where it is not pinned any more. */
  proveAt(size: number, keys: readonly string[]): Promise<StateProof | undefined>;
  /** A page that proves itself; `limit` at most 1 000. `undefined` when there is no such record. */
  children(code: string, start: number, limit: number): Promise<ChildrenPage | undefined>;
  /** The same of the record whose value is the first one that `proof` proves, as of its block. */
  childrenIn(proof: StateProof, start: number, limit: number): Promise<ChildrenPage | undefined>;
  search(query: SearchQuery): Promise<SearchPage>;
  /** Map keys with this prefix (`decision/`, `gazette/`, `class/`, `manifest/`, `member/`, `registration/`, `grant/`, `granted/<code>/`, `key/<holder>/`). */
  keys(prefix: string, limit: number, cursor?: string): Promise<KeyPage>;
  /** Codes that hold an alias, in every division or in one; `limit` at most 1 000. */
  aliases(query: AliasQuery): Promise<AliasPage>;
  /** Resolves once derived indexes (search, children, keys, aliases) have taken in the first `size` entries. */
  indexed(size: number): Promise<void>;
  counts(): LedgerCounts;
  /** Called after each committed block, in order. Returns the way to stop. */
  onBlock(listener: (head: Head, changes: readonly Change[]) => void): () => void;
}

export type LedgerCounts = {
  readonly codes: number;
  readonly operations: number;
  readonly values: number;
  readonly byKind: { readonly [kind: string]: number };
};

/**
 * A ledger that can be written. `submit` resolves when every accepted item is durable; a process that dies before that
 * has acknowledged nothing.
 *
 * Items are operations (COSE_Sign1) and chunks, in any mixture; each is accepted or refused on its own, in order.
 *
 * @throws LedgerFault: `busy` (try again later: nothing was taken, but for LEDGER_STALLED, where it may still be), `operator` or `fatal` (no more writes until a restart)
 */
export interface Ledger extends LedgerReader, AsyncDisposable {
  submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]>;
  /**
   * Makes the newest state the published one when it is its turn, and keeps it provable, beside those of the sizes in `keep`,
   * while writing goes on. What has changed too much since (`MAX_PINNED_ROWS`) is kept no longer.
   */
  pin(keep: readonly number[]): Promise<Head>;
  /** Why writes are not taken at the moment, for `/readyz`; `undefined` when they are. */
  unready(): LedgerFault | undefined;
  /**
   * Whether each signature is right, checked where those of operations are: by default not on the calling thread.
   *
   * @throws LedgerFault that reacts as `busy`: nothing is known of them
   */
  checkSignatures(checks: readonly PreparedSignature[]): Promise<readonly boolean[]>;
}
