import {
  type BlockEntry,
  type Checkpoint,
  err,
  type Hash,
  hashLeaf,
  hex,
  type InclusionRefusal,
  ok,
  present,
  type Result,
  verifyInclusion,
} from "../core/index.ts";
import type { HistoryEntry } from "./history-bundle.ts";
import {
  type Content,
  contentFor,
  type LogEntry,
  readLogEntry,
  type SignedContent,
} from "./history-entry.ts";

/** An entry that is in the log. */
export type LoggedEntry = {
  readonly index: number;
  readonly hash: Hash;
  readonly entry: Uint8Array;
  readonly read: LogEntry;
};

/** `entry` is the index of the entry that it is about. */
export type HistoryLogRefusal =
  /** Entries stand in the order of their indices, each once. */
  | { readonly code: "HISTORY_ORDER"; readonly index: number }
  | (InclusionRefusal & { readonly entry: number })
  /** An entry that no ledger of ours writes. */
  | { readonly code: "HISTORY_ENTRY"; readonly index: number }
  /** The block entry that dates a change is missing. */
  | { readonly code: "HISTORY_BLOCK"; readonly index: number }
  | { readonly code: "HISTORY_UNUSED"; readonly index: number };

/** The entries of a history, each of which is in the log of a checkpoint. It remembers which ones were asked for. */
export class HistoryLog {
  readonly #byHash = new Map<string, LoggedEntry>();
  /** By the id of what they carry. */
  readonly #carriers = new Map<string, { logged: LoggedEntry; signed: SignedContent }>();
  /** The block of each entry, and where its block entry stands. */
  readonly #blocks = new Map<number, { readonly at: number; readonly block: BlockEntry }>();
  /** Entries whose block entry is still to come. */
  #undated: number[] = [];
  readonly #unused = new Set<number>();

  /** Checks that each entry is in the log. */
  static open(
    entries: readonly HistoryEntry[],
    { size, root }: Checkpoint,
  ): Result<HistoryLog, HistoryLogRefusal> {
    const log = new HistoryLog();
    let before = -1;
    for (const { index, entry, path } of entries) {
      if (index <= before) return err({ code: "HISTORY_ORDER", index });
      before = index;
      const hash = hashLeaf(entry);
      const included = verifyInclusion(hash, { index, size, path }, root);
      if (!included.ok) return err({ ...included.error, entry: index });
      const read = readLogEntry(entry);
      if (read === undefined) return err({ code: "HISTORY_ENTRY", index });
      log.#add({ index, hash, entry, read });
    }
    return ok(log);
  }

  #add(logged: LoggedEntry): void {
    const { index, hash, read } = logged;
    this.#unused.add(index);
    this.#byHash.set(hex(hash), logged);
    if (read.kind === "block") this.#date(index, read.block);
    else this.#undated.push(index);
    if (read.kind !== "operation") return;
    const { signed } = read;
    for (const { id } of [signed, ...(signed.application ? [signed.application] : [])]) {
      this.#carriers.set(hex(id), { logged, signed });
    }
  }

  /** Only the next block entry of the log can be that of the entries before it. */
  #date(at: number, block: BlockEntry): void {
    for (const index of this.#undated) {
      if (index >= block.first && block.first + block.count === at) {
        this.#blocks.set(index, { at, block });
      }
    }
    this.#undated = [];
  }

  /** The entry with this leaf hash. */
  at(hash: Hash): LoggedEntry | undefined {
    const logged = this.#byHash.get(hex(hash));
    if (logged !== undefined) this.#unused.delete(logged.index);
    return logged;
  }

  /** What an entry did to the record of a code. */
  contentFor({ read }: LoggedEntry, code: string): Content | undefined {
    return contentFor(read, code, (id) => this.#carriers.get(hex(id))?.signed);
  }

  /** The entry that carries what was signed under an id that content was found under. */
  carrierOf(id: Uint8Array): LoggedEntry {
    const { logged } = present(this.#carriers.get(hex(id)), "what carries the content");
    this.#unused.delete(logged.index);
    return logged;
  }

  /** Who signed what an entry executed: the operation that carries it, or itself. */
  signerOf(
    { read }: LoggedEntry,
    id: Uint8Array | undefined,
  ): { readonly iss: string; readonly iatSeconds: number } | undefined {
    const own = read.kind === "operation" ? read.signed : undefined;
    const carried = id && this.#carriers.get(hex(id))?.signed;
    const signed = carried?.application ?? carried ?? own;
    return signed && { iss: signed.iss, iatSeconds: signed.iatSeconds };
  }

  /** The block that an entry stands in. */
  blockOf(index: number): BlockEntry | undefined {
    const found = this.#blocks.get(index);
    if (found !== undefined) this.#unused.delete(found.at);
    return found?.block;
  }

  /** An entry that nobody asked for. */
  unused(): HistoryLogRefusal | undefined {
    const [index] = this.#unused;
    return index === undefined ? undefined : { code: "HISTORY_UNUSED", index };
  }
}
