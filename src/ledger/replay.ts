import {
  applyBlock,
  applyChildGenesis,
  applyGenesis,
  type BlockEntry,
  type Change,
  type ChildGenesis,
  decodeBlockEntry,
  decodeCbor,
  decodeGenesis,
  type EntryList,
  equalBytes,
  err,
  type Genesis,
  type GenesisRefusal,
  type Hash,
  hex,
  type ImportRefusal,
  type Item,
  isBlockEntry,
  type OperationCheck,
  ok,
  present,
  type Result,
  RULE_VERSION,
  readItem,
  rulesAt,
} from "../core/index.ts";
import type { Position } from "./block-maker.ts";
import { LedgerFault } from "./fault.ts";
import type { AppliedChanges, LedgerState } from "./state.ts";
import type { BlockMoment } from "./stores.ts";

/** A block as it stands in the log. */
export type ReadBlock = {
  readonly entry: BlockEntry;
  /** Its entries without the block entry. */
  readonly entries: EntryList;
  /** The same as items, where somebody has read them already. */
  readonly items?: readonly Item[];
};

/** Block 0 of a child ledger holds all that it took over, which whoever replays it need not have in memory. Others are far smaller. */
export const MAX_BEGINNING_BYTES: number = 1024 * 1024 * 1024;

/** Where the entries of a block are kept until it closes. */
export interface EntryKeeper extends EntryList {
  /** The bytes may change after the call. */
  push(entry: Uint8Array): void;
}

/** Why a log is not one that the rules could have made. `index` is the entry where it shows. */
export type ReplayRefusal =
  | { readonly code: "REPLAY_GENESIS"; readonly index: number; readonly why: string }
  | { readonly code: "REPLAY_BLOCK_ENTRY"; readonly index: number; readonly why: string }
  | { readonly code: "REPLAY_REFUSED"; readonly index: number; readonly why: string }
  | {
      readonly code: "REPLAY_TIME";
      readonly index: number;
      readonly time: number;
      readonly before: number;
    }
  | {
      readonly code: "REPLAY_MAP_ROOT";
      readonly index: number;
      readonly got: string;
      readonly want: string;
    };

/** The blocks of a log from entry `from` on, which begins one. Stops at the end, or before a block that has none yet. */
export function* readBlocks(
  entryAt: (index: number) => Uint8Array | undefined,
  from: number,
): Generator<Result<ReadBlock, ReplayRefusal>> {
  const reader = new BlockReader(from, undefined, new ReadAgain(entryAt));
  for (let index = from; ; index++) {
    const bytes = entryAt(index);
    if (bytes === undefined) return;
    const block = reader.take(bytes);
    if (block === undefined) continue;
    yield block;
    if (!block.ok) return;
  }
}

/** The first entries of a log that can be asked for them again. */
class ReadAgain implements EntryKeeper {
  readonly #entryAt: (index: number) => Uint8Array | undefined;
  #length = 0;

  constructor(entryAt: (index: number) => Uint8Array | undefined) {
    this.#entryAt = entryAt;
  }

  get length(): number {
    return this.#length;
  }

  push(): void {
    this.#length++;
  }

  at(index: number): Uint8Array | undefined {
    return index < this.#length ? this.#entryAt(index) : undefined;
  }
}

/** Cuts the entries of a log into its blocks, as they come. */
export class BlockReader {
  #next: number;
  #first: number;
  #entries: EntryKeeper;
  #before: Pick<BlockEntry, "height" | "time"> | undefined;

  /**
   * @param from index of the first entry that comes, which begins a block
   * @param before the block before it, where that is known; the first block of all has height 0
   * @param beginning keeps what the first block of all holds, which may be more than there is memory for
   */
  constructor(
    from: number,
    before?: Pick<BlockEntry, "height" | "time">,
    beginning: EntryKeeper = [],
  ) {
    this.#entries = from === 0 ? beginning : [];
    this.#next = from;
    this.#first = from;
    this.#before = before ?? (from === 0 ? { height: -1, time: 0 } : undefined);
  }

  /** Entries of a block whose block entry has not come yet. */
  get open(): number {
    return this.#entries.length;
  }

