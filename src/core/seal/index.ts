export { type DigitsRefusal, decodeDigits, encodeDigits } from "./digits.ts";
export {
  earlierGenerationKeys,
  MAX_EARLIER_GENERATIONS,
  MAX_SEAL_EVIDENCE_KEYS,
  sealEvidenceKeys,
} from "./evidence-keys.ts";
export * from "./limits.ts";
export {
  bornPrefix,
  composeSeal,
  decodeSeal,
  encodeSeal,
  type Seal,
  type SealClaims,
  type SealHeader,
  type SealRefusal,
  sealName,
  type UnsignedSeal,
} from "./seal.ts";
export {
  formatSealUrl,
  readSeal,
  type ScannedSeal,
  type SealSegments,
  type SealTextRefusal,
  sealSegments,
} from "./text.ts";
