import {
  areSignaturesRight,
  type ChildGenesis,
  type Genesis,
  type NoteSigner,
  present,
  signCheckpoint,
} from "../../core/index.ts";
import { beginWith, makeFirstBlock } from "../begin.ts";
import { ClockGuard } from "../clock-guard.ts";
import { LocalLedger } from "../ledger.ts";
import { LocalMap } from "../local-map.ts";
import { logSigners } from "../log-signers.ts";
import type { Head, Ledger } from "../port.ts";
import { Publisher } from "../publisher.ts";
import { Sequencer } from "../sequencer.ts";
import { LedgerState } from "../state.ts";
import type { LedgerClock, SignaturePool } from "../stores.ts";
import { MemoryIndex } from "./index-store.ts";
import { MemoryLog } from "./log.ts";
import { MemoryValues } from "./values.ts";

export { MemoryLog, MemoryValues };

/** A ledger in memory, for tests: the real rules and proofs, nothing that lasts. */
export async function openMemoryLedger(options: {
  readonly genesis: Genesis | ChildGenesis;
  /** The import entries of a child ledger. */
  readonly imports?: readonly Uint8Array[];
  readonly signers: readonly NoteSigner[];
  readonly clock: LedgerClock;
  readonly log?: MemoryLog;
  readonly values?: MemoryValues;
  readonly pool?: SignaturePool;
}): Promise<Ledger> {
  const { genesis, imports, signers, clock, pool = SAME_THREAD } = options;
  const begun = beginWith(genesis, imports);
  if (!begun.ok) throw new Error(`genesis refused: ${begun.error.code}`);
  const { log = new MemoryLog(), values = new MemoryValues() } = options;
  const [state, map] = [new LedgerState(values), new LocalMap()];
  const { entries, position, mapRoot } = await makeFirstBlock(
    { state, values, map },
    genesis,
    begun.value,
  );
  const staged = log.stage(
    Array.from({ length: entries.length }, (_, i) => present(entries.at(i), `entry ${i}`)),
  );
  await log.commit(staged);
  const { origin } = genesis;
  const { root } = staged;
  const checkpoint = signCheckpoint({ origin, size: position.size, root }, signers);
  const head: Head = { origin, ...position, root, mapRoot, checkpoint };
  const index = new MemoryIndex((from, to) => values.frames(from, to));
  const publisher = new Publisher(head, clock, async () => undefined);
  const guard = new ClockGuard(clock, true);
  const parts = { log, values, state, map, index, pool, guard, clock, publisher };
  const signing = logSigners(signers, (key) => state.committed(key));
  return new LocalLedger(
    parts,
    head,
    (hooks) => new Sequencer(parts, { ...hooks, origin, signers: signing, head }),
  );
}

const SAME_THREAD: SignaturePool = {
  checkBatch: async (checks) => areSignaturesRight(checks),
  close: async () => undefined,
};
