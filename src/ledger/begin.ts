import {
  applyGenesis,
  type Change,
  encodeBlockEntry,
  encodeGenesis,
  type Genesis,
  type GenesisRefusal,
  ok,
  type Result,
  RULE_VERSION,
} from "../core/index.ts";
import type { Position } from "./block-maker.ts";
import type { LedgerState } from "./state.ts";

/** Entry 0 of a ledger, and what it changes. */
export function beginWith(
  genesis: Genesis,
): Result<{ readonly entry: Uint8Array; readonly changes: readonly Change[] }, GenesisRefusal> {
  const entry = encodeGenesis(genesis);
  const changes = applyGenesis(genesis, entry);
  return changes.ok ? ok({ entry, changes: changes.value }) : changes;
}

/** Applies block 0: the genesis and its block entry. */
export function makeFirstBlock(
  state: LedgerState,
  genesis: Genesis,
  { entry, changes }: { readonly entry: Uint8Array; readonly changes: readonly Change[] },
): { readonly entries: readonly Uint8Array[]; readonly position: Position } {
  const position = { size: 2, height: 0, timeMilliseconds: genesis.time };
  state.apply(changes, position);
  const mapRoot = state.root();
  const block = { app: RULE_VERSION, time: genesis.time, count: 1, first: 0, height: 0, mapRoot };
  return { entries: [entry, encodeBlockEntry(block)], position };
}
