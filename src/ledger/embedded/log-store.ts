import type { Hash } from "../../core/index.ts";
import { type EntryRange, type Log, LogFault, type StagedEntries } from "../../log/index.ts";
import { LedgerFault } from "../fault.ts";
import type { LogStore } from "../stores.ts";

/** The log on disk, whose faults are a ledger's. */
export class DiskLog implements LogStore {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  get size(): number {
    return this.#log.size;
  }

  get journalEnd(): number {
    return this.#log.journalEnd;
  }

  reserve(bytes: number): void {
    try {
      this.#log.reserve(bytes);
    } catch (cause) {
      throw ledgerFault(cause);
    }
  }

  stage(entries: readonly Uint8Array[], known?: readonly Hash[]): StagedEntries {
    return this.#log.stage(entries, known);
  }

  async commit(staged: StagedEntries): Promise<void> {
    await this.#log.commit(staged).catch((cause) => {
      throw ledgerFault(cause);
    });
  }

  entry(index: number): Uint8Array | undefined {
    return this.#log.entry(index);
  }

  together(index: number): EntryRange {
    return this.#log.blockOf(index);
  }

  indexOf(hash: Uint8Array): number | undefined {
    return this.#log.indexOf(hash);
  }

  inclusion(index: number, size: number): readonly Hash[] {
    return this.#log.inclusion(index, size);
  }

  consistency(first: number, second: number): readonly Hash[] {
    return this.#log.consistency(first, second);
  }

  root(size: number): Hash {
    return this.#log.root(size);
  }

  tile(level: number, index: number, width: number): Uint8Array | undefined {
    return this.#log.tile(level, index, width);
  }

  bundle(index: number, width: number): Uint8Array | undefined {
    return this.#log.bundle(index, width);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

/** A full disk can be waited for; after any other fault of the journal only a restart knows what is on it. */
function ledgerFault(cause: unknown): unknown {
  if (!(cause instanceof LogFault)) return cause;
  const code = cause.reaction === "busy" ? "LEDGER_DISK_FULL" : "LEDGER_WRITE";
  return new LedgerFault(code, cause.facts, { cause });
}