  /** Takes the next entry. @returns the block that it closes, or why it closes none as it should */
  take(bytes: Uint8Array): Result<ReadBlock, ReplayRefusal> | undefined {
    const index = this.#next++;
    if (!isBlockEntry(bytes)) {
      this.#entries.push(bytes);
      return undefined;
    }
    const entry = decodeBlockEntry(bytes);
    if (!entry.ok) return err({ code: "REPLAY_BLOCK_ENTRY", index, why: entry.error.why });
    const { first, count, app } = entry.value;
    const entries = this.#entries;
    const fits = first === this.#first && count === entries.length;
    if (!fits) return err({ code: "REPLAY_BLOCK_ENTRY", index, why: "first, count" });
    if (app > RULE_VERSION) return err({ code: "REPLAY_BLOCK_ENTRY", index, why: "app" });
    const refusal = refuseOrder(entry.value, this.#before, index);
    if (refusal !== undefined) return err(refusal);
    this.#first = index + 1;
    this.#entries = [];
    this.#before = entry.value;
    return ok({ entry: entry.value, entries });
  }
}

/** Heights count up by one, and time never goes back. */
function refuseOrder(
  { height, time }: BlockEntry,
  before: Pick<BlockEntry, "height" | "time"> | undefined,
  index: number,
): ReplayRefusal | undefined {
  if (before === undefined) return undefined;
  if (height !== before.height + 1) return { code: "REPLAY_BLOCK_ENTRY", index, why: "height" };
  if (time < before.time) return { code: "REPLAY_TIME", index, time, before: before.time };
  return undefined;
}

/** Reads the genesis out of entry 0. */
export function readGenesis(entry: Uint8Array): Result<Genesis | ChildGenesis, ReplayRefusal> {
  const value = decodeCbor(entry);
  if (!value.ok) return err({ code: "REPLAY_GENESIS", index: 0, why: value.error.code });
  const genesis = decodeGenesis(value.value);
  return genesis.ok
    ? genesis
    : err({ code: "REPLAY_GENESIS", index: 0, why: `${genesis.error.code} ${genesis.error.path}` });
}

/** What a block, or a part of block 0, changes, and the moment after it. */
export type Step = { readonly applied: AppliedChanges; readonly moment: BlockMoment };

/**
 * Applies a block of the log again. The caller puts what it changes into the map and compares the root.
 *
 * @param check - of signatures; whoever wrote this log itself checked them before, and may skip that
 * @returns its steps, each of which is applied when it is asked for: one, but for block 0, which may hold a million changes
 */
export function replayBlock(
  state: LedgerState,
  origin: string,
  { entry, entries, items }: ReadBlock,
  check: OperationCheck,
): Result<Iterable<Step>, ReplayRefusal> {
  const { first, count, height, time: timeMilliseconds } = entry;
  const position = { size: first + count + 1, height, timeMilliseconds };
  if (height === 0) {
    const changes = changesOfGenesis(origin, entry, entries);
    return changes.ok ? ok(stepsOf(state, changes.value, position)) : changes;
  }
  const changes = changesOfBlock(state, origin, entry, items ?? itemsOf(entries), check);
  return changes.ok ? ok([stepOf(state, changes.value, position)]) : changes;
}

/** The entries of a block as items. */
export function itemsOf(entries: EntryList): Item[] {
  return Array.from({ length: entries.length }, (_, i) =>
    readItem(present(entries.at(i), "an entry of a block")),
  );
}

/** Changes of block 0 that are applied at once. */
const STEP_CHANGES = 8192;
const STEP_BYTES: number = 16 * 1024 * 1024;

/** Applies what block 0 changes, as it is asked for. @param position after it */
export function* stepsOf(
  state: LedgerState,
  changes: Iterable<Change>,
  position: Position,
): Generator<Step> {
  let some: Change[] = [];
  let bytes = 0;
  for (const change of changes) {
    some.push(change);
    bytes += change.value.length;
    if (some.length < STEP_CHANGES && bytes < STEP_BYTES) continue;
    state.expect(some.map(({ key }) => key));
    yield stepOf(state, some, position);
    [some, bytes] = [[], 0];
  }
  if (some.length > 0) yield stepOf(state, some, position);
}

function stepOf(state: LedgerState, changes: readonly Change[], position: Position): Step {
  const applied = state.apply(changes);
  state.commit();
  return { applied, moment: { ...position, valuesEnd: state.valuesEnd } };
}

/** Whether the map came out as the block says. */
export function compareMapRoot(entry: BlockEntry, got: Hash): Result<void, ReplayRefusal> {
  const want = entry.mapRoot;
  if (equalBytes(got, want)) return ok(undefined);
  const index = entry.first + entry.count;
  return err({ code: "REPLAY_MAP_ROOT", index, got: hex(got), want: hex(want) });
}

function changesOfGenesis(
  origin: string,
  { time }: BlockEntry,
  entries: EntryList,
): Result<Iterable<Change>, ReplayRefusal> {
  const genesis = readGenesis(entries.at(0) ?? new Uint8Array());
  if (!genesis.ok) return genesis;
  if (genesis.value.origin !== origin) {
    return err({ code: "REPLAY_GENESIS", index: 0, why: "origin" });
  }
  if (genesis.value.time !== time) return err({ code: "REPLAY_GENESIS", index: 1, why: "time" });
  if (!("parent" in genesis.value) && entries.length > 1) {
    return err({ code: "REPLAY_GENESIS", index: 1, why: "block 0 holds more" });
  }
  const changes = changesOfBeginning(genesis.value, entries);
  if (changes.ok) return changes;
  const { code, ...facts } = changes.error;
  return err({ code: "REPLAY_GENESIS", index: 0, why: `${code} ${JSON.stringify(facts)}` });
}

/** What block 0 makes; of a child ledger the import too. */
export function changesOfBeginning(
  genesis: Genesis | ChildGenesis,
  entries: EntryList,
): Result<Iterable<Change>, GenesisRefusal | ImportRefusal> {
  if ("parent" in genesis) return applyChildGenesis(genesis, entries);
  return applyGenesis(genesis, entries.at(0) ?? new Uint8Array());
}

function changesOfBlock(
  state: LedgerState,
  origin: string,
  { app, first, height, time: timeMilliseconds }: BlockEntry,
  items: readonly Item[],
  check: OperationCheck,
): Result<readonly Change[], ReplayRefusal> {
  // What a later version wrote is refused as the block is read.
  if (app !== rulesAt(state, height)) {
    const index = first + items.length;
    return err({ code: "REPLAY_BLOCK_ENTRY", index, why: "app" });
  }
  const block = { origin, timeMilliseconds, height, first, items, check };
  const { results, changes } = applyBlock(state, block);
  const at = results.findIndex(({ ok: accepted }) => !accepted);
  const refused = results[at];
  if (refused !== undefined && !refused.ok) {
    const { code, ...facts } = refused.error;
    return err({
      code: "REPLAY_REFUSED",
      index: first + at,
      why: `${code} ${JSON.stringify(facts)}`,
    });
  }
  return ok(changes);
}

/** A node's own log must replay; if it does not, it must not go on. */
export function divergedFault(refusal: ReplayRefusal): LedgerFault {
  const { code, index, ...facts } = refusal;
  return new LedgerFault("LEDGER_DIVERGED", { cause: code, index, ...facts });
}
