import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Checkpoint,
  decodeBlockEntry,
  type EntryList,
  Frontier,
  hashLeaf,
  hex,
  isBlockEntry,
  present,
  SparseMap,
  verifySignature,
} from "../../core/index.ts";
import {
  type FileSystem,
  LogFault,
  nodeFiles,
  openIfThere,
  openUnnamed,
  readLog,
} from "../../log/index.ts";
import { LatestValues } from "../latest-values.ts";
import {
  compareMapRoot,
  type ReadBlock,
  type ReplayRefusal,
  readGenesis,
  replayBlock,
} from "../replay.ts";
import { LedgerState } from "../state.ts";
import type { ValueStore } from "../stores.ts";
import { EntrySpool } from "./entry-spool.ts";
import { readPublished } from "./published-file.ts";
import { ValuesFile } from "./values.ts";

/** What an audit found first. `offset` is where the record begins that is damaged or holds what the rules refuse. */
export type AuditRefusal = {
  readonly code: string;
  readonly offset: number;
  readonly [fact: string]: string | number;
};

export type AuditReport =
  | {
      readonly intact: true;
      readonly origin: string;
      readonly entries: number;
      readonly blocks: number;
      /** Root of the tree over all entries, hex. */
      readonly root: string;
      readonly mapRoot: string;
      readonly milliseconds: number;
    }
  | {
      readonly intact: false;
      /** Entries that were right before it. */
      readonly entries: number;
      readonly refusal: AuditRefusal;
      readonly milliseconds: number;
    };

export type AuditOptions = {
  /** Told after each block how far the audit is. */
  readonly onProgress?: (progress: { readonly entries: number; readonly offset: number }) => void;
  readonly nowMilliseconds?: () => number;
  readonly files?: FileSystem;
  /** Values of a journal that is larger go into a file. */
  readonly journalInMemoryBytes?: number;
};

