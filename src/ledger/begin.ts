import {
  applyGenesis,
  type Change,
  encodeBlockEntry,
  encodeGenesis,
  type Genesis,
  type GenesisRefusal,
  type Hash,
  ok,
  type Result,
  RULE_VERSION,
} from "../core/index.ts";
import type { Position } from "./block-maker.ts";
import type { LedgerState } from "./state.ts";
import type { MapStore } from "./stores.ts";

/** Entry 0 of a ledger, and what it changes. */
export function beginWith(
  genesis: Genesis,
): Result<{ readonly entry: Uint8Array; readonly changes: readonly Change[] }, GenesisRefusal> {
  const entry = encodeGenesis(genesis);
  const changes = applyGenesis(genesis, entry);
  return changes.ok ? ok({ entry, changes: changes.value }) : changes;
}

/** Block 0: the genesis and its block entry. */
export type FirstBlock = {
  readonly entries: readonly Uint8Array[];
  readonly position: Position;
  readonly mapRoot: Hash;
};

/** Applies block 0. */
export async function makeFirstBlock(
  { state, map }: { readonly state: LedgerState; readonly map: MapStore },
  genesis: Genesis,
  { entry, changes }: { readonly entry: Uint8Array; readonly changes: readonly Change[] },
): Promise<FirstBlock> {
  const position = { size: 2, height: 0, timeMilliseconds: genesis.time };
  const applied = state.apply(changes);
  const mapRoot = await map.update(applied, { ...position, valuesEnd: state.valuesEnd });
  const block = { app: RULE_VERSION, time: genesis.time, count: 1, first: 0, height: 0, mapRoot };
  return { entries: [entry, encodeBlockEntry(block)], position, mapRoot };
}
