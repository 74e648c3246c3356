export { checkEd25519, type Policy, type PolicyRefusal, parsePolicy } from "../core/index.ts";
export type { BlockRefusal } from "./block.ts";
export {
  type ClaimedValue,
  formatProofBundle,
  MAX_PROOF_LENGTH,
  PROOF_FORMAT,
  type ProofBundle,
  parseProofBundle,
} from "./bundle.ts";
export { type ChildrenClaim, verifyChildrenPage } from "./children.ts";
export {
  CONSISTENCY_FORMAT,
  type ConsistencyBundle,
  type ConsistencyProofRefusal,
  type ConsistencyVerdict,
  formatConsistencyBundle,
  parseConsistencyBundle,
  verifyConsistencyProof,
} from "./consistency.ts";
export {
  type ChainLink,
  type ChainRefusal,
  type ChainVerdict,
  verifyProofChain,
} from "./delegation.ts";
export {
  type FraudOptions,
  type FraudRefusal,
  type FraudVerdict,
  verifyFraudProof,
} from "./fraud.ts";
export {
  FRAUD_FORMAT,
  type FraudBundle,
  formatFraudBundle,
  parseFraudBundle,
} from "./fraud-bundle.ts";
export {
  type HistoryChain,
  type HistoryChange,
  type HistoryGap,
  type HistoryRefusal,
  type HistorySummary,
  type HistoryVerdict,
  verifyHistory,
  verifyHistoryPages,
} from "./history.ts";
export {
  type ControlBefore,
  formatHistoryBundle,
  HISTORY_FORMAT,
  type HistoryBundle,
  type HistoryEntry,
  parseHistoryBundle,
} from "./history-bundle.ts";
export type { BundleRefusal } from "./reading.ts";
export { type ReceiptRefusal, type ReceiptVerdict, verifyReceipt } from "./receipt.ts";
export {
  type RecordProofRefusal,
  type RecordVerdict,
  verifyRecordProof,
} from "./record-proof.ts";
export type { RecordRefusal } from "./records.ts";
export type { VerifyRefusal, VerifyRefusalCode } from "./refusal.ts";
export type { Age, AgeRefusal, TrustedCheckpoint, TrustOptions } from "./trust.ts";
export type { ValueRefusal } from "./values.ts";
