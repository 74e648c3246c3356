import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, decodeEntryBundle, hex } from "../../../src/core/index.ts";

const bundleOf = (entries: readonly Uint8Array[]): Uint8Array =>
  concat(
    ...entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 255), entry]),
  );

describe("an entry bundle", () => {
  test("gives back the entries that were put into it", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 256 }), (entries) => {
        const decoded = decodeEntryBundle(bundleOf(entries), entries.length);
        expect(decoded.ok && decoded.value.map(hex)).toEqual(entries.map(hex));
      }),
    );
  });

  test("refuses every cut, and names the entry in which it ends", () => {
    const bytes = bundleOf([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)]);
    const ends = [0, 0, 0, 0, 1, 1, 2, 2, 2];
    for (const [length, entry] of ends.entries()) {
      expect(decodeEntryBundle(bytes.subarray(0, length), 3)).toEqual({
        ok: false,
        error: { code: "BUNDLE_SHORT", entry, bytes: length },
      });
    }
    expect(decodeEntryBundle(bytes, 4)).toMatchObject({
      error: { code: "BUNDLE_SHORT", entry: 3, bytes: 9 },
    });
  });

  test("refuses bytes behind the last entry", () => {
    const bytes = bundleOf([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect(decodeEntryBundle(bytes, 1)).toEqual({
      ok: false,
      error: { code: "BUNDLE_TRAILING", extra: 3 },
    });
  });
});
