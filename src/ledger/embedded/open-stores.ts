import { join } from "node:path";
import { hex, isBlockEntry, type NoteSigner, present, signCheckpoint } from "../../core/index.ts";
import { type Log, lockDirectory, nodeFiles, openLog } from "../../log/index.ts";
import type { Position } from "../block-maker.ts";
import type { LedgerParts, LocalLedger } from "../ledger.ts";
import { logSigners } from "../log-signers.ts";
import type { Head } from "../port.ts";
import { Publisher } from "../publisher.ts";
import { RefTable } from "../ref-table.ts";
import { compareMapRoot, divergedFault, readBlocks, replayBlock } from "../replay.ts";
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

export type StoresOptions = {
  /** Directory of this ledger alone. */
  readonly directory: string;
  readonly origin: string;
  /** The log's keys that the node holds; those sign that the policy names. */
  readonly signers: readonly NoteSigner[];
  readonly clock: LedgerClock;
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

/** A ledger on disk, brought up to the end of its journal, and nobody yet who writes it. */
export type OpenStores = {
  readonly parts: LedgerParts & { readonly log: DiskLog };
  /** Where the journal ends. */
  readonly head: Head;
  /** The keys of the log, as the policy of the committed ledger has them. */
  readonly signing: () => readonly NoteSigner[];
  readonly recovery: Recovery;
  /** Bytes of the journal that are durable. */
  readonly journalEnd: () => number;
  /** Keeps a snapshot near the end of what the ledger commits. */
  readonly keepSnapshots: (ledger: LocalLedger) => void;
};

/**
 * Opens what a ledger on disk is made of: drops a torn last record, replays what the derived state lacks, compares the map
 * root. The same for every engine that keeps its log here.
 *
 * @throws LogFault `DATA_DIR_IN_USE`, `LOG_MISSING`, `JOURNAL_DAMAGED`, `LOG_SHORTENED`, …; LedgerFault LEDGER_DIVERGED
 */
export async function openStores(options: StoresOptions): Promise<OpenStores> {
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
  options: StoresOptions,
  afterClose: () => Promise<void>,
): Promise<OpenStores> {
  const began = options.clock.monotonicMilliseconds();
  const { directory, origin, clock, signers, workers } = options;
  const published = join(directory, "checkpoint");
  const shown = await readPublished(nodeFiles, published);
  const log = await openLog({
    ...{ directory, origin, endsBeginning: isBlockEntry },
    ...(shown && { published: shown }),
  });
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
    freshFrom: values.end,
  });
  const publisher = new Publisher(head, clock, (newest) =>
    writePublished(nodeFiles, published, newest),
  );
  const pool = openSignaturePool(workers === undefined ? {} : { workers });
  const beforeClose = () => keeper.close();
  const disk = new DiskLog(log);
  const kept = { log: disk, values, state, map, index, pool, clock, publisher };
  return {
    parts: { ...kept, beforeClose, afterClose },
    head,
    signing: logSigners(signers, (key) => state.committed(key)),
    recovery: {
      journalBytes: log.journalEnd,
      droppedBytes: log.torn?.bytes ?? 0,
      entries: log.size,
      replayedEntries: log.size - (restored?.moment.size ?? 0),
      milliseconds: Math.round(clock.monotonicMilliseconds() - began),
    },
    journalEnd: () => log.journalEnd,
    keepSnapshots: (ledger) => void ledger.onBlock(() => keeper.offer()),
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
  { origin, signers }: StoresOptions,
): Promise<Head> {
  let position: Position | undefined = restored?.moment;
  let mapRoot = restored?.root;
  for (const block of readBlocks((index) => log.entry(index), position?.size ?? 0)) {
    if (!block.ok) throw divergedFault(block.error);
    // This node checked the signatures before it wrote the block; an audit checks them again.
    const replayed = replayBlock(state, origin, block.value, () => true);
    if (!replayed.ok) throw divergedFault(replayed.error);
    for (const { applied, moment } of replayed.value) {
      flush(values);
      mapRoot = await map.update(applied, moment);
      position = moment;
    }
    const compared = compareMapRoot(block.value.entry, present(mapRoot, "the map's root"));
    if (!compared.ok) throw divergedFault(compared.error);
  }
  const { size, height, timeMilliseconds } = present(position, "block 0");
  const root = log.root(size);
  const signing = logSigners(signers, (key) => state.committed(key))();
  const checkpoint = signCheckpoint({ origin, size, root }, signing);
  const head = { origin, size, height, timeMilliseconds, root, checkpoint };
  return { ...head, mapRoot: present(mapRoot, "the map's root") };
}
