import { concat } from "../bytes.ts";
import { encodeCbor } from "../cbor/index.ts";
import { type Code, parseCode } from "../code/index.ts";
import { ALG_EDDSA, ALG_ES256 } from "../cose/index.ts";
import { MAX_SERIALS } from "../op/limits.ts";
import type { Seal } from "./seal.ts";

// Whoever checks plates by the ten thousand does it here; a phone has one, and reads it as CBOR: its file leaves this out
// (scripts/bundle-verify.mjs). Seals have one layout, that of RFC 8949 §4.2.1, byte by byte:
//
//   d2 84 4d a2 01 <alg> 04 48 <kid 8> a0 <bytes: payload> 58 40 <signature 64>
//   payload: <a3 or a4> 02 <text: code> [04 <exp>] 06 <iat> 07 4c <serial 4> <born 8>

/** Where the protected header begins, with its head; the kid in it; and the payload, with its head. */
const PROTECTED_HEAD = 2;
const KID_START = 8;
const PAYLOAD_HEAD = 17;
const SIGNATURE_BYTES = 64;
const BORN_BYTES = 8;
const [ONE_BYTE, TWO_BYTES, FOUR_BYTES] = [0x18, 0x19, 0x1a];

/** What every Sig_structure begins with, and the external data between header and payload: none. RFC 9052 §4.4. */
const CONTEXT = concat(Uint8Array.of(0x84), encodeCbor("Signature1"));
const NO_EXTERNAL_AAD = 0x40;

/**
 * Reads a seal, byte by byte in its one layout, in a fraction of the time that reading CBOR takes. What is laid out in any other way
 * is none: the reader of CBOR then tells why.
 */
export function readQuickly(bytes: Uint8Array): Seal | undefined {
  const alg = algorithmOf(bytes);
  if (alg === undefined || !hasFrame(bytes)) return undefined;
  const at = new Cursor(bytes, PAYLOAD_HEAD);
  const length = at.head(0x40);
  const start = at.at;
  const end = start + length;
  if (bytes.length !== end + 2 + SIGNATURE_BYTES) return undefined;
  if (bytes[end] !== 0x58 || bytes[end + 1] !== SIGNATURE_BYTES) return undefined;
  const hasEnd = bytes[start] === 0xa4;
  if (!hasEnd && bytes[start] !== 0xa3) return undefined;
  at.at += 1;
  const code = at.takes(0x02) ? at.code() : undefined;
  const expSeconds = hasEnd ? (at.takes(0x04) ? at.head(0x00) : Number.NaN) : 0;
  const iatSeconds = at.takes(0x06) ? at.head(0x00) : Number.NaN;
  const serial = at.takes(0x07) && at.takes(0x4c) ? at.bigEndian(4) : MAX_SERIALS;
  const isWhole = at.at + BORN_BYTES === end && serial < MAX_SERIALS;
  if (code === undefined || !isWhole || !(expSeconds >= 0) || !(iatSeconds >= 0)) return undefined;
  const born = bytes.subarray(at.at, end);
  const kid = bytes.subarray(KID_START, PAYLOAD_HEAD - 1);
  const [message, signature] = [signedPart(bytes, end), bytes.subarray(end + 2)];
  return hasEnd
    ? { code, iatSeconds, expSeconds, serial, born, alg, kid, bytes, message, signature }
    : { code, iatSeconds, serial, born, alg, kid, bytes, message, signature };
}

/** The Sig_structure: header and payload with their heads, as they stand in the seal. A view of each would cost more than a copy. */
function signedPart(bytes: Uint8Array, end: number): Uint8Array {
  const header = CONTEXT.length + PAYLOAD_HEAD - PROTECTED_HEAD;
  const message = new Uint8Array(header + end - PAYLOAD_HEAD);
  message.set(CONTEXT);
  let to = CONTEXT.length;
  for (let at = PROTECTED_HEAD; at < PAYLOAD_HEAD - 1; at++) message[to++] = bytes[at] as number;
  message[to++] = NO_EXTERNAL_AAD;
  for (let at = PAYLOAD_HEAD; at < end; at++) message[to++] = bytes[at] as number;
  return message;
}

function algorithmOf(bytes: Uint8Array): Seal["alg"] | undefined {
  switch (bytes[5]) {
    case 0x27:
      return ALG_EDDSA;
    case 0x26:
      return ALG_ES256;
    default:
      return undefined;
  }
}

/** The bytes that are the same in all: around algorithm and kid. */
function hasFrame(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0xd2 &&
    bytes[1] === 0x84 &&
    bytes[2] === 0x4d &&
    bytes[3] === 0xa2 &&
    bytes[4] === 0x01 &&
    bytes[6] === 0x04 &&
    bytes[7] === 0x48 &&
    bytes[16] === 0xa0
  );
}

/** What stands beyond the end reads as no number, which is none that fits. */
class Cursor {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  takes(byte: number): boolean {
    if (this.#bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  bigEndian(length: number): number {
    let number = 0;
    for (let i = 0; i < length; i++) number = 0x100 * number + (this.#bytes[this.at++] as number);
    return number;
  }

  /** The number in the head of a value of a kind, in as few bytes as hold it and below 2^32; else `NaN`. */
  head(kind: number): number {
    const first = (this.#bytes[this.at++] as number) - kind;
    if (first >= 0 && first < ONE_BYTE) return first;
    if (first === ONE_BYTE) return this.#atLeast(ONE_BYTE, 1);
    if (first === TWO_BYTES) return this.#atLeast(0x100, 2);
    return first === FOUR_BYTES ? this.#atLeast(0x1_0000, 4) : Number.NaN;
  }

  #atLeast(least: number, length: number): number {
    const number = this.bigEndian(length);
    return number >= least ? number : Number.NaN;
  }

  code(): Code | undefined {
    const length = this.head(0x60);
    const end = this.at + length;
    // No further than there are bytes, whatever the head says.
    if (!(end <= this.#bytes.length)) return undefined;
    // One by one they would be many strings.
    const units = this.#bytes.subarray(this.at, end) as unknown as number[];
    this.at = end;
    const code = parseCode(String.fromCharCode.apply(null, units));
    return code.ok ? code.value : undefined;
  }
}
