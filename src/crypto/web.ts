import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha256 as nobleSha256, sha512 } from "@noble/hashes/sha2.js";
import { randomBytes as nobleRandomBytes } from "@noble/hashes/utils.js";
import type { Crypto } from "./contract.ts";
import { isEd25519WellFormed } from "./ed25519-well-formed.ts";
import { joinForHashing } from "./join.ts";
import { P256_KEY_BYTES, P256_SIGNATURE_BYTES } from "./p256-low-s.ts";

export { isEd25519KeyWellFormed, isEd25519WellFormed } from "./ed25519-well-formed.ts";
export { lowS } from "./p256-low-s.ts";

const HASH_BYTES = 32;

export const sha256: Crypto["sha256"] = (...parts) => nobleSha256(joinForHashing(parts));

export const sha256Into: Crypto["sha256Into"] = (
  out,
  outOffset,
  input,
  start = 0,
  end = input.length,
) => out.set(nobleSha256(input.subarray(start, end)), outOffset);

export const sha256Rows: Crypto["sha256Rows"] = (out, input, { start, stride, length, count }) => {
  for (let i = 0; i < count; i++) {
    const from = start + i * stride;
    sha256Into(out, HASH_BYTES * i, input, from, from + length);
  }
};

export const sha256Each: Crypto["sha256Each"] = (inputs) => {
  const out = new Uint8Array(HASH_BYTES * inputs.length);
  for (const [i, input] of inputs.entries()) sha256Into(out, HASH_BYTES * i, input);
  return out;
};

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

export const signEd25519: Crypto["signEd25519"] = (seed, message) => ed25519.sign(message, seed);

export const publicEd25519: Crypto["publicEd25519"] = (seed) => ed25519.getPublicKey(seed);

const UNCOMPRESSED = 0x04;

export const verifyP256: Crypto["verifyP256"] = (publicKey, message, signature) => {
  if (publicKey.length !== P256_KEY_BYTES || signature.length !== P256_SIGNATURE_BYTES) {
    return false;
  }
  try {
    return p256.verify(signature, message, Uint8Array.of(UNCOMPRESSED, ...publicKey), {
      lowS: true,
    });
  } catch {
    return false;
  }
};

export const signP256: Crypto["signP256"] = (secret, message) =>
  p256.sign(message, secret, { lowS: true });

export const publicP256: Crypto["publicP256"] = (secret) =>
  p256.getPublicKey(secret, false).slice(1);

export const randomBytes: Crypto["randomBytes"] = (length) => nobleRandomBytes(length);
