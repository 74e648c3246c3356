import {
  type Change,
  encodeBlockEntry,
  type Hash,
  type Item,
  OpenBlock,
  type OperationCheck,
  type Refusal,
  type Result,
  rulesAt,
} from "../core/index.ts";
import type { LedgerState } from "./state.ts";
import type { BlockMoment, LogStore, MapStore, Staged } from "./stores.ts";
import { unknownRules } from "./writes-ended.ts";

/** How far a ledger has come, committed or not. */
export type Position = {
  readonly size: number;
  readonly height: number;
  readonly timeMilliseconds: number;
};

/** A block that has been applied; nothing of it is durable or visible before it is committed. */
export type AppliedBlock = BlockMoment & {
  readonly results: readonly Result<number, Refusal>[];
  readonly changes: readonly Change[];
  /** Its entries but the block entry, which says the map root. */
  readonly entries: readonly Uint8Array[];
  /** Their leaf hashes. */
  readonly leaves: readonly Hash[];
  /** Log index of the first one. */
  readonly first: number;
  /** Version of the rules that it was made by. */
  readonly app: number;
  /** Comes when the map has taken the changes; the next block can be applied meanwhile. */
  readonly mapRoot: Promise<Hash>;
};

/** What became of the items of a block that nothing else came of. */
export type RefusedBlock = Pick<AppliedBlock, "results"> & { readonly entries?: never };

/** Which items a block is made of, and on what terms. */
export type BlockTerms = {
  readonly origin: string;
  readonly timeMilliseconds: number;
  /** Each is read when it is its turn. */
  readonly items: Iterable<Item>;
  readonly check: OperationCheck;
};

/** What the items of a block come to, on top of a state that has taken nothing of it. */
export type JudgedBlock = Pick<AppliedBlock, "app" | "first" | "height" | "timeMilliseconds"> &
  Pick<AppliedBlock, "results" | "entries" | "leaves" | "changes">;

/**
 * Applies items as one block on top of `last`: the same for every engine. The caller seals and commits it afterwards, in
 * order.
 *
 * @param turn as `judgeBlock` has it
 * @param applied as `applyJudged` has it
 * @throws LedgerFault LEDGER_RULES where it is to be made by rules that this program does not have
 * @returns the refusals alone when every item was refused: such a block leaves no trace
 */
export async function makeBlock(
  parts: { readonly state: LedgerState; readonly map: MapStore },
  last: Position,
  block: BlockTerms,
  turn: () => Promise<void> | undefined,
  applied?: (block: AppliedBlock) => void,
): Promise<AppliedBlock | RefusedBlock> {
  return applyJudged(parts, await judgeBlock(parts.state, last, block, turn), applied);
}

/**
 * The first half of `makeBlock`: judges the items, and changes nothing. What comes out holds as long as the state stays as it
 * is.
 *
 * @param turn called after each item, and each item of a chunk; may be awaited, and readers be answered: nothing of the block shows before the end
 * @throws LedgerFault LEDGER_RULES
 */
export async function judgeBlock(
  state: LedgerState,
  { size: first, height: before }: Position,
  { items, ...terms }: BlockTerms,
  turn: () => Promise<void> | undefined,
): Promise<JudgedBlock> {
  const height = before + 1;
  const unknown = unknownRules(state, height);
  if (unknown !== undefined) throw unknown;
  const app = rulesAt(state, height);
  const open = new OpenBlock(state, { ...terms, height, first });
  const results: Result<number, Refusal>[] = [];
  for (const item of items) {
    const taking = open.take(item);
    let step = taking.next();
    for (; step.done !== true; step = taking.next()) {
      // Awaiting what is not there would cost a tick for each of thousands of items.
      const waiting = turn();
      if (waiting !== undefined) await waiting;
    }
    results.push(step.value);
    const waiting = turn();
    if (waiting !== undefined) await waiting;
  }
  const { timeMilliseconds } = terms;
  return { app, first, height, timeMilliseconds, results, ...open.close() };
}

/**
 * The second half: state and map take what was judged on top of them.
 *
 * @param applied told of the block in the same moment in which the map takes it: whoever asks for a path gets it of a block that is known
 */
export function applyJudged(
  { state, map }: { readonly state: LedgerState; readonly map: MapStore },
  { app, first, height, timeMilliseconds, results, entries, leaves, changes }: JudgedBlock,
  applied: (block: AppliedBlock) => void = () => undefined,
): AppliedBlock | RefusedBlock {
  if (entries.length === 0) return { results };
  const puts = state.apply(changes);
  const { valuesEnd } = state;
  const moment = { size: first + entries.length + 1, height, timeMilliseconds, valuesEnd };
  const mapRoot = map.update(puts, moment);
  // Whoever commits the block awaits it, and hears of what went wrong then.
  mapRoot.catch(() => undefined);
  const made = { ...moment, app, results, changes, entries, leaves, first, mapRoot };
  applied(made);
  return made;
}

/** Closes an applied block with its block entry, and puts its entries behind those of the log. */
export function sealBlock(log: LogStore, block: AppliedBlock, mapRoot: Hash): Staged {
  const { app, entries, leaves, first, height, timeMilliseconds: time } = block;
  const count = entries.length;
  const entry = encodeBlockEntry({ app, time, count, first, height, mapRoot });
  return log.stage([...entries, entry], leaves);
}
