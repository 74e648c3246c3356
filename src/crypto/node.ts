import { createECDH, randomBytes as nodeRandomBytes } from "node:crypto";
import sodium from "sodium-native";
import type { Crypto } from "./contract.ts";
import { Ed25519Tables } from "./ed25519-tables/index.ts";
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES } from "./ed25519-well-formed.ts";
import { p256PrivateKey, p256PublicKey, signRaw, verifyRaw } from "./node-p256.ts";
import { isLowS, lowS, P256_KEY_BYTES, P256_SIGNATURE_BYTES } from "./p256-low-s.ts";

export { isEd25519KeyWellFormed, isEd25519WellFormed } from "./ed25519-well-formed.ts";
export { sha256, sha256Into } from "./node-sha256.ts";
export { sha256Each, sha256Rows, sha256Texts } from "./node-sha256-many.ts";
export { lowS } from "./p256-low-s.ts";

// libsodium's check is the rule itself, so nothing wraps it.
export const verifyEd25519: Crypto["verifyEd25519"] = (publicKey, message, signature) =>
  publicKey.length === ED25519_KEY_BYTES &&
  signature.length === ED25519_SIGNATURE_BYTES &&
  sodium.crypto_sign_verify_detached(signature, message, publicKey);

const tables = new Ed25519Tables(({ publicKey, message, signature }) =>
  verifyEd25519(publicKey, message, signature),
);

export const verifyEd25519Each: Crypto["verifyEd25519Each"] = (signed) => tables.verifyEach(signed);

// Nothing is gained by waiting for it.
export const checkEd25519: Crypto["checkEd25519"] = verifyEd25519;

export const signEd25519: Crypto["signEd25519"] = (seed, message) => {
  const signature = new Uint8Array(ED25519_SIGNATURE_BYTES);
  sodium.crypto_sign_detached(signature, message, expanded(seed));
  return signature;
};

export const publicEd25519: Crypto["publicEd25519"] = (seed) => keyPair(seed).publicKey;

// Expanding a seed costs as much as signing. What was expanded lives as long as its seed does.
const secretKeys = new WeakMap<Uint8Array, Uint8Array>();

/** The secret key of a seed: the seed, then the public key. */
function expanded(seed: Uint8Array): Uint8Array {
  const known = secretKeys.get(seed);
  // Whoever wrote another seed into the same bytes gets another key.
  if (known?.subarray(0, seed.length).every((byte, i) => byte === seed[i])) return known;
  const { secretKey } = keyPair(seed);
  secretKeys.set(seed, secretKey);
  return secretKey;
}

function keyPair(seed: Uint8Array): { publicKey: Uint8Array; secretKey: Uint8Array } {
  const pair = { publicKey: new Uint8Array(ED25519_KEY_BYTES), secretKey: new Uint8Array(64) };
  sodium.crypto_sign_seed_keypair(pair.publicKey, pair.secretKey, seed);
  return pair;
}

export const verifyP256: Crypto["verifyP256"] = (publicKey, message, signature) => {
  if (publicKey.length !== P256_KEY_BYTES || signature.length !== P256_SIGNATURE_BYTES) {
    return false;
  }
  if (!isLowS(signature)) return false;
  const key = p256PublicKey(publicKey);
  return key !== undefined && verifyRaw(key, message, signature);
};

export const checkP256: Crypto["checkP256"] = verifyP256;

export const signP256: Crypto["signP256"] = (secret, message) =>
  lowS(signRaw(p256PrivateKey(secret, publicP256(secret)), message));

export const publicP256: Crypto["publicP256"] = (secret) => {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(secret);
  return new Uint8Array(ecdh.getPublicKey().subarray(1));
};

export const randomBytes: Crypto["randomBytes"] = (length) =>
  new Uint8Array(nodeRandomBytes(length));
