import { p256 } from "@noble/curves/nist.js";
import type { Crypto } from "./contract.ts";
import { P256_KEY_BYTES, P256_SIGNATURE_BYTES } from "./p256-low-s.ts";

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
