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
  sigStructure,
} from "../cose/index.ts";
import { MAX_SERIALS } from "../op/limits.ts";
import { err, ok, type Result } from "../result.ts";
import { MAX_SEAL_BYTES } from "./limits.ts";
import { readQuickly } from "./quick.ts";

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
  const payload = writePayload(claims);
  const out = new Writer();
  out.bytes(SIGNATURE_CONTEXT);
  // { 1: alg, 4: kid }; −8 and −7 are one byte each.
  out.bytes([BYTES + PROTECTED_BYTES, MAP + 2, ALG, NEGATIVE - 1 - alg, KID, BYTES + KID_BYTES]);
  out.bytes(kid);
  const header = out.done().subarray(SIGNATURE_CONTEXT.length + 1);
  out.bytes([BYTES]);
  out.head(BYTES, payload.length);
  out.bytes(payload);
  return { protectedBytes: header, payload, message: out.done() };
}

function writePayload({ code, iatSeconds, expSeconds, serial, born }: SealClaims): Uint8Array {
  const out = new Writer();
  out.bytes([MAP + (expSeconds === undefined ? 3 : 4), SUB]);
  out.head(TEXT, code.length);
  out.ascii(code);
  if (expSeconds !== undefined) {
    out.bytes([EXP]);
    out.head(UNSIGNED, expSeconds);
  }
  out.bytes([IAT]);
  out.head(UNSIGNED, iatSeconds);
  out.bytes([CTI, BYTES + SERIAL_BYTES + BORN_BYTES]);
  out.bytes(bigEndian(serial));
  out.bytes(born);
  return out.done();
}

// Seals are made by the ten thousand, and all alike: written by hand, in the one form that the deterministic encoding of RFC
// 8949 §4.2.1 gives them (`decodeSeal` takes no other), in a fifth of the time.
const PROTECTED_BYTES = 13;
/** ["Signature1", …: an array of four. RFC 9052 §4.4. */
const SIGNATURE_CONTEXT = concat(Uint8Array.of(0x84), encodeCbor("Signature1"));
const [UNSIGNED, NEGATIVE, BYTES, TEXT, MAP] = [0x00, 0x20, 0x40, 0x60, 0xa0];
class Writer {
  at = 0;
  readonly #out: Uint8Array;

  constructor(size = SCRATCH_BYTES) {
    this.#out = new Uint8Array(size);
  }

  bytes(bytes: ArrayLike<number>): void {
    this.#out.set(bytes, this.at);
    this.at += bytes.length;
  }

  ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.#out[this.at++] = text.charCodeAt(i);
  }

  /** The head of a value: its kind, and a number below 2^32 in as few bytes as hold it. */
  head(kind: number, n: number): void {
    if (n < 24) this.bytes([kind + n]);
    else if (n < 0x100) this.bytes([kind + 24, n]);
    else if (n < 0x1_0000) this.bytes([kind + 25, n >> 8, n]);
    else this.bytes([kind + 26, n >>> 24, n >>> 16, n >>> 8, n]);
  }

  done(): Uint8Array {
    return this.#out.subarray(0, this.at);
  }
}

/** Above the longest message: 12 + 14 + 1 + 92. */
const SCRATCH_BYTES = 128;

/** The seal's bytes, once it is signed: 64 bytes, of ES256 r‖s with low s. */
export function encodeSeal(
  { protectedBytes, payload }: UnsignedSeal,
  signature: Uint8Array,
): Uint8Array {
  const out = new Writer(MAX_SEAL_BYTES);
  out.bytes([TAG_SIGN1, ARRAY + 4]);
  out.head(BYTES, protectedBytes.length);
  out.bytes(protectedBytes);
  out.bytes([MAP]);
  out.head(BYTES, payload.length);
  out.bytes(payload);
  out.head(BYTES, signature.length);
  out.bytes(signature);
  return out.done();
}

const TAG_SIGN1 = 0xd2;
const ARRAY = 0x80;

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
  const quick = readQuickly(bytes);
  return quick === undefined ? readAsCbor(bytes) : ok(quick);
}

/** The same by way of CBOR, step by step: it says what is wrong. */
export function readAsCbor(bytes: Uint8Array): Result<Seal, SealRefusal> {
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
  const { code, iatSeconds, expSeconds, serial, born } = claims.value;
  const { alg, kid } = header.value;
  const seal = { code, iatSeconds, serial, born, alg, kid, bytes, message, signature };
  return ok(expSeconds === undefined ? seal : { ...seal, expSeconds });
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
  const claimed = { code, iatSeconds, serial, born };
  return ok(hasEnd ? { ...claimed, expSeconds } : claimed);
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

function fromBigEndian(bytes: Uint8Array): number {
  let number = 0;
  for (let i = 0; i < SERIAL_BYTES; i++) number = 0x100 * number + (bytes[i] as number);
  return number;
}

/** `cti` of a seal: what names the plate among those of its code. */
export function sealName({ serial, born }: Pick<SealClaims, "serial" | "born">): Uint8Array {
  return concat(bigEndian(serial), born);
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
