import { join } from "node:path";
import {
  type Genesis,
  type NoteSigner,
  present,
  SparseMap,
  signCheckpoint,
} from "../../core/index.ts";
import { createLog, type Log, lockDirectory, logExists, openLog } from "../../log/index.ts";
import { beginWith, makeFirstBlock } from "../begin.ts";
import { ClockGuard } from "../clock-guard.ts";
import { LedgerFault } from "../fault.ts";
import { LocalLedger } from "../ledger.ts";
import { MemoryIndex } from "../memory/index-store.ts";
import { MemoryValues } from "../memory/values.ts";
import type { Head, Ledger } from "../port.ts";
import { Publisher } from "../publisher.ts";
import { divergedFault, readBlocks, replayBlock } from "../replay.ts";
import { LedgerState } from "../state.ts";
import type { LedgerClock } from "../stores.ts";
import { DiskLog } from "./log-store.ts";
import { readPublished, writePublished } from "./published-file.ts";
import { openSignaturePool } from "./signature-pool/index.ts";

export type EmbeddedOptions = {
  /** Directory of this ledger alone. */
  readonly directory: string;
  readonly origin: string;
  /** The log's key; two while a rotation lasts. */
  readonly signers: readonly NoteSigner[];
  readonly clock: LedgerClock;
  /** An operator says that the clock is right, however far it is from the last block. */
  readonly confirmClock?: boolean;
  /** Threads that check signatures. */
  readonly workers?: number;
};

/** What opening found and did. */
export type Recovery = {
  readonly journalBytes: number;
  /** Bytes of a record that was being written when the process died; nobody was told that it was durable. */
  readonly droppedBytes: number;
  readonly entries: number;
  /** Entries that the derived state lacked. */
  readonly replayedEntries: number;
  readonly milliseconds: number;
};

const CHECKPOINT_FILE = "checkpoint";

/** Whether a ledger was begun in a directory. */
export function embeddedLedgerExists(directory: string): boolean {
  return logExists(directory);
}

/**
 * Begins a ledger: writes block 0 of its genesis. Durable when it resolves.
 *
 * @throws LedgerFault LEDGER_DIRECTORY when the genesis is refused, LogFault when there is a log already
 */
export async function createEmbeddedLedger(directory: string, genesis: Genesis): Promise<void> {
  const begun = beginWith(genesis);
  if (!begun.ok) {
    throw new LedgerFault("LEDGER_DIRECTORY", { path: directory, why: begun.error.code });
  }
  const state = new LedgerState(new SparseMap(), new MemoryValues());
  const { entries } = makeFirstBlock(state, genesis, begun.value);
  const { origin } = genesis;
  await createLog({ directory, origin });
  const log = await openLog({ directory, origin });
  await log.commit(log.stage(entries));
  await log.close();
}

/**
 * Opens a ledger: drops a torn last record, replays what the derived state lacks, compares the map root.
 *
 * @throws LogFault `DATA_DIR_IN_USE`, `LOG_MISSING`, `JOURNAL_DAMAGED`, `LOG_SHORTENED`, …; LedgerFault LEDGER_DIVERGED
 */
export async function openEmbeddedLedger(
  options: EmbeddedOptions,
): Promise<{
  readonly ledger: Ledger;
  readonly recovery: Recovery;
  readonly journalEnd: () => number;
}> {
  const began = options.clock.monotonicMilliseconds();
  const { directory, origin } = options;
  const lock = await lockDirectory(directory);
  const published = readPublished(join(directory, CHECKPOINT_FILE));
  const log = await openLog({ directory, origin, publishedSize: published?.size ?? 0 });
  const values = new MemoryValues();
  const state = new LedgerState(new SparseMap(), values);
  const head = replay(log, state, options);
  const index = new MemoryIndex(values);
  index.advance(values.end, head.size);
  const { clock, signers, confirmClock, workers } = options;
  const path = join(directory, CHECKPOINT_FILE);
  const publisher = new Publisher(head, clock, (newest) => writePublished(path, newest));
  const guard = new ClockGuard(clock, confirmClock === true);
  const pool = openSignaturePool(workers === undefined ? {} : { workers });
  const parts = { log: new DiskLog(log), values, state, index, pool, guard, publisher };
  const ledger = new LocalLedger(
    { ...parts, afterClose: () => lock.release() },
    { origin, signers, head },
  );
  const recovery = {
    journalBytes: log.journalEnd,
    droppedBytes: log.torn?.bytes ?? 0,
    entries: log.size,
    replayedEntries: log.size,
    milliseconds: Math.round(clock.monotonicMilliseconds() - began),
  };
  return { ledger, recovery, journalEnd: () => log.journalEnd };
}

function replay(log: Log, state: LedgerState, { origin, signers }: EmbeddedOptions): Head {
  let last: { size: number; height: number; timeMilliseconds: number } | undefined;
  for (const block of readBlocks((index) => log.entry(index), 0)) {
    if (!block.ok) throw divergedFault(block.error);
    // This node checked the signatures before it wrote the block; an audit checks them again.
    const replayed = replayBlock(state, origin, block.value, () => true);
    if (!replayed.ok) throw divergedFault(replayed.error);
    const { first, count, height, time } = block.value.entry;
    last = { size: first + count + 1, height, timeMilliseconds: time };
  }
  const position = present(last, "block 0");
  const root = log.root(position.size);
  const checkpoint = signCheckpoint({ origin, size: position.size, root }, signers);
  return { origin, ...position, root, mapRoot: state.root(), checkpoint };
}
