import { present } from "../../core/index.ts";
import type { LedgerReader } from "../../ledger/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import type { Moment } from "./moment.ts";

/** `at` and `known` as answers repeat them. */
export type MomentJson = {
  readonly at: string;
  readonly known: { readonly size: number; readonly time: string };
};

/** The moment that an answer is about, as it says so itself. */
export function momentJson(ledger: LedgerReader, { at, knownSize }: Moment): MomentJson {
  const last = present(ledger.blockOf(Math.max(knownSize - 1, 0)), "a block");
  return { at, known: { size: knownSize, time: timeOfMilliseconds(last.timeMilliseconds) } };
}
