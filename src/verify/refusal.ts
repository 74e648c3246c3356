import type { RangeRefusal } from "../core/index.ts";
import type { ConsistencyProofRefusal } from "./consistency.ts";
import type { FactsRefusal } from "./data/verify-facts.ts";
import type { ChainRefusal } from "./delegation.ts";
import type { FraudRefusal } from "./fraud.ts";
import type { HistoryRefusal } from "./history.ts";
import type { ReceiptRefusal } from "./receipt.ts";
import type { RecordProofRefusal } from "./record-proof.ts";

/** Every way a verifier can refuse; for the tables that translate codes. */
export type VerifyRefusal =
  | RecordProofRefusal
  | ChainRefusal
  | ReceiptRefusal
  | RangeRefusal
  | ConsistencyProofRefusal
  | HistoryRefusal
  | FraudRefusal
  | FactsRefusal;

/** The stable name of a refusal, as listed in docs/errors.md. */
export type VerifyRefusalCode = VerifyRefusal["code"];
