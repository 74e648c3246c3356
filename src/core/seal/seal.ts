import { concat } from "../bytes.ts";
import {
  type CborKeyedMap,
  type CborRefusal,
  type CborValue,
  decodeCbor,
  encodeCbor,
} from "../cbor/index.ts";
import { type Code, parseCode } from "../code/index.ts";
import {
  ALG_EDDSA,
  ALG_ES256,
  type CoseRefusal,
  decodeSign1,
  encodeSign1,
  sigStructure,
} from "../cose/index.ts";
import { MAX_SERIALS } from "../op/limits.ts";
import { err, ok, type Result } from "../result.ts";
import { MAX_SEAL_BYTES } from "./limits.ts";

/** What a seal says: that a plate is for this code, in the generation that was `born` so. */
export type SealClaims = {
  readonly code: Code;
  /** Unix seconds, below 2^32. */
  readonly iatSeconds: number;
  /** Absent from a seal that does not expire. */
  readonly expSeconds?: number;
  /** Unique among the seals of one key, below 2^20. */
  readonly serial: number;
  /** The first 8 bytes of the record's `born`. */
  readonly born: Uint8Array;
};

/** Which key signs, and how. */
export type SealHeader = {
  /** −8: Ed25519; −7: ES256. */
  readonly alg: typeof ALG_EDDSA | typeof ALG_ES256;
  /** First 8 bytes of the key's thumbprint. */
  readonly kid: Uint8Array;
};

/** A seal as it was read: well-formed and canonical. Its signature is not checked. */
export type Seal = SealClaims &
  SealHeader & {
    /** The COSE_Sign1: the leaf of a batch. */
    readonly bytes: Uint8Array;
    /** What the signature covers. */
    readonly message: Uint8Array;
    /** 64 bytes. */
    readonly signature: Uint8Array;
  };

/** Why bytes are no seal. */
export type SealRefusal =
  | CborRefusal
  | CoseRefusal
  | { readonly code: "SEAL_SIZE"; readonly got: number; readonly max: number }
  | { readonly code: "SEAL_HEADER"; readonly header: string; readonly want: string }
  | { readonly code: "SEAL_CLAIM"; readonly claim: string; readonly want: string };

const ALG = 1;
const KID = 4;
const KID_BYTES = 8;
const SUB = 2;
const EXP = 4;
const IAT = 6;
const CTI = 7;
const SERIAL_BYTES = 4;
const BORN_BYTES = 8;
const MAX_SECONDS = 2 ** 32 - 1;

/** A seal that lacks only its signature. */
export type UnsignedSeal = {
  readonly protectedBytes: Uint8Array;
  readonly payload: Uint8Array;
  /** What is to be signed. */
  readonly message: Uint8Array;
};

/**
 * Writes what a seal's signature covers. The claims are the caller's own: what {@link decodeSeal} would refuse comes out as
 * it is.
 *
 * @see RFC 8392, docs/spec/seals.md
 */
export function composeSeal(claims: SealClaims, { alg, kid }: SealHeader): UnsignedSeal {
  const { code, iatSeconds, expSeconds, serial, born } = claims;
  const header = new Map<number, CborValue>([
    [ALG, alg],
    [KID, kid],
  ]);
  const payload = new Map<number, CborValue>([
    [SUB, code],
    [IAT, iatSeconds],
    [CTI, concat(bigEndian(serial), born)],
  ]);
  if (expSeconds !== undefined) payload.set(EXP, expSeconds);
  const [protectedBytes, payloadBytes] = [encodeCbor(header), encodeCbor(payload)];
  return {
    protectedBytes,
    payload: payloadBytes,
    message: sigStructure(protectedBytes, payloadBytes),
  };
}

/** The seal's bytes, once it is signed: 64 bytes, of ES256 r‖s with low s. */
export function encodeSeal(
  { protectedBytes, payload }: UnsignedSeal,
  signature: Uint8Array,
): Uint8Array {
  return encodeSign1({ protectedBytes, payload, signature });
}

