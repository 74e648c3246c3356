export { isEd25519KeyWellFormed, isEd25519WellFormed } from "#crypto";
export { type DerRefusal, fromDerSignature } from "./der-signature.ts";
export {
  type CoseKeyRefusal,
  coseKey,
  keyIdentifier,
  type PublicKey,
  parseCoseKey,
  thumbprint,
} from "./key.ts";
export {
  type CoseRefusal,
  decodeSign1,
  encodeSign1,
  type Sign1,
  signatureId,
  sigStructure,
  type Webauthn,
} from "./sign1.ts";
export {
  ALG_ED25519,
  ALG_EDDSA,
  ALG_ES256,
  areSignaturesRight,
  type CoseSignatureRefusal,
  isSignatureRight,
  type PreparedSignature,
  prepareSignature,
  prepareSignatureBy,
  publicKeyFor,
  type SigningKey,
  verifySignature,
} from "./signature.ts";
export {
  type Passkey,
  type WebauthnRefusal,
  webauthnChallenge,
  webauthnMessage,
} from "./webauthn.ts";
