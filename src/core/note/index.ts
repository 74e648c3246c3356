export {
  type Checkpoint,
  type CheckpointRefusal,
  formatCheckpointText,
  parseCheckpoint,
  parseCheckpointText,
  parseHashLine,
  type SignedCheckpoint,
} from "./checkpoint.ts";
export { parseDecimal } from "./decimal.ts";
export {
  type Cosignature,
  evaluatePolicy,
  evaluatePolicyAsync,
  MAX_AHEAD_SECONDS,
  policyKeys,
  satisfiesQuorum,
  type Trust,
  type TrustRefusal,
} from "./evaluate.ts";
export {
  formatNote,
  formatSignatureLine,
  MAX_NOTE_SIGNATURES,
  type NoteRefusal,
  type NoteSignature,
  parseNote,
  type SignedNote,
} from "./note.ts";
export { type OwnWitnessRefusal, refuseOwnWitness } from "./own-witness.ts";
export {
  formatPolicy,
  type Policy,
  type PolicyGroup,
  type PolicyLog,
  type PolicyRefusal,
  type PolicyWitness,
  parsePolicy,
} from "./policy.ts";
export {
  composeTlogProof,
  formatTlogProof,
  parseTlogProof,
  TLOG_PROOF_MAGIC,
  type TlogProof,
  type TlogProofRefusal,
} from "./proof.ts";
export { cosign, type NoteSigner, signCheckpoint } from "./sign.ts";
export {
  formatKeyId,
  formatVerifierKey,
  isKeyName,
  type NoteKeyKind,
  parseVerifierKey,
  type VerifierKey,
  type VerifierKeyRefusal,
  verifierKey,
} from "./verifier-key.ts";
export {
  type AsyncNoteSignatureCheck,
  type Attestation,
  type NoteSignatureCheck,
  type SignatureRefusal,
  verifyNote,
  verifyNoteAsync,
} from "./verify-note.ts";
