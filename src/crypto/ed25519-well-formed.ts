import type { Crypto } from "./contract.ts";

export const ED25519_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;

export const isEd25519WellFormed: Crypto["isEd25519WellFormed"] = (publicKey, signature) =>
  isEd25519KeyWellFormed(publicKey) &&
  signature.length === ED25519_SIGNATURE_BYTES &&
  isReduced(signature) &&
  isLargeOrderPoint(signature);

export const isEd25519KeyWellFormed: Crypto["isEd25519KeyWellFormed"] = (publicKey) =>
  publicKey.length === ED25519_KEY_BYTES && isLargeOrderPoint(publicKey);

// The order of the base point, 2^252 + 27742317777372353535851937790883648493, most significant byte first.
const ORDER = [
  0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c, 0xd6,
  0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
];

/** Whether S, the little-endian second half of the signature, is below the order. */
function isReduced(signature: Uint8Array): boolean {
  for (const [i, limit] of ORDER.entries()) {
    const byte = signature[ED25519_SIGNATURE_BYTES - 1 - i] as number;
    if (byte !== limit) return byte < limit;
  }
  return false;
}

/** Whether the first 32 bytes spell a canonical y that is not one of a point of small order. */
function isLargeOrderPoint(bytes: Uint8Array): boolean {
  return isCanonical(bytes) && !SMALL_ORDER.some((y) => hasY(bytes, y));
}

/** Whether y is below p = 2^255 − 19; the top bit is the sign of x. */
function isCanonical(bytes: Uint8Array): boolean {
  if (topOf(bytes) !== 0x7f || (bytes[0] as number) < 0xed) return true;
  for (let i = 1; i < 31; i++) if (bytes[i] !== 0xff) return true;
  return false;
}

function hasY(bytes: Uint8Array, y: readonly number[]): boolean {
  for (let i = 0; i < 31; i++) if (bytes[i] !== y[i]) return false;
  return topOf(bytes) === y[31];
}

function topOf(bytes: Uint8Array): number {
  return (bytes[31] as number) & 0x7f;
}

// The y of the eight points whose order divides 8: order 1 and 2 (y = 1, −1), order 4 (y = 0, two points), order 8 (two y,
// two points each). Little-endian. They follow from the curve equation; a test computes them again.
const SMALL_ORDER: readonly (readonly number[])[] = [
  [1, ...zeros(31)],
  [0xec, ...Array<number>(30).fill(0xff), 0x7f],
  zeros(32),
  fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
  fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
];

function zeros(length: number): number[] {
  return Array<number>(length).fill(0);
}

function fromHex(text: string): number[] {
  return Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}
