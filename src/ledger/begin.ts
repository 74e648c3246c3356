import {
  type Change,
  type ChildGenesis,
  childGenesisInTurns,
  type EntryList,
  encodeBlockEntry,
  encodeGenesis,
  type Genesis,
  type GenesisRefusal,
  type Hash,
  type ImportRefusal,
  ok,
  present,
  type Result,
  RULE_VERSION,
} from "../core/index.ts";
import { turn } from "../log/index.ts";
import type { Position } from "./block-maker.ts";
import { changesOfBeginning, stepsOf } from "./replay.ts";
import type { LedgerState } from "./state.ts";
import type { MapStore, ValueStore } from "./stores.ts";

/** The entries of block 0 without its block entry, and what they change: made while it is read. */
export type Begun = {
  readonly entries: EntryList;
  readonly changes: Iterable<Change>;
};

/** @param imports the import entries of a child ledger */
export function beginWith(
  genesis: Genesis | ChildGenesis,
  imports: EntryList = [],
): Result<Begun, GenesisRefusal | ImportRefusal> {
  const entries = entriesOf(genesis, imports);
  const changes = changesOfBeginning(genesis, entries);
  return changes.ok ? ok({ entries, changes: changes.value }) : changes;
}

/** Entries that are read before others have their turn: some megabytes. */
const ENTRIES_AT_ONCE = 64;

/** The same, while others have their turn: a million codes take a minute. */
export async function beginInTurns(
  genesis: Genesis | ChildGenesis,
  imports: EntryList,
): Promise<Result<Begun, GenesisRefusal | ImportRefusal>> {
  if (!("parent" in genesis)) return beginWith(genesis, imports);
  const entries = entriesOf(genesis, imports);
  const work = childGenesisInTurns(genesis, entries);
  for (let read = 1; ; read++) {
    const { done, value } = work.next();
    if (done) return value.ok ? ok({ entries, changes: value.value }) : value;
    if (read % ENTRIES_AT_ONCE === 0) await turn();
  }
}

function entriesOf(genesis: Genesis | ChildGenesis, imports: EntryList): EntryList {
  const first = encodeGenesis(genesis);
  const at = (index: number) => (index === 0 ? first : imports.at(index - 1));
  return { length: imports.length + 1, at };
}

/** Block 0: the genesis, what a child ledger imports, and the block entry. */
export type FirstBlock = {
  readonly entries: EntryList;
  readonly position: Position;
  readonly mapRoot: Hash;
};

/** Applies block 0, a part of it after the other. */
export async function makeFirstBlock(
  parts: { readonly state: LedgerState; readonly values: ValueStore; readonly map: MapStore },
  { time }: Genesis | ChildGenesis,
  { entries, changes }: Begun,
): Promise<FirstBlock> {
  const count = entries.length;
  const position = { size: count + 1, height: 0, timeMilliseconds: time };
  let mapRoot: Hash | undefined;
  for (const { applied, moment } of stepsOf(parts.state, changes, position)) {
    parts.values.flush();
    mapRoot = await parts.map.update(applied, moment);
  }
  const root = present(mapRoot, "what a genesis changes");
  const block = { app: RULE_VERSION, time, count, first: 0, height: 0, mapRoot: root };
  const last = encodeBlockEntry(block);
  const at = (index: number) => (index === count ? last : entries.at(index));
  return { entries: { length: count + 1, at }, position, mapRoot: root };
}
