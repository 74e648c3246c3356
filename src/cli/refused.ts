import type { Outcome } from "../sdk/index.ts";

/** The ledger refused an operation. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly outcome: Extract<Outcome, { status: "refused" }>;
  constructor(outcome: Extract<Outcome, { status: "refused" }>) {
    super(outcome.code);
    this.outcome = outcome;
  }
}
