export {
  type Policy,
  type PolicyRefusal,
  parsePolicy,
  readSeal,
  type ScannedSeal,
  type Seal,
  type SealTextRefusal,
  STATUS_BYTES,
} from "../../core/index.ts";
export type { TrustOptions } from "../trust.ts";
export type { BatchPath } from "./batch.ts";
export { checkSeal, judgeSeal, type SealOptions, type SealSignatureCheck } from "./judge.ts";
export {
  openSealEvidence,
  type RefusedProof,
  SEAL_EVIDENCE_FORMAT,
  type SealEvidence,
  SealKnowledge,
  type Shown,
} from "./knowledge.ts";
export {
  isLasting,
  type SealEnded,
  type SealFact,
  type SealReason,
  type SealSigner,
  type SealUnsure,
  type SealVerdict,
  type SealWrong,
} from "./verdict.ts";
