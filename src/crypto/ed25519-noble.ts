import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Crypto } from "./contract.ts";
import { isEd25519WellFormed } from "./ed25519-well-formed.ts";
import { joinForHashing } from "./join.ts";

const { Point } = ed25519;

// noble's own check multiplies by the cofactor and so accepts more than libsodium; its arithmetic serves, with our equation.
export const verifyEd25519: Crypto["verifyEd25519"] = (publicKey, message, signature) => {
  if (!isEd25519WellFormed(publicKey, signature)) return false;
  const a = pointOf(publicKey);
  if (a === undefined) return false;
  const r = signature.subarray(0, 32);
  const h = Point.Fn.create(littleEndian(sha512(joinForHashing([r, publicKey, message]))));
  const s = littleEndian(signature.subarray(32));
  const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(h)).toBytes();
  return expected.every((byte, i) => byte === r[i]);
};

function pointOf(publicKey: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(publicKey);
  } catch {
    return undefined;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((n, byte) => n * 256n + BigInt(byte), 0n);
}
