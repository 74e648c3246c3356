import { dirname, join } from "node:path";
import {
  type ChildGenesis,
  equalBytes,
  type Genesis,
  hex,
  type NoteSigner,
  present,
  signCheckpoint,
} from "../../core/index.ts";
import {
  createLog,
  type FileSystem,
  isDiskFull,
  type Log,
  lockDirectory,
  logExists,
  nodeFiles,
  openLog,
  readLog,
  syncUp,
} from "../../log/index.ts";
import { beginWith, makeFirstBlock } from "../begin.ts";
import type { Position } from "../block-maker.ts";
import { ClockGuard } from "../clock-guard.ts";
import { LedgerFault } from "../fault.ts";
import { LocalLedger } from "../ledger.ts";
import { LocalMap } from "../local-map.ts";
import { logSigners } from "../log-signers.ts";
import { MemoryValues } from "../memory/values.ts";
import type { Head, Ledger } from "../port.ts";
import { Publisher } from "../publisher.ts";
import { RefTable } from "../ref-table.ts";
import {
  compareMapRoot,
  divergedFault,
  MAX_BEGINNING_BYTES,
  readBlocks,
  replayBlock,
} from "../replay.ts";
import { LedgerState, type RestoredState } from "../state.ts";
import type { LedgerClock } from "../stores.ts";
import { openIndex } from "./index-db/index.ts";
import { DiskLog } from "./log-store.ts";
import type { FoundSnapshot } from "./map-thread/messages.ts";
import { MapThread } from "./map-thread/thread.ts";
import { readPublished, writePublished } from "./published-file.ts";
import { openSignaturePool } from "./signature-pool/index.ts";
import { isOfLog, SnapshotKeeper } from "./snapshots.ts";
import { VALUES_START, ValuesFile } from "./values.ts";

export type EmbeddedOptions = {
  /** Directory of this ledger alone. */
  readonly directory: string;
  readonly origin: string;
  /** The log's keys that the node holds; those sign that the policy names. */
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

/** Values that a start may keep in memory while the disk is full. */
const MAX_UNWRITTEN_BYTES: number = 256 * 1024 * 1024;

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
  const lock = await lockDirectory(options.directory);
  try {
    return await openLocked(options, () => lock.release());
  } catch (cause) {
    // Whoever mended what was wrong may try again in this process.
    await lock.release();
    throw cause;
  }
}

async function openLocked(
  options: EmbeddedOptions,
  afterClose: () => Promise<void>,
): Promise<Opened> {
  const began = options.clock.monotonicMilliseconds();
  const { directory, origin, clock, signers } = options;
  const published = join(directory, "checkpoint");
  const shown = await readPublished(nodeFiles, published);
  const log = await openLog({ directory, origin, ...(shown && { published: shown }) });
  const values = ValuesFile.open(nodeFiles, join(directory, "values"));
  const { map, restored } = await openMap(directory, values, log);
  values.truncate(restored?.moment.valuesEnd ?? VALUES_START);
  const state = new LedgerState(values, restored && restoredState(restored));
  const head = await replay({ log, state, map, values }, restored, options).catch(async (cause) => {
    await map.close();
    throw cause;
  });
  const keeper = new SnapshotKeeper(
    () => values.end,
    () => map.snapshot(),
    restored?.moment.valuesEnd ?? VALUES_START,
  );
  const index = openIndex({
    file: join(directory, "index.db"),
    values: join(directory, "values"),
    ledger: hex(log.leaf(0)),
    start: VALUES_START,
  });
  const publisher = new Publisher(head, clock, (newest) =>
    writePublished(nodeFiles, published, newest),
  );
  const guard = new ClockGuard(clock, options.confirmClock === true);
  const restoredFault = options.readOnly === true ? new LedgerFault("LEDGER_RESTORED") : undefined;
  const fault = restoredFault ?? guard.judge(head.timeMilliseconds);
  const { workers } = options;
  const pool = openSignaturePool(workers === undefined ? {} : { workers });
  const beforeClose = () => keeper.close();
  const ledger = new LocalLedger(
    {
      log: new DiskLog(log),
      values,
      state,
      map,
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
      signers: logSigners(signers, (key) => state.committed(key)),
      head,
      ...(fault === undefined ? {} : { fault }),
    },
  );
  ledger.onBlock(() => keeper.offer());
  const recovery = {
    journalBytes: log.journalEnd,
    droppedBytes: log.torn?.bytes ?? 0,
    entries: log.size,
    replayedEntries: log.size - (restored?.moment.size ?? 0),
    milliseconds: Math.round(clock.monotonicMilliseconds() - began),
  };
  return {
    ledger,
    recovery,
    journalEnd: () => log.journalEnd,
    confirmRestored: () => ledger.confirmRestored(),
  };
}

/** A full disk is no reason not to start: what it does not take stays in memory, and nothing is written before it does. */
function flush(values: ValuesFile): void {
  try {
    values.flush();
  } catch (cause) {
    if (values.unwrittenBytes > MAX_UNWRITTEN_BYTES) throw cause;
  }
}

/** The map, as the snapshot has it if that is of this log, else empty. */
async function openMap(
  directory: string,
  values: ValuesFile,
  log: Log,
): Promise<{ readonly map: MapThread; readonly restored: FoundSnapshot | undefined }> {
  const data = { snapshot: join(directory, "snapshot"), valuesBytes: values.end };
  const { map, found } = await MapThread.open(data, async () => {
    values.flush();
    await values.sync();
  });
  if (found === undefined || isOfLog(found, log)) return { map, restored: found };
  map.reset();
  return { map, restored: undefined };
}

function restoredState({ refs, beside }: FoundSnapshot): RestoredState {
  return { refs: new RefTable(refs), beside: new Map(beside) };
}

type Replayed = {
  readonly log: Log;
  readonly state: LedgerState;
  readonly map: MapThread;
  readonly values: ValuesFile;
};

/** Applies what the log has and the derived state lacks. */
async function replay(
  { log, state, map, values }: Replayed,
  restored: FoundSnapshot | undefined,
  { origin, signers }: EmbeddedOptions,
): Promise<Head> {
  let position: Position | undefined = restored?.moment;
  let mapRoot = restored?.root;
  for (const block of readBlocks((index) => log.entry(index), position?.size ?? 0)) {
    if (!block.ok) throw divergedFault(block.error);
    // This node checked the signatures before it wrote the block; an audit checks them again.
    const replayed = replayBlock(state, origin, block.value, () => true);
    if (!replayed.ok) throw divergedFault(replayed.error);
    const { applied, moment } = replayed.value;
    mapRoot = await map.update(applied, moment);
    const compared = compareMapRoot(block.value.entry, mapRoot);
    if (!compared.ok) throw divergedFault(compared.error);
    flush(values);
    position = moment;
  }
  const { size, height, timeMilliseconds } = present(position, "block 0");
  const root = log.root(size);
  const signing = logSigners(signers, (key) => state.committed(key))();
  const checkpoint = signCheckpoint({ origin, size, root }, signing);
  const head = { origin, size, height, timeMilliseconds, root, checkpoint };
  return { ...head, mapRoot: present(mapRoot, "the map's root") };
}
