import { sha256 } from "#crypto";
import { concat } from "../bytes.ts";
import {
  type CborKeyedMap,
  type CborRefusal,
  type CborValue,
  decodeCbor,
  encodeCbor,
  isCborMap,
} from "../cbor/index.ts";
import { err, ok, type Result } from "../result.ts";

/** What a passkey signed besides the challenge. */
export type Webauthn = {
  readonly authenticatorData: Uint8Array;
  readonly clientDataJson: Uint8Array;
};

/** A COSE_Sign1 of the one form we take. Its signature is not checked. */
export type Sign1 = {
  /** The protected header, decoded; never empty. */
  readonly protected: CborKeyedMap;
  /** The protected header as it stands in the envelope, and under the signature. */
  readonly protectedBytes: Uint8Array;
  readonly payload: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  readonly webauthn?: Webauthn;
};

/** Why bytes are no COSE_Sign1 of ours. Bytes that are no deterministic CBOR at all get a `CBOR_` code. */
export type CoseRefusal =
  | { readonly code: "COSE_TAG"; readonly want: number }
  | { readonly code: "COSE_PARTS"; readonly want: number }
  | { readonly code: "COSE_PROTECTED" }
  | { readonly code: "COSE_UNPROTECTED" }
  | { readonly code: "COSE_PAYLOAD" }
  | { readonly code: "COSE_SIGNATURE"; readonly want: number };

const TAG_SIGN1 = 0xd2;
const PARTS = 4;
const SIGNATURE_BYTES = 64;

/**
 * Decodes a tagged COSE_Sign1 in its one deterministic form: protected header not empty and with integer labels,
 * unprotected header empty or `{"webauthn": [authenticatorData, clientDataJSON]}`, payload attached, 64 bytes of signature,
 * nothing after it.
 *
 * The bytes are not trusted; the parts are views of them.
 *
 * @returns the parts, or the first check that failed: `COSE_TAG`, `CBOR_…` with its offset in `bytes`, `COSE_PARTS`,
 *   `COSE_PROTECTED`, `CBOR_…` of the protected header, `COSE_UNPROTECTED`, `COSE_PAYLOAD`, `COSE_SIGNATURE`
 * @see RFC 9052 §4.2
 */
export function decodeSign1(bytes: Uint8Array): Result<Sign1, CoseRefusal | CborRefusal> {
  if (bytes[0] !== TAG_SIGN1) return err({ code: "COSE_TAG", want: TAG_SIGN1 });
  const parts = decodeCbor(bytes.subarray(1));
  if (!parts.ok) return moved(parts.error, 1);
  if (!isArray(parts.value) || parts.value.length !== PARTS) {
    return err({ code: "COSE_PARTS", want: PARTS });
  }
  const [protectedBytes, unprotectedMap, payload, signature] = parts.value;
  if (!(protectedBytes instanceof Uint8Array)) return err({ code: "COSE_PROTECTED" });
  const header = decodeProtected(protectedBytes, protectedBytes.byteOffset - bytes.byteOffset);
  if (!header.ok) return header;
  const webauthn = readUnprotected(unprotectedMap);
  if (webauthn === undefined) return err({ code: "COSE_UNPROTECTED" });
  if (!(payload instanceof Uint8Array)) return err({ code: "COSE_PAYLOAD" });
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) {
    return err({ code: "COSE_SIGNATURE", want: SIGNATURE_BYTES });
  }
  const signed = { protected: header.value, protectedBytes, payload, signature };
  return ok(webauthn.webauthn === undefined ? signed : { ...signed, ...webauthn });
}

function decodeProtected(
  bytes: Uint8Array,
  offset: number,
): Result<CborKeyedMap, CoseRefusal | CborRefusal> {
  const header = decodeCbor(bytes);
  if (!header.ok) return moved(header.error, offset);
  // The decoder makes a Map only where there is an integer label.
  return header.value instanceof Map ? ok(header.value) : err({ code: "COSE_PROTECTED" });
}

function moved(refusal: CborRefusal, by: number): Result<never, CborRefusal> {
  return err({ code: refusal.code, offset: refusal.offset + by });
}

function readUnprotected(value: CborValue | undefined): Pick<Sign1, "webauthn"> | undefined {
  if (!isCborMap(value)) return undefined;
  const names = Object.keys(value);
  if (names.length === 0) return {};
  const pair = value.webauthn;
  if (names.length !== 1 || !isArray(pair) || pair.length !== 2) return undefined;
  const [authenticatorData, clientDataJson] = pair;
  return authenticatorData instanceof Uint8Array && clientDataJson instanceof Uint8Array
    ? { webauthn: { authenticatorData, clientDataJson } }
    : undefined;
}

// Array.isArray does not narrow a readonly array.
function isArray(value: CborValue | undefined): value is readonly CborValue[] {
  return Array.isArray(value);
}

/** Encodes a COSE_Sign1 from its signed parts: what `decodeSign1` takes, byte for byte. */
export function encodeSign1(sign1: Omit<Sign1, "protected">): Uint8Array {
  const { protectedBytes, payload, signature, webauthn } = sign1;
  const unprotected: CborValue =
    webauthn === undefined
      ? {}
      : { webauthn: [webauthn.authenticatorData, webauthn.clientDataJson] };
  return concat(
    Uint8Array.of(TAG_SIGN1),
    encodeCbor([protectedBytes, unprotected, payload, signature]),
  );
}

const NO_EXTERNAL_AAD = new Uint8Array(0);

/**
 * The bytes that the signature covers.
 *
 * @see RFC 9052 §4.4
 */
export function sigStructure(protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCbor(["Signature1", protectedBytes, NO_EXTERNAL_AAD, payload]);
}

/** SHA-256 of the Sig_structure: the identity of what was signed, which altered unprotected headers do not change. */
export function signatureId(message: Uint8Array): Uint8Array {
  return sha256(message);
}
