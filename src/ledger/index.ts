export { turn } from "../log/index.ts";
export {
  type FaultFacts,
  LEDGER_FAULT_CODES,
  LedgerFault,
  type LedgerFaultCode,
  type Reaction,
} from "./fault.ts";
export type * from "./port.ts";
export type { ReplayRefusal } from "./replay.ts";
export { isOrderedByValidators } from "./writes-ended.ts";
