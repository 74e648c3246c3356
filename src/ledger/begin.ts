import {
  type Change,
  type ChildGenesis,
  encodeBlockEntry,
  encodeGenesis,
  type Genesis,
  type GenesisRefusal,
  type Hash,
  type ImportRefusal,
  ok,
  type Result,
  RULE_VERSION,
} from "../core/index.ts";
import type { Position } from "./block-maker.ts";
import { changesOfBeginning } from "./replay.ts";
import type { LedgerState } from "./state.ts";
import type { MapStore } from "./stores.ts";

/** The entries of block 0 without its block entry, and what they change. */
export type Begun = {
  readonly entries: readonly Uint8Array[];
  readonly changes: readonly Change[];
};

/** @param imports the import entries of a child ledger */
export function beginWith(
  genesis: Genesis | ChildGenesis,
  imports: readonly Uint8Array[] = [],
): Result<Begun, GenesisRefusal | ImportRefusal> {
  const entries = [encodeGenesis(genesis), ...imports];
  const changes = changesOfBeginning(genesis, entries);
  return changes.ok ? ok({ entries, changes: changes.value }) : changes;
}

/** Block 0: the genesis, what a child ledger imports, and the block entry. */
export type FirstBlock = {
  readonly entries: readonly Uint8Array[];
  readonly position: Position;
  readonly mapRoot: Hash;
};

/** Applies block 0. */
export async function makeFirstBlock(
  { state, map }: { readonly state: LedgerState; readonly map: MapStore },
  { time }: Genesis | ChildGenesis,
  { entries, changes }: Begun,
): Promise<FirstBlock> {
  const count = entries.length;
  const position = { size: count + 1, height: 0, timeMilliseconds: time };
  const applied = state.apply(changes);
  const mapRoot = await map.update(applied, { ...position, valuesEnd: state.valuesEnd });
  const block = { app: RULE_VERSION, time, count, first: 0, height: 0, mapRoot };
  return { entries: [...entries, encodeBlockEntry(block)], position, mapRoot };
}
