import { join } from "node:path";
import { type Genesis, hex, type NoteSigner, SparseMap, signCheckpoint } from "../../core/index.ts";
import {
  createLog,
  type Log,
  lockDirectory,
  logExists,
  nodeFiles,
  openLog,
} from "../../log/index.ts";
import { beginWith, makeFirstBlock } from "../begin.ts";
import { ClockGuard } from "../clock-guard.ts";
import { LedgerFault } from "../fault.ts";
import { LocalLedger } from "../ledger.ts";
import { MemoryValues } from "../memory/values.ts";
import type { Head, Ledger } from "../port.ts";
import { Publisher } from "../publisher.ts";
import { divergedFault, readBlocks, replayBlock } from "../replay.ts";
import { LedgerState } from "../state.ts";
import type { LedgerClock } from "../stores.ts";
import { openIndex } from "./index-db/index.ts";
import { DiskLog } from "./log-store.ts";
import { readPublished, writePublished } from "./published-file.ts";
import { openSignaturePool } from "./signature-pool/index.ts";
import { restoreFrom, SnapshotKeeper } from "./snapshots.ts";
import { VALUES_START, ValuesFile } from "./values.ts";

export type EmbeddedOptions = {
  /** Directory of this ledger alone. */
  readonly directory: string;
  readonly origin: string;
  /** The log's key; two while a rotation lasts. */
  readonly signers: readonly NoteSigner[];
  readonly clock: LedgerClock;
  /** An operator says that the clock is right, however far it is from the last block. */
  readonly confirmClock?: boolean;
  /** It was restored from a backup: nothing is written before an operator says that there is no newer state. */
  readonly readOnly?: boolean;
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
  // One step: a log that exists has its genesis.
  await createLog({ directory, origin }, entries);
}

/**
 * Opens a ledger: drops a torn last record, replays what the derived state lacks, compares the map root.
 *
 * @throws LogFault `DATA_DIR_IN_USE`, `LOG_MISSING`, `JOURNAL_DAMAGED`, `LOG_SHORTENED`, …; LedgerFault LEDGER_DIVERGED
 */
export async function openEmbeddedLedger(options: EmbeddedOptions): Promise<{
  readonly ledger: Ledger;
  readonly recovery: Recovery;
  readonly journalEnd: () => number;
}> {
  const began = options.clock.monotonicMilliseconds();
  const { directory, origin, clock, signers } = options;
  const lock = await lockDirectory(directory);
  const published = join(directory, "checkpoint");
  const publishedSize = readPublished(published)?.size ?? 0;
  const log = await openLog({ directory, origin, publishedSize });
  const values = ValuesFile.open(nodeFiles, join(directory, "values"));
  const snapshot = { files: nodeFiles, path: join(directory, "snapshot") };
  const restored = restoreFrom({ ...snapshot, valuesBytes: values.end }, log);
  values.truncate(restored?.valuesEnd ?? VALUES_START);
  const map = restored?.map ?? new SparseMap();
  const state = new LedgerState(map, values, restored);
  const head = replay(log, state, values, options);
  const keeper = new SnapshotKeeper(
    { ...snapshot, map, state, values },
    restored?.valuesEnd ?? VALUES_START,
  );
  const index = openIndex({
    file: join(directory, "index.db"),
    values: join(directory, "values"),
    ledger: hex(log.leaf(0)),
    start: VALUES_START,
  });
  index.advance(values.end, head.size);
  const publisher = new Publisher(head, clock, (newest) => writePublished(published, newest));
  const guard = new ClockGuard(clock, options.confirmClock === true);
  const { workers } = options;
  const pool = openSignaturePool(workers === undefined ? {} : { workers });
  const beforeClose = () => keeper.close();
  const afterClose = () => lock.release();
  const ledger = new LocalLedger(
    {
      log: new DiskLog(log),
      values,
      state,
      index,
      pool,
      guard,
      clock,
      publisher,
      beforeClose,
      afterClose,
    },
    {
      origin,
      signers,
      head,
      ...(options.readOnly === true ? { fault: new LedgerFault("LEDGER_RESTORED") } : {}),
    },
  );
  ledger.onBlock(() => keeper.offer());
  const recovery = {
    journalBytes: log.journalEnd,
    droppedBytes: log.torn?.bytes ?? 0,
    entries: log.size,
    replayedEntries: log.size - (restored?.position.size ?? 0),
    milliseconds: Math.round(clock.monotonicMilliseconds() - began),
  };
  return { ledger, recovery, journalEnd: () => log.journalEnd };
}

/** Applies what the log has and the derived state lacks. */
function replay(
  log: Log,
  state: LedgerState,
  values: ValuesFile,
  { origin, signers }: EmbeddedOptions,
): Head {
  const from = state.isEmpty ? 0 : state.position.size;
  for (const block of readBlocks((index) => log.entry(index), from)) {
    if (!block.ok) throw divergedFault(block.error);
    // This node checked the signatures before it wrote the block; an audit checks them again.
    const replayed = replayBlock(state, origin, block.value, () => true);
    if (!replayed.ok) throw divergedFault(replayed.error);
    values.flush();
  }
  const { position } = state;
  const root = log.root(position.size);
  const checkpoint = signCheckpoint({ origin, size: position.size, root }, signers);
  return { origin, ...position, root, mapRoot: state.root(), checkpoint };
}
