import { isSignatureRight, parseCoseKey } from "../../core/index.ts";
import type { FoundKey } from "./verify.ts";

/** Whether a signature is the key's: RFC 8032 for `ed25519`, r‖s over SHA-256 for `ecdsa-p256-sha256`. */
export function checkRequestSignature(
  { key }: FoundKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const parsed = parseCoseKey(key);
  if (!parsed.ok || signature.length !== SIGNATURE_BYTES) return false;
  const { kind, bytes: publicKey } = parsed.value;
  const canonical = kind === "p256" ? withLowS(signature) : signature;
  return isSignatureRight({ kind, publicKey, message, signature: canonical });
}

const SIGNATURE_BYTES = 64;

/** Order of the group of P-256. SEC 2 §2.4.2 */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

// The ledger takes only the smaller of the two s that are right, lest a signature have two spellings. A request is no
// entry of a log and its nonce is spent once: here both are right, as RFC 9421 and browsers have it.
function withLowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
  if (s <= ORDER / 2n || s >= ORDER) return signature;
  const lowS = (ORDER - s).toString(16).padStart(64, "0");
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(lowS, "hex")]);
}