/**
 * Reads a seal, and only its one deterministic spelling. The bytes are not trusted; the signature is not looked at.
 *
 * @returns the seal, or the first check that failed: `SEAL_SIZE`, of `decodeSign1`, `SEAL_HEADER` (`alg`, `kid`,
 *   `protected`, `unprotected`), `CBOR_…` of the payload, `SEAL_CLAIM` (`sub`, `iat`, `exp`, `cti`, `payload`)
 */
export function decodeSeal(bytes: Uint8Array): Result<Seal, SealRefusal> {
  if (bytes.length > MAX_SEAL_BYTES) {
    return err({ code: "SEAL_SIZE", got: bytes.length, max: MAX_SEAL_BYTES });
  }
  const sign1 = decodeSign1(bytes);
  if (!sign1.ok) return sign1;
  const { protectedBytes, payload, signature, webauthn } = sign1.value;
  const header = readHeader(sign1.value.protected);
  if (!header.ok) return header;
  if (webauthn !== undefined) return wrongHeader("unprotected", "nothing");
  const decoded = decodeCbor(payload);
  if (!decoded.ok) return decoded;
  const claims = readClaims(decoded.value);
  if (!claims.ok) return claims;
  const message = sigStructure(protectedBytes, payload);
  return ok({ ...claims.value, ...header.value, bytes, message, signature });
}

function readHeader(header: CborKeyedMap): Result<SealHeader, SealRefusal> {
  const alg = header.get(ALG);
  if (alg !== ALG_EDDSA && alg !== ALG_ES256) return wrongHeader("alg", "-8 or -7");
  const kid = header.get(KID);
  if (!(kid instanceof Uint8Array) || kid.length !== KID_BYTES) {
    return wrongHeader("kid", `${KID_BYTES} bytes`);
  }
  return header.size === 2 ? ok({ alg, kid }) : wrongHeader("protected", "alg, kid");
}

function readClaims(payload: CborValue): Result<SealClaims, SealRefusal> {
  if (!(payload instanceof Map)) return wrongClaim("payload", "a map of claims");
  const claims: CborKeyedMap = payload;
  const code = claims.get(SUB);
  if (!isCode(code)) return wrongClaim("sub", "a code in its canonical spelling");
  const iatSeconds = claims.get(IAT);
  if (!isSeconds(iatSeconds)) return wrongClaim("iat", "Unix seconds below 2^32");
  const expSeconds = claims.get(EXP);
  const hasEnd = expSeconds !== undefined;
  if (hasEnd && !isSeconds(expSeconds)) return wrongClaim("exp", "Unix seconds below 2^32");
  const cti = claims.get(CTI);
  if (!isCti(cti)) return wrongClaim("cti", "a serial below 2^20 and 8 bytes");
  if (claims.size !== (hasEnd ? 4 : 3)) return wrongClaim("payload", "sub, exp, iat, cti");
  const serial = fromBigEndian(cti);
  const born = cti.subarray(SERIAL_BYTES);
  return ok({ code, iatSeconds, ...(hasEnd && { expSeconds }), serial, born });
}

function isCode(value: CborValue | undefined): value is Code {
  return typeof value === "string" && parseCode(value).ok;
}

function isSeconds(value: CborValue | undefined): value is number {
  return typeof value === "number" && value >= 0 && value <= MAX_SECONDS;
}

function isCti(value: CborValue | undefined): value is Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== SERIAL_BYTES + BORN_BYTES) return false;
  return fromBigEndian(value) < MAX_SERIALS;
}

function bigEndian(serial: number): Uint8Array {
  return Uint8Array.of(serial >>> 24, serial >>> 16, serial >>> 8, serial);
}

function fromBigEndian([a = 0, b = 0, c = 0, d = 0]: Uint8Array): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** Of a record's `born`, what a seal carries. */
export function bornPrefix(born: Uint8Array): Uint8Array {
  return born.slice(0, BORN_BYTES);
}

function wrongHeader(header: string, want: string): Result<never, SealRefusal> {
  return err({ code: "SEAL_HEADER", header, want });
}

function wrongClaim(claim: string, want: string): Result<never, SealRefusal> {
  return err({ code: "SEAL_CLAIM", claim, want });
}
