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

/** Before the payload, with its head: up to `a0`. */
const PROTECTED_START = 3;
const PAYLOAD_HEAD = 17;
const SIGNATURE_BYTES = 64;
const BORN_BYTES = 8;
const [ONE_BYTE, TWO_BYTES, FOUR_BYTES] = [0x18, 0x19, 0x1a];

/** What every Sig_structure begins with, and the external data between header and payload: none. RFC 9052 §4.4. */
const CONTEXT = concat(Uint8Array.of(0x84), encodeCbor("Signature1"));
const NO_EXTERNAL_AAD = Uint8Array.of(0x40);

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
  const protectedBytes = bytes.subarray(PROTECTED_START, PAYLOAD_HEAD - 1);
  const seal = {
    ...{ code, iatSeconds, serial, born: bytes.subarray(at.at, end), alg },
    ...{ kid: protectedBytes.subarray(5), bytes },
    // With their heads, as they stand here.
    message: concat(
      CONTEXT,
      bytes.subarray(PROTECTED_START - 1, PAYLOAD_HEAD - 1),
      NO_EXTERNAL_AAD,
      bytes.subarray(PAYLOAD_HEAD, end),
    ),
    signature: bytes.subarray(end + 2),
  };
  return hasEnd ? { ...seal, expSeconds } : seal;
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
const FRAME: readonly (readonly [at: number, byte: number])[] = [
  [0, 0xd2],
  [1, 0x84],
  [2, 0x4d],
  [3, 0xa2],
  [4, 0x01],
  [6, 0x04],
  [7, 0x48],
  [16, 0xa0],
];

function hasFrame(bytes: Uint8Array): boolean {
  for (const [at, byte] of FRAME) if (bytes[at] !== byte) return false;
  return true;
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
    const [length, least] =
      first === ONE_BYTE
        ? [1, ONE_BYTE]
        : first === TWO_BYTES
          ? [2, 0x100]
          : first === FOUR_BYTES
            ? [4, 0x1_0000]
            : [0, 1];
    const number = this.bigEndian(length);
    return number >= least ? number : Number.NaN;
  }

  code(): Code | undefined {
    const length = this.head(0x60);
    const end = this.at + length;
    // No further than there are bytes, whatever the head says.
    if (!(end <= this.#bytes.length)) return undefined;
    let text = "";
    while (this.at < end) text += String.fromCharCode(this.#bytes[this.at++] as number);
    const code = parseCode(text);
    return code.ok ? code.value : undefined;
  }
}
