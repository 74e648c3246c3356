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
  type ChainLink,
  type ChainRefusal,
  type ChainVerdict,
  verifyProofChain,
} from "./delegation.ts";
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
