import { createHash } from "node:crypto";

/** A strong entity tag of a representation: the same bytes, the same tag. */
export function etagOf(body: string | Uint8Array): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}

/** Whether `If-None-Match` names this tag; weak comparison. RFC 9110 §13.1.2. */
export function isNoneMatch(field: string | undefined, etag: string): boolean {
  if (field === undefined) return false;
  if (field === etag || field.trim() === "*") return true;
  return field.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}
