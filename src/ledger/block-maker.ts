import {
  applyBlock,
  type Change,
  encodeBlockEntry,
  type Hash,
  type Item,
  type OperationCheck,
  type Refusal,
  type Result,
  RULE_VERSION,
} from "../core/index.ts";
import type { LedgerState } from "./state.ts";
import type { LogStore, Staged } from "./stores.ts";

/** How far a ledger has come, committed or not. */
export type Position = {
  readonly size: number;
  readonly height: number;
  readonly timeMilliseconds: number;
};

/** A block that has been applied; nothing of it is durable or visible before it is committed. */
export type AppliedBlock = Position & {
  readonly results: readonly Result<number, Refusal>[];
  readonly changes: readonly Change[];
  readonly mapRoot: Hash;
  /** Where its values end in the store. */
  readonly valuesEnd: number;
  readonly staged: Staged;
};

/**
 * Applies items as one block on top of `last`: the same for every engine. The caller commits it afterwards, in order.
 *
 * @returns the refusals alone when every item was refused: such a block leaves no trace
 */
export function makeBlock(
  state: LedgerState,
  log: LogStore,
  last: Position,
  block: {
    readonly origin: string;
    readonly timeMilliseconds: number;
    readonly items: readonly Item[];
    readonly check: OperationCheck;
  },
):
  | AppliedBlock
  | { readonly results: readonly Result<number, Refusal>[]; readonly staged?: never } {
  const { size: first, height } = last;
  const { results, entries, changes } = applyBlock(state, { ...block, first });
  if (entries.length === 0) return { results };
  const size = first + entries.length + 1;
  const position = { size, height: height + 1, timeMilliseconds: block.timeMilliseconds };
  state.apply(changes, position);
  const mapRoot = state.root();
  const entry = encodeBlockEntry({
    app: RULE_VERSION,
    time: block.timeMilliseconds,
    count: entries.length,
    first,
    height: height + 1,
    mapRoot,
  });
  const staged = log.stage([...entries, entry]);
  return {
    results,
    changes,
    mapRoot,
    valuesEnd: state.valuesEnd,
    staged,
    ...position,
  };
}
