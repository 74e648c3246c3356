import type { StepId } from "./steps.ts";

/** Where the words of a step stand among the messages. */
export const WORDS = {
  "look-up": "lookUp",
  "in-time": "inTime",
  "never-issued": "neverIssued",
  apply: "apply",
  "old-number": "oldNumber",
  void: "void",
  attack: "attack",
  kill: "kill",
  "own-ledger": "ownLedger",
  plates: "plates",
  report: "report",
  share: "share",
} as const satisfies { readonly [S in StepId]: string };
