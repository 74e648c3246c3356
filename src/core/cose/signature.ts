import { verifyEd25519, verifyEd25519Each, verifyP256 } from "#crypto";
import type { CborKeyedMap } from "../cbor/index.ts";
import { err, ok, type Result } from "../result.ts";
import { type CoseKeyRefusal, type PublicKey, parseCoseKey } from "./key.ts";
import type { Sign1 } from "./sign1.ts";
import { type WebauthnRefusal, webauthnMessage } from "./webauthn.ts";

/** Algorithms of the protected header: EdDSA and ES256 as RFC 9053 has them, and RFC 9864's name for the former. */
export const ALG_EDDSA = -8;
export const ALG_ED25519 = -19;
export const ALG_ES256 = -7;

/** Whom a signature is checked against, as keys stand in operations and in state. With `rpId` and `origin`: a passkey. */
export type SigningKey = {
  readonly key: CborKeyedMap;
  readonly rpId?: string;
  readonly origin?: string;
};

/** What is left when all but the arithmetic was checked: for a backend, a worker, or WebCrypto. */
export type PreparedSignature = {
  readonly kind: PublicKey["kind"];
  /** 32 or 64 bytes, see {@link PublicKey}. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

export type CoseSignatureRefusal =
  | CoseKeyRefusal
  | WebauthnRefusal
  | { readonly code: "COSE_ALGORITHM"; readonly got: number; readonly kind: PublicKey["kind"] }
  | { readonly code: "COSE_WEBAUTHN"; readonly want: boolean }
  | { readonly code: "COSE_SIGNATURE_WRONG"; readonly kind: PublicKey["kind"] };

/**
 * Prepares the check that `signed` carries `signer`'s signature of `message` (a Sig_structure) by `alg`.
 *
 * @returns the check that is left, or the first that failed: the key (`COSE_KEY_…`), `COSE_ALGORITHM`, `COSE_WEBAUTHN`
 *   (a passkey must sign as one, other keys must not), the passkey's data (`COSE_WEBAUTHN_…`)
 */
export function prepareSignature(
  signer: SigningKey,
  alg: number,
  message: Uint8Array,
  signed: Pick<Sign1, "signature" | "webauthn">,
): Result<PreparedSignature, Exclude<CoseSignatureRefusal, { code: "COSE_SIGNATURE_WRONG" }>> {
  const key = publicKeyFor(signer.key, alg);
  return key.ok ? prepareSignatureBy(key.value, signer, message, signed) : key;
}

/** {@link prepareSignature} for whoever keeps what `publicKeyFor` said of the signer's key. */
export function prepareSignatureBy(
  { kind, bytes: publicKey }: PublicKey,
  { rpId, origin }: SigningKey,
  message: Uint8Array,
  signed: Pick<Sign1, "signature" | "webauthn">,
): Result<PreparedSignature, WebauthnRefusal | { code: "COSE_WEBAUTHN"; want: boolean }> {
  const { signature, webauthn } = signed;
  if (rpId === undefined || origin === undefined) {
    if (webauthn !== undefined) return err({ code: "COSE_WEBAUTHN", want: false });
    return ok({ kind, publicKey, message, signature });
  }
  if (webauthn === undefined) return err({ code: "COSE_WEBAUTHN", want: true });
  const covered = webauthnMessage({ rpId, origin }, message, webauthn);
  return covered.ok ? ok({ kind, publicKey, message: covered.value, signature }) : covered;
}

/** The key, where it signs by `alg`. @returns else the refusal of {@link parseCoseKey}, or `COSE_ALGORITHM` */
export function publicKeyFor(
  key: CborKeyedMap,
  alg: number,
): Result<PublicKey, Extract<CoseSignatureRefusal, CoseKeyRefusal | { code: "COSE_ALGORITHM" }>> {
  const parsed = parseCoseKey(key);
  if (!parsed.ok) return parsed;
  const { kind } = parsed.value;
  return kindOf(alg) === kind ? parsed : err({ code: "COSE_ALGORITHM", got: alg, kind });
}

function kindOf(alg: number): PublicKey["kind"] | undefined {
  if (alg === ALG_EDDSA || alg === ALG_ED25519) return "ed25519";
  return alg === ALG_ES256 ? "p256" : undefined;
}

/** Whether the signature is the key's, by the platform's own arithmetic. Every platform answers alike. */
export function isSignatureRight(check: PreparedSignature): boolean {
  const verify = check.kind === "ed25519" ? verifyEd25519 : verifyP256;
  return verify(check.publicKey, check.message, check.signature);
}

/** The verdicts of {@link isSignatureRight}, in order: many at once may take less than as many one by one. */
export function areSignaturesRight(checks: readonly PreparedSignature[]): boolean[] {
  const verdicts = verifyEd25519Each(checks.filter(({ kind }) => kind === "ed25519"));
  let next = 0;
  return checks.map((check) =>
    check.kind === "ed25519" ? verdicts[next++] === true : isSignatureRight(check),
  );
}

/**
 * Checks that `signed` carries `signer`'s signature of `message` (a Sig_structure) by `alg`.
 *
 * @returns nothing, or the refusal of {@link prepareSignature}, or `COSE_SIGNATURE_WRONG`
 */
export function verifySignature(
  signer: SigningKey,
  alg: number,
  message: Uint8Array,
  signed: Pick<Sign1, "signature" | "webauthn">,
): Result<void, CoseSignatureRefusal> {
  const check = prepareSignature(signer, alg, message, signed);
  if (!check.ok) return check;
  if (isSignatureRight(check.value)) return ok(undefined);
  return err({ code: "COSE_SIGNATURE_WRONG", kind: check.value.kind });
}
