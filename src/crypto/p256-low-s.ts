import type { Crypto } from "./contract.ts";

export const P256_KEY_BYTES = 64;
export const P256_SIGNATURE_BYTES = 64;
const SCALAR_BYTES = 32;

// The order of the base point and its half, rounded down. FIPS 186-5 says "the order n"; SP 800-186 §3.2.1.3 has the number.
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = toBytes(ORDER >> 1n);

/** Whether s, the second half of the signature, is at most n/2. */
export function isLowS(signature: Uint8Array): boolean {
  for (let i = 0; i < SCALAR_BYTES; i++) {
    const byte = signature[SCALAR_BYTES + i] as number;
    const limit = HALF_ORDER[i] as number;
    if (byte !== limit) return byte < limit;
  }
  return true;
}

export const lowS: Crypto["lowS"] = (signature) => {
  if (isLowS(signature)) return signature;
  const low = signature.slice();
  low.set(toBytes(ORDER - toNumber(signature.subarray(SCALAR_BYTES))), SCALAR_BYTES);
  return low;
};

function toBytes(n: bigint): Uint8Array {
  return Uint8Array.from({ length: SCALAR_BYTES }, (_, i) =>
    Number((n >> BigInt(8 * (SCALAR_BYTES - 1 - i))) & 0xffn),
  );
}

function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduce((n, byte) => n * 256n + BigInt(byte), 0n);
}
