import {
  type Change,
  type Code,
  err,
  type Hash,
  ok,
  parentOf,
  type Result,
  SparseMap,
  verifySignature,
} from "../core/index.ts";
import { LatestValues } from "./latest-values.ts";
import {
  compareMapRoot,
  type ReplayRefusal,
  readBlocks,
  readGenesis,
  replayBlock,
} from "./replay.ts";
import { LedgerState } from "./state.ts";
import type { Ref } from "./stores.ts";

/** What a log came out as. */
export type ReplayedLog = {
  readonly origin: string;
  readonly mapRoot: Hash;
  /** Entries of whole blocks; the log may end within one. */
  readonly size: number;
  /** The latest value under each map key, encoded. */
  readonly values: ReadonlyMap<string, Uint8Array>;
  /** Children of a code in the order of their first registration. */
  readonly childrenOf: (code: Code) => readonly Code[];
};

/** Replays a whole log that somebody else wrote: every signature, every rule, every map root. All of it in memory. */
export function replayLog(entries: readonly Uint8Array[]): Result<ReplayedLog, ReplayRefusal> {
  const genesis = readGenesis(entries[0] ?? new Uint8Array());
  if (!genesis.ok) return genesis;
  const { origin } = genesis.value;
  const values = new CollectedValues();
  const [state, map] = [new LedgerState(values), new SparseMap()];
  let size = 0;
  for (const block of readBlocks((index) => entries[index], 0)) {
    if (!block.ok) return block;
    const replayed = replayBlock(state, origin, block.value, (key, envelope) => {
      return verifySignature(key, envelope.alg, envelope.sigStructure, envelope.sign1).ok;
    });
    if (!replayed.ok) return replayed;
    map.update(replayed.value.applied.puts);
    const compared = compareMapRoot(block.value.entry, map.root());
    if (!compared.ok) return compared;
    ({ size } = replayed.value.moment);
  }
  if (size === 0) return err({ code: "REPLAY_GENESIS", index: 0, why: "no block" });
  const childrenOf = (code: Code) => values.children.get(code) ?? [];
  return ok({ origin, mapRoot: map.root(), size, values: values.latest, childrenOf });
}

/** Latest values by their keys, and who was born below whom. */
class CollectedValues extends LatestValues {
  readonly latest = new Map<string, Uint8Array>();
  readonly children = new Map<Code, Code[]>();

  override append(change: Change, previous: Ref | undefined): Ref {
    const { key, value } = change;
    if (!this.latest.has(key) && key.startsWith("code/") && !key.includes("#")) this.#born(key);
    this.latest.set(key, value);
    return super.append(change, previous);
  }

  #born(key: string): void {
    const code = key.slice("code/".length) as Code;
    const parent = parentOf(code);
    if (parent === undefined) return;
    const children = this.children.get(parent);
    if (children === undefined) this.children.set(parent, [code]);
    else children.push(code);
  }
}