class Stop extends Error {
  readonly refusal: AuditRefusal;
  constructor(refusal: AuditRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/**
 * Replays the ledger in a data directory, or a copy of one, from its first entry: every record's hash, every signature,
 * every rule, every map root, and the last checkpoint that was published. Only reads.
 *
 * @throws LogFault `LOG_MISSING`
 */
export async function auditDirectory(
  dataDirectory: string,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const { files = nodeFiles } = options;
  const now = options.nowMilliseconds ?? (() => performance.now());
  const began = now();
  const elapsed = () => Math.round(now() - began);
  const directory = join(dataDirectory, "ledger");
  const published = await readPublished(files, join(directory, "checkpoint"));
  const values = openValues(files, join(directory, "journal"), options);
  const auditor = new Auditor(options, values, published);
  try {
    const { torn, end, origin } = readLog({ directory, files }, (block) => auditor.visit(block));
    if (torn !== undefined) {
      throw new Stop({ code: "JOURNAL_TORN", offset: torn.offset, bytes: torn.bytes });
    }
    auditor.end();
    auditor.compare(end);
    return { intact: true, origin, ...auditor.summary(), milliseconds: elapsed() };
  } catch (cause) {
    const refusal = refusalOf(cause, auditor.offset);
    return { intact: false, entries: auditor.entries, refusal, milliseconds: elapsed() };
  } finally {
    auditor.close();
    await values.close();
  }
}

const JOURNAL_IN_MEMORY_BYTES: number = 64 * 1024 * 1024;

/** Values that are kept until they are worth a write. */
const FLUSH_BYTES: number = 4 * 1024 * 1024;

/** What a replay keeps of the past: in memory, and of a large ledger in a file without a name where temporary files go. */
function openValues(
  files: FileSystem,
  journal: string,
  { journalInMemoryBytes = JOURNAL_IN_MEMORY_BYTES }: AuditOptions,
): ValueStore {
  const file = openIfThere(files, journal);
  const bytes = file?.size() ?? 0;
  file?.close();
  if (bytes <= journalInMemoryBytes) return new LatestValues();
  return openUnnamed(tmpdir(), (path) => ValuesFile.open(nodeFiles, path));
}

function refusalOf(cause: unknown, offset: number): AuditRefusal {
  if (cause instanceof Stop) return cause.refusal;
  // Where nothing is, nothing is damaged.
  if (cause instanceof LogFault && cause.code !== "LOG_MISSING")
    return { offset, ...cause.facts, code: cause.code };
  throw cause;
}

/** A record of the journal. */
type JournalBlock = {
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  readonly offset: number;
};

class Auditor {
  readonly #values: ValueStore;
  readonly #state: LedgerState;
  readonly #map = new SparseMap();
  readonly #frontier = Frontier.empty();
  readonly #options: AuditOptions;
  readonly #published: Checkpoint | undefined;
  /** Of the tree over as many entries as were published. */
  #publishedRoot: string | undefined;
  #origin: string | undefined;
  #blocks = 0;
  #flushedEnd = 0;
  /** Entries of block 0, until it is judged. */
  readonly #beginning = new EntrySpool(tmpdir());
  /** Where the record that is being judged begins. */
  offset = 0;

  constructor(options: AuditOptions, values: ValueStore, published: Checkpoint | undefined) {
    this.#options = options;
    this.#values = values;
    this.#state = new LedgerState(values);
    this.#published = published;
  }

  get entries(): number {
    return this.#frontier.size;
  }

  visit(record: JournalBlock): void {
    this.offset = record.offset;
    if (this.#blocks === 0) this.#visitBeginning(record);
    else this.#judge(this.#read(record.first, record.entries), record.entries);
  }

  /** Block 0 may stand in several records, until one that ends with a block entry. */
  #visitBeginning({ entries }: JournalBlock): void {
    for (const entry of entries) this.#beginning.push(entry);
    if (!isBlockEntry(entries.at(-1) ?? new Uint8Array())) return;
    this.#judge(this.#read(0, this.#beginning), this.#beginning);
    this.#beginning.close();
  }

  /** @param all the entries with the block entry */
  #judge(block: ReadBlock, all: EntryList): void {
    this.#origin ??= this.#genesisOrigin(block.entries);
    const replayed = replayBlock(
      this.#state,
      this.#origin,
      block,
      (key, envelope) =>
        verifySignature(key, envelope.alg, envelope.sigStructure, envelope.sign1).ok,
    );
    if (!replayed.ok) throw this.#stop(replayed.error);
    for (const { applied } of replayed.value) {
      this.#map.update(applied.puts);
      // A write for each block would take as long as the replay.
      if (this.#values.end - this.#flushedEnd < FLUSH_BYTES) continue;
      this.#values.flush();
      this.#flushedEnd = this.#values.end;
    }
    const compared = compareMapRoot(block.entry, this.#map.root());
    if (!compared.ok) throw this.#stop(compared.error);
    for (let i = 0; i < all.length; i++) this.#frontier.append(hashLeaf(entryOf(all, i)));
    if (this.entries === this.#published?.size) this.#publishedRoot = hex(this.#frontier.root());
    this.#blocks++;
    this.#options.onProgress?.({ entries: this.entries, offset: this.offset });
  }

  /** Compares with the last checkpoint that the node published. */
  compare(end: number): void {
    if (this.#published === undefined) return;
    const { size, root } = this.#published;
    if (size > this.entries) {
      throw new Stop({ code: "LOG_SHORTENED", offset: end, got: this.entries, want: size });
    }
    if (this.#publishedRoot !== hex(root)) {
      throw new Stop({ code: "AUDIT_CHECKPOINT", offset: end, size, want: hex(root) });
    }
  }

  summary(): {
    readonly entries: number;
    readonly blocks: number;
    readonly root: string;
    readonly mapRoot: string;
  } {
    return {
      entries: this.entries,
      blocks: this.#blocks,
      root: hex(this.#frontier.root()),
      mapRoot: hex(this.#map.root()),
    };
  }

  /** The journal ends here: without a whole block 0 it is no ledger. */
  end(): void {
    if (this.#blocks > 0) return;
    throw this.#stop({
      code: "REPLAY_BLOCK_ENTRY",
      index: this.#beginning.length,
      why: "none",
    });
  }

  /** A record of the journal is one block: its last entry closes it. */
  #read(first: number, all: EntryList): ReadBlock {
    const index = first + all.length - 1;
    const entry = decodeBlockEntry(entryOf(all, all.length - 1));
    if (!entry.ok) throw this.#stop({ code: "REPLAY_BLOCK_ENTRY", index, why: entry.error.why });
    const { first: claimed, count, height } = entry.value;
    if (claimed !== first || count !== all.length - 1 || height !== this.#blocks) {
      throw this.#stop({ code: "REPLAY_BLOCK_ENTRY", index, why: "first, count, height" });
    }
    return { entry: entry.value, entries: { length: count, at: (i) => all.at(i) } };
  }

  #genesisOrigin(entries: EntryList): string {
    const genesis = readGenesis(entries.at(0) ?? new Uint8Array());
    if (!genesis.ok) throw this.#stop(genesis.error);
    return genesis.value.origin;
  }

  close(): void {
    this.#beginning.close();
  }

  #stop(refusal: ReplayRefusal): Stop {
    return new Stop({ ...refusal, offset: this.offset });
  }
}

function entryOf(entries: EntryList, index: number): Uint8Array {
  return present(entries.at(index), "a record holds entries");
}
