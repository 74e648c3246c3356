import { dirname } from "node:path";
import { type ChildGenesis, equalBytes, type Genesis } from "../../core/index.ts";
import {
  createLog,
  type FileSystem,
  isDiskFull,
  logExists,
  nodeFiles,
  readLog,
  syncUp,
} from "../../log/index.ts";
import { beginWith, makeFirstBlock } from "../begin.ts";
import { ClockGuard } from "../clock-guard.ts";
import { LedgerFault } from "../fault.ts";
import { LocalLedger } from "../ledger.ts";
import { LocalMap } from "../local-map.ts";
import { MemoryValues } from "../memory/values.ts";
import type { Ledger } from "../port.ts";
import { MAX_BEGINNING_BYTES } from "../replay.ts";
import { Sequencer } from "../sequencer.ts";
import { LedgerState } from "../state.ts";
import { openStores, type Recovery, type StoresOptions } from "./open-stores.ts";

export type EmbeddedOptions = StoresOptions & {
  /** An operator says that the clock is right, however far it is from the last block. */
  readonly confirmClock?: boolean;
  /** It was restored from a backup: nothing is written before an operator says that there is no newer state. */
  readonly readOnly?: boolean;
};

/** Whether a ledger was begun in a directory. */
export function embeddedLedgerExists(directory: string, files: FileSystem = nodeFiles): boolean {
  return logExists(directory, files);
}

export type CreateOptions = {
  readonly files?: FileSystem;
  /** Block 0 is written in records of about this size. */
  readonly maxRecordBytes?: number;
};

/**
 * Begins a ledger: writes block 0 of its genesis. Durable when it resolves; done again, it changes nothing.
 *
 * @param imports the import entries of a child ledger
 * @throws LedgerFault LEDGER_DIRECTORY when the genesis is refused, LogFault LOG_EXISTS when there is another log
 */
export async function createEmbeddedLedger(
  directory: string,
  genesis: Genesis | ChildGenesis,
  imports: readonly Uint8Array[] = [],
  { files = nodeFiles, maxRecordBytes }: CreateOptions = {},
): Promise<void> {
  const begun = beginWith(genesis, imports);
  if (!begun.ok) {
    throw new LedgerFault("LEDGER_DIRECTORY", { path: directory, why: begun.error.code });
  }
  const parts = { state: new LedgerState(new MemoryValues()), map: new LocalMap() };
  const { entries } = await makeFirstBlock(parts, genesis, begun.value);
  const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
  if (bytes > MAX_BEGINNING_BYTES) {
    throw new LedgerFault("LEDGER_DIRECTORY", { path: directory, why: `block 0: ${bytes} bytes` });
  }
  const { origin } = genesis;
  // One step: a log that exists has its genesis. This one, where a beginning was broken off after it.
  if (logExists(directory, files) && isBegunWith(entries, { directory, files })) {
    return syncUp(files, directory, dirname(directory));
  }
  await createLog({ directory, origin, files }, entries, maxRecordBytes);
}

/** Whether these entries are all that a log holds. */
function isBegunWith(
  entries: readonly Uint8Array[],
  where: { readonly directory: string; readonly files: FileSystem },
): boolean {
  let isSame = true;
  const { size } = readLog(where, ({ first, entries: kept }) => {
    isSame &&= kept.every((entry, i) => equalBytes(entry, entries[first + i] ?? new Uint8Array()));
  });
  return isSame && size === entries.length;
}

/**
 * Opens a ledger: drops a torn last record, replays what the derived state lacks, compares the map root.
 *
 * @throws LogFault `DATA_DIR_IN_USE`, `LOG_MISSING`, `JOURNAL_DAMAGED`, `LOG_SHORTENED`, …; LedgerFault LEDGER_DIVERGED,
 * LEDGER_DISK_FULL
 */
export async function openEmbeddedLedger(options: EmbeddedOptions): Promise<Opened> {
  try {
    return await open(options);
  } catch (cause) {
    throw isDiskFull(cause) ? new LedgerFault("LEDGER_DISK_FULL", {}, { cause }) : cause;
  }
}

type Opened = {
  readonly ledger: Ledger;
  readonly recovery: Recovery;
  readonly journalEnd: () => number;
  /** Takes writes of what was opened read-only: nobody has seen a newer state. */
  readonly confirmRestored: () => void;
};

async function open(options: EmbeddedOptions): Promise<Opened> {
  const { origin, clock } = options;
  const { parts, head, signing, recovery, journalEnd, keepSnapshots } = await openStores(options);
  const guard = new ClockGuard(clock, options.confirmClock === true);
  const restoredFault = options.readOnly === true ? new LedgerFault("LEDGER_RESTORED") : undefined;
  const fault = restoredFault ?? guard.judge(head.timeMilliseconds);
  const terms = { origin, signers: signing, head, ...(fault === undefined ? {} : { fault }) };
  const ledger = new LocalLedger(
    parts,
    head,
    (hooks) => new Sequencer({ ...parts, guard }, { ...terms, ...hooks }),
  );
  keepSnapshots(ledger);
  return { ledger, recovery, journalEnd, confirmRestored: () => ledger.confirmRestored() };
}
