import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ChildGenesis, type EntryList, equalBytes, type Genesis } from "../../core/index.ts";
import {
  createLog,
  type FileSystem,
  isDiskFull,
  logExists,
  nodeFiles,
  readLog,
  syncUp,
} from "../../log/index.ts";
import { beginInTurns, makeFirstBlock } from "../begin.ts";
import { ClockGuard } from "../clock-guard.ts";
import { LedgerFault } from "../fault.ts";
import { LatestValues } from "../latest-values.ts";
import { LocalLedger } from "../ledger.ts";
import { LocalMap } from "../local-map.ts";
import type { Ledger } from "../port.ts";
import { MAX_BEGINNING_BYTES } from "../replay.ts";
import { Sequencer } from "../sequencer.ts";
import { LedgerState } from "../state.ts";
import type { MapStore, ValueStore } from "../stores.ts";
import { MapThread } from "./map-thread/thread.ts";
import { openStores, type Recovery, type StoresOptions } from "./open-stores.ts";
import { VALUES_START, ValuesFile } from "./values.ts";

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
  /** Leaves values and a snapshot too, on this machine's disk, so that a large block 0 is not applied again by the first start. */
  readonly derive?: boolean;
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
  imports: EntryList = [],
  { files = nodeFiles, maxRecordBytes, derive = false }: CreateOptions = {},
): Promise<void> {
  const begun = await beginInTurns(genesis, imports);
  if (!begun.ok) {
    throw new LedgerFault("LEDGER_DIRECTORY", { path: directory, why: begun.error.code });
  }
  if (derive) mkdirSync(directory, { recursive: true });
  await using stores = derive ? await derivedStores(directory) : storesInMemory();
  const { entries } = await makeFirstBlock(stores, genesis, begun.value);
  let bytes = 0;
  for (let i = 0; i < entries.length; i++) bytes += entries.at(i)?.length ?? 0;
  if (bytes > MAX_BEGINNING_BYTES) {
    throw new LedgerFault("LEDGER_DIRECTORY", { path: directory, why: `block 0: ${bytes} bytes` });
  }
  const { origin } = genesis;
  // One step: a log that exists has its genesis. This one, where a beginning was broken off after it.
  if (logExists(directory, files) && isBegunWith(entries, { directory, files })) {
    return syncUp(files, directory, dirname(directory));
  }
  await createLog({ directory, origin, files }, entries, maxRecordBytes);
  await stores.keep();
}

type BeginningStores = AsyncDisposable & {
  readonly state: LedgerState;
  readonly values: ValueStore;
  readonly map: MapStore;
  /** Lets the first start go on from here. */
  readonly keep: () => Promise<void>;
};

function storesInMemory(): BeginningStores {
  const values = new LatestValues();
  const nothing = async () => undefined;
  const stores = { state: new LedgerState(values), values, map: new LocalMap(), keep: nothing };
  return { ...stores, [Symbol.asyncDispose]: nothing };
}

async function derivedStores(directory: string): Promise<BeginningStores> {
  const values = ValuesFile.open(nodeFiles, join(directory, "values"));
  values.truncate(VALUES_START);
  const data = { snapshot: join(directory, "snapshot"), valuesBytes: VALUES_START };
  const { map } = await MapThread.open(data, async () => {
    values.flush();
    await values.sync();
  });
  return {
    state: new LedgerState(values),
    values,
    map,
    async keep() {
      // It only spares the first start some work.
      await map.snapshot().catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      await map.close();
      await values.close();
    },
  };
}

/** Whether these entries are all that a log holds. */
function isBegunWith(
  entries: EntryList,
  where: { readonly directory: string; readonly files: FileSystem },
): boolean {
  let isSame = true;
  const { size } = readLog(where, ({ first, entries: kept }) => {
    isSame &&= kept.every((entry, i) =>
      equalBytes(entry, entries.at(first + i) ?? new Uint8Array()),
    );
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
