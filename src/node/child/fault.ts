import type { FaultFacts } from "../../ledger/index.ts";

export type ChildFaultCode =
  /** The parent's checkpoint is not to be believed. */
  | "PARENT_CHECKPOINT"
  /** What the parent serves is not the log that its checkpoint is of. */
  | "PARENT_LOG"
  /** The parent's log is not one that the rules could have made. */
  | "PARENT_REPLAY"
  /** The parent refused the delegation or an anchor. */
  | "PARENT_REFUSED"
  /** The parent says that the code lives somewhere else, or here no longer. */
  | "PARENT_DELEGATION"
  /** The parent vouches for a log of this name under another key. */
  | "PARENT_LOG_KEY"
  /** The parent has seen more of this ledger than it holds. */
  | "PARENT_AHEAD"
  /** The parent has another root of a size that this ledger had: there are two of this ledger. */
  | "PARENT_BRANCH";

/** Why a child ledger cannot begin, or be anchored, for the present. */
export class ChildFault extends Error {
  override readonly name = "ChildFault";
  readonly code: ChildFaultCode;
  readonly facts: FaultFacts;
  constructor(code: ChildFaultCode, facts: FaultFacts) {
    super(`${code} ${JSON.stringify(facts)}`);
    this.code = code;
    this.facts = facts;
  }
}
