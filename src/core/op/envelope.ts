import { type CborKeyedMap, type CborRefusal, type CborValue, decodeCbor } from "../cbor/index.ts";
import { parseCode } from "../code/index.ts";
import {
  type CoseRefusal,
  decodeSign1,
  type Sign1,
  signatureId,
  sigStructure,
} from "../cose/index.ts";
import { err, ok, type Result } from "../result.ts";
import { MAX_OPERATION_BYTES } from "./limits.ts";
import { type Issuer, MEMBER, MEMBER_ID } from "./operation.ts";

/** Keeps operations, data entries, seals and tokens apart, whatever key signs them. */
export const OPERATION_TYPE = "application/vnd.cityid.op+cbor";

/** What the headers of an operation say. */
export type Envelope = {
  /** −8 and −19: Ed25519; −7: ES256. */
  readonly alg: number;
  /** First 8 bytes of the key's thumbprint: selects a key, proves nothing. */
  readonly kid: Uint8Array;
  readonly iss: Issuer;
  /** Origin of the ledger that it is for. */
  readonly aud: string;
  /** When the signer says it signed, Unix seconds. */
  readonly iatSeconds: number;
  /** What the signature covers. */
  readonly sigStructure: Uint8Array;
  /** SHA-256 of it: the id under which decisions, manifests and registrations stand. */
  readonly id: Uint8Array;
  readonly sign1: Omit<Sign1, "protected">;
  /** The payload, decoded and canonical; its shape is not judged yet. */
  readonly payload: CborValue;
};

export type EnvelopeRefusal =
  | CborRefusal
  | CoseRefusal
  | { readonly code: "OP_SIZE"; readonly bytes: number; readonly max: number }
  | { readonly code: "OP_HEADER"; readonly header: string; readonly want: string };

/**
 * Opens an operation's envelope. The bytes are not trusted; the signature is not looked at.
 *
 * @param type the content type that it must have: token requests come in the same envelope under another one
 * @returns the headers and the decoded payload, or the first check that failed: size, tag and canonical form, headers
 * @see RFC 9052 §4.2, RFC 9597
 */
export function openEnvelope(
  bytes: Uint8Array,
  type: string = OPERATION_TYPE,
): Result<Envelope, EnvelopeRefusal> {
  if (bytes.length > MAX_OPERATION_BYTES) {
    return err({ code: "OP_SIZE", bytes: bytes.length, max: MAX_OPERATION_BYTES });
  }
  const sign1 = decodeSign1(bytes);
  if (!sign1.ok) return sign1;
  const payload = decodeCbor(sign1.value.payload);
  if (!payload.ok) return payload;
  const headers = readHeaders(sign1.value.protected, type);
  if (!headers.ok) return headers;
  return ok(new Opened(headers.value, sign1.value, payload.value));
}

/** What few ask for is made when they do: most operations need no id, and their signature is checked elsewhere. */
class Opened implements Envelope {
  readonly alg: number;
  readonly kid: Uint8Array;
  readonly iss: Issuer;
  readonly aud: string;
  readonly iatSeconds: number;
  readonly sign1: Envelope["sign1"];
  readonly payload: CborValue;
  #id: Uint8Array | undefined;

  constructor({ alg, kid, iss, aud, iatSeconds }: Headers, sign1: Sign1, payload: CborValue) {
    this.alg = alg;
    this.kid = kid;
    this.iss = iss;
    this.aud = aud;
    this.iatSeconds = iatSeconds;
    const { protectedBytes, payload: bytes, signature, webauthn } = sign1;
    const parts = { protectedBytes, payload: bytes, signature };
    this.sign1 = webauthn === undefined ? parts : { ...parts, webauthn };
    this.payload = payload;
  }

  get sigStructure(): Uint8Array {
    return sigStructure(this.sign1.protectedBytes, this.sign1.payload);
  }

  get id(): Uint8Array {
    this.#id ??= signatureId(this.sigStructure);
    return this.#id;
  }
}

type Headers = Pick<Envelope, "alg" | "kid" | "iss" | "aud" | "iatSeconds">;

const ALG = 1;
const CONTENT_TYPE = 3;
const KID = 4;
const CWT_CLAIMS = 15;
const ISS = 1;
const AUD = 3;
const IAT = 6;

const MAX_AUDIENCE_CHARACTERS = 256;

function readHeaders(header: CborKeyedMap, type: string): Result<Headers, EnvelopeRefusal> {
  const alg = header.get(ALG);
  if (alg !== -8 && alg !== -19 && alg !== -7) return wrong("alg", "-8, -19 or -7");
  if (header.get(CONTENT_TYPE) !== type) return wrong("content type", type);
  const kid = header.get(KID);
  if (!(kid instanceof Uint8Array) || kid.length !== 8) return wrong("kid", "8 bytes");
  const claims = header.get(CWT_CLAIMS);
  if (!(claims instanceof Map) || claims.size !== 3) return wrong("cwt claims", "iss, aud, iat");
  const iss = claims.get(ISS);
  if (!isIssuer(iss)) return wrong("iss", "a code, or member/<ID>");
  const aud = claims.get(AUD);
  if (!isAudience(aud)) return wrong("aud", `text of 1 to ${MAX_AUDIENCE_CHARACTERS} characters`);
  const iatSeconds = claims.get(IAT);
  if (typeof iatSeconds !== "number" || iatSeconds < 0) return wrong("iat", "Unix seconds");
  if (header.size !== 4) return wrong("protected", "alg, content type, kid, cwt claims");
  return ok({ alg, kid, iss, aud, iatSeconds });
}

function isIssuer(value: CborValue | undefined): value is Issuer {
  if (typeof value !== "string") return false;
  return value.startsWith(MEMBER)
    ? MEMBER_ID.test(value.slice(MEMBER.length))
    : parseCode(value).ok;
}

function isAudience(value: CborValue | undefined): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_AUDIENCE_CHARACTERS;
}

function wrong(header: string, want: string): Result<never, EnvelopeRefusal> {
  return err({ code: "OP_HEADER", header, want });
}
