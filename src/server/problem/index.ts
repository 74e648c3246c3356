export { createProblems, type Problems } from "./answer.ts";
export { refusalOfFault, refusalOfLogFault } from "./fault.ts";
export {
  type AnyRefusal,
  type AnyRefusalCode,
  describeRefusal,
  PROBLEM_ROWS,
  type Problem,
  problemOf,
  refusedStatus,
} from "./problem.ts";
export type { ServerRefusal, ServerRefusalCode } from "./refusal.ts";
export type { Row } from "./rows.ts";
export { PROBLEM_ZH } from "./words-zh.ts";
