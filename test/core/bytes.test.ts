import fc from "fast-check";
import { expect, test } from "vitest";
import {
  base64,
  compareBytes,
  compareUtf8,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  hex,
  utf8,
} from "../../src/core/index.ts";

test("UTF-8 is that of the platform, whatever the length and the alphabet", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect([...utf8(text)]).toEqual([...new TextEncoder().encode(text)]);
    }),
  );
  expect([...utf8("石家庄 a")]).toEqual([...Buffer.from("石家庄 a")]);
  expect(utf8("a".repeat(500))).toHaveLength(500);
});

test("bytes come back from each spelling, and only from its canonical one", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(fromHex(hex(bytes))).toEqual(bytes);
      expect(fromBase64(base64(bytes))).toEqual(bytes);
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }),
  );
  for (const wrong of ["AB", "abc", "0g"]) expect(fromHex(wrong)).toBeUndefined();
  for (const wrong of ["AA", "AB==", "A===", "A-==", " "])
    expect(fromBase64(wrong)).toBeUndefined();
  expect(fromUtf8(Uint8Array.of(0xff))).toBeUndefined();
  expect(fromUtf8(utf8("石"))).toBe("石");
});

test("bytes are equal where all of them are, and as many", () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
});

test("bytes are ordered bytewise, and what begins others comes before them", () => {
  const [a, ab, b] = [Uint8Array.of(1), Uint8Array.of(1, 2), Uint8Array.of(2)];
  expect([b, ab, a].sort(compareBytes)).toEqual([a, ab, b]);
  expect(compareBytes(ab, Uint8Array.of(1, 2))).toBe(0);
});

test("texts are ordered as their bytes are, beyond the basic plane too", () => {
  const texts = fc.string({ unit: "binary", maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, texts, (shared, one, other) => {
      const [a, b] = [shared + one, shared + other];
      expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(compareBytes(utf8(a), utf8(b))));
    }),
  );
  expect(compareUtf8("a\uffee", "a😀")).toBeLessThan(0);
  expect(compareUtf8("a😀", "a\uffee")).toBeGreaterThan(0);
  expect(compareUtf8("a😀", "a😁")).toBeLessThan(0);
  expect(compareUtf8("a", "ab")).toBeLessThan(0);
});
