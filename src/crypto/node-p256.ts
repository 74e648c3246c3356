import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

// The DER of SubjectPublicKeyInfo (RFC 5480) up to x‖y, and of ECPrivateKey in PKCS #8 (RFC 5915, RFC 5958) up to the scalar
// and between it and x‖y: the fastest way in, and OpenSSL checks that the point is on the curve.
const SPKI = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d03010703420004", "hex");
const PKCS8 = Buffer.from(
  "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420",
  "hex",
);
const PKCS8_POINT = Buffer.from("a14403420004", "hex");

// A key object costs as much to make as the check it is for. Each is about 1 KiB.
const MAX_CACHED_KEYS = 4096;
const cached = new Map<string, KeyObject>();

/** The key of a point x‖y; `undefined` when it is not on the curve. */
export function p256PublicKey(point: Uint8Array): KeyObject | undefined {
  const id = Buffer.from(point.buffer, point.byteOffset, point.length).toString("latin1");
  const key = cached.get(id) ?? importPoint(point);
  if (key === undefined) return undefined;
  // Set anew, so that the map's first key is the one that was not used for longest.
  cached.delete(id);
  cached.set(id, key);
  if (cached.size > MAX_CACHED_KEYS) cached.delete(cached.keys().next().value ?? id);
  return key;
}

function importPoint(point: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.concat([SPKI, point]), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

export function p256PrivateKey(secret: Uint8Array, point: Uint8Array): KeyObject {
  const key = Buffer.concat([PKCS8, secret, PKCS8_POINT, point]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

/** ECDSA over SHA-256 with r‖s. */
export function verifyRaw(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, signature);
}

export function signRaw(key: KeyObject, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }));
}
