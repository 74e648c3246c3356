import {
  type ParamRecord,
  paramKey,
  RULE_VERSION,
  rulesAt,
  type StateReader,
} from "../core/index.ts";
import { LedgerFault } from "./fault.ts";

/**
 * Why a node alone makes no block of this height on a state: the members have given the ledger to validators, or voted for
 * rules that this program does not have. Neither ends by itself.
 */
export function writesEnded(state: StateReader, height: number): LedgerFault | undefined {
  return isOrderedByValidators(state)
    ? new LedgerFault("LEDGER_PROMOTED", { height })
    : unknownRules(state, height);
}

/** Whether validators order the blocks that come next. */
export function isOrderedByValidators(state: StateReader): boolean {
  const order = state.get(paramKey("order")) as ParamRecord<"order"> | undefined;
  return order !== undefined;
}

/** Where the block of a height is to be made by rules of a later program. */
export function unknownRules(state: StateReader, height: number): LedgerFault | undefined {
  const want = rulesAt(state, height);
  if (want <= RULE_VERSION) return undefined;
  return new LedgerFault("LEDGER_RULES", { height, want, known: RULE_VERSION });
}
