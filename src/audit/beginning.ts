import { decodeEntryBundle, HASH_BYTES, type TilePath } from "../core/index.ts";

/** A narrower partial tile is how a wider one begins. @returns a view; `undefined` where the bytes are no such bundle */
export function beginningOf(
  wide: TilePath,
  bytes: Uint8Array,
  width: number,
): Uint8Array | undefined {
  if (wide.kind === "hashes") return bytes.subarray(0, width * HASH_BYTES);
  const entries = decodeEntryBundle(bytes, wide.width);
  const last = entries.ok ? entries.value[width - 1] : undefined;
  // Entries are views of the bundle: where the last one ends, the narrower one does.
  return last && bytes.subarray(0, last.byteOffset + last.length - bytes.byteOffset);
}
