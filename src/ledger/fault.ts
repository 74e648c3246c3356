/**
 * How whoever meets a fault should react: `busy` passes by itself; `operator` stays until a person has looked and starts the
 * node again with a confirmation; `fatal` stays until what failed is mended.
 */
export type Reaction = "busy" | "operator" | "fatal";

/** Facts that go into an answer or a log line. */
export type FaultFacts = { readonly [name: string]: string | number };

export type LedgerFaultCode =
  | "LEDGER_BUSY"
  | "LEDGER_CLOSED"
  | "LEDGER_CLOCK"
  | "LEDGER_SIGNATURE_WORKER"
  | "LEDGER_DISK_FULL"
  | "LEDGER_INDEX"
  | "LEDGER_MAP"
  | "LEDGER_WRITE"
  | "LEDGER_DIVERGED"
  | "LEDGER_VALUES_DAMAGED"
  | "LEDGER_DIRECTORY"
  | "LEDGER_RESTORED"
  | "LEDGER_STALLED"
  | "LEDGER_PROMOTED"
  | "LEDGER_RULES"
  | "LEDGER_CHAIN"
  | "LEDGER_SOCKET"
  | "LEDGER_ENGINE";

/** Every way the world can fail a ledger, and how to react. docs/errors.md lists cause and remedy of each. */
const REACTIONS: Readonly<Record<LedgerFaultCode, Reaction>> = {
  LEDGER_BUSY: "busy",
  LEDGER_CLOSED: "busy",
  LEDGER_CLOCK: "operator",
  LEDGER_SIGNATURE_WORKER: "busy",
  LEDGER_DISK_FULL: "busy",
  LEDGER_INDEX: "busy",
  LEDGER_MAP: "fatal",
  LEDGER_WRITE: "fatal",
  LEDGER_DIVERGED: "fatal",
  LEDGER_VALUES_DAMAGED: "fatal",
  LEDGER_DIRECTORY: "fatal",
  LEDGER_RESTORED: "operator",
  LEDGER_STALLED: "busy",
  LEDGER_PROMOTED: "fatal",
  LEDGER_RULES: "fatal",
  LEDGER_CHAIN: "fatal",
  LEDGER_SOCKET: "fatal",
  LEDGER_ENGINE: "fatal",
};

/** The world failed: disk, clock, queue. Nothing was acknowledged that is not durable. */
export class LedgerFault extends Error {
  override readonly name = "LedgerFault";
  readonly code: LedgerFaultCode;
  readonly reaction: Reaction;
  readonly facts: FaultFacts;

  constructor(code: LedgerFaultCode, facts: FaultFacts = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(facts)}`, options);
    this.code = code;
    this.reaction = REACTIONS[code];
    this.facts = facts;
  }
}

export const LEDGER_FAULT_CODES: readonly LedgerFaultCode[] = Object.keys(
  REACTIONS,
) as LedgerFaultCode[];
