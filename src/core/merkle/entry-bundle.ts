import { err, ok, type Result } from "../result.ts";

// c2sp.org/tlog-tiles, an entry bundle of `width` entries and nothing behind them:
//
//   bundle = 1*256( length entry )              ; length: uint16, big-endian

const LENGTH_BYTES = 2;

export type EntryBundleRefusal =
  /** The bytes end within entry `entry`, counted from 0 in the bundle. */
  | { readonly code: "BUNDLE_SHORT"; readonly entry: number; readonly bytes: number }
  /** `extra` bytes follow the last entry. */
  | { readonly code: "BUNDLE_TRAILING"; readonly extra: number };

/**
 * Cuts a bundle into its entries, which are views of it.
 *
 * Many readers pass over what stands behind the last entry; here each bundle has one spelling.
 *
 * @returns the entries, else `BUNDLE_SHORT`, else `BUNDLE_TRAILING`
 */
export function decodeEntryBundle(
  bytes: Uint8Array,
  width: number,
): Result<readonly Uint8Array[], EntryBundleRefusal> {
  const entries: Uint8Array[] = [];
  let at = 0;
  for (let entry = 0; entry < width; entry++) {
    const start = at + LENGTH_BYTES;
    // A byte that is not there is caught by the comparison with the length.
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    at = start + length;
    if (at > bytes.length) return err({ code: "BUNDLE_SHORT", entry, bytes: bytes.length });
    entries.push(bytes.subarray(start, at));
  }
  const extra = bytes.length - at;
  return extra > 0 ? err({ code: "BUNDLE_TRAILING", extra }) : ok(entries);
}
