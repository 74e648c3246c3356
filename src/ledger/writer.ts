import type { AppliedBlock } from "./block-maker.ts";
import type { LedgerFault } from "./fault.ts";
import type { Head, Outcome } from "./port.ts";
import type { ReadersFirst } from "./readers-first.ts";

/** What whoever writes blocks tells the ledger, and asks of it. */
export type WriterHooks = {
  /** Told of each committed block, in order, before its submitters are. */
  readonly committed: (head: Head, block: AppliedBlock) => void;
  /** Why nothing more may be taken before what is derived has caught up. */
  readonly behind: () => LedgerFault | undefined;
  readonly readers: ReadersFirst;
};

/** Who makes the blocks of a ledger: the only one that applies and commits. */
export interface BlockWriter {
  /** Of the last committed block. */
  readonly head: Head;
  /** The size of the log with the last applied block, committed or not. */
  readonly appliedSize: number;
  /** The head at the size that was applied last, once it is committed. */
  headAt(size: number): Promise<Head>;
  /** @throws LedgerFault */
  submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]>;
  /** Why nothing can be written at the moment. */
  unready(): LedgerFault | undefined;
  /** Takes writes of what was restored: nobody has seen a newer state. */
  confirmRestored(): void;
  /** Takes no more, finishes what was taken. */
  close(): Promise<void>;
}
