import { hex } from "../../core/index.ts";

/** A hash in groups, to be read aloud: `5f1c09ab 77ab…`. */
export function readableFingerprint(hash: Uint8Array): string {
  return (hex(hash).match(/.{8}/g) ?? []).join(" ");
}
