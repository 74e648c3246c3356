import { createHash } from "node:crypto";
import { parseDictionary } from "structured-headers";
import { equalBytes } from "../../core/index.ts";

/** Whether `Content-Digest` carries the SHA-256 of this body. RFC 9530 §2. */
export function isContentDigest(field: string | undefined, body: Uint8Array): boolean {
  const claimed = sha256Of(field);
  if (claimed === undefined) return false;
  return equalBytes(claimed, createHash("sha256").update(body).digest());
}

function sha256Of(field: string | undefined): Uint8Array | undefined {
  if (field === undefined) return undefined;
  try {
    const value = parseDictionary(field).get("sha-256")?.[0];
    return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
  } catch {
    return undefined;
  }
}
