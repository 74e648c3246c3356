import { hex, sha256 } from "../../core/index.ts";

/** What the engine calls an Ed25519 key, 20 bytes in hex: a validator's address, a peer's name. */
export function engineId(publicKey: Uint8Array): string {
  return hex(sha256(publicKey).subarray(0, 20));
}
