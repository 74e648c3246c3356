import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as native from "../../src/crypto/node.ts";
import * as web from "../../src/crypto/web.ts";
import { concat, toHex } from "./craft.ts";

function reference(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

describe.each([
  ["native", native],
  ["web", web],
])("SHA-256, the %s half", (_, half) => {
  // FIPS 180-4's own example, so that code and reference cannot share a slip.
  test("hashes abc as the standard says", () => {
    expect(toHex(half.sha256(new TextEncoder().encode("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  test("hashes parts as if they were one, whatever their lengths", () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 90, size: "max" }), { maxLength: 5 });
    fc.assert(
      fc.property(parts, (list) => {
        expect(half.sha256(...list)).toEqual(reference(concat(...list)));
      }),
    );
  });

  test("hashes 60 KB, and a view into a larger array", () => {
    const large = new Uint8Array(60_000).map((_, i) => i);
    expect(half.sha256(large)).toEqual(reference(large));
    expect(half.sha256(large.subarray(7, 72))).toEqual(reference(large.slice(7, 72)));
  });

  test("hands out arrays that later calls leave alone, and leaves its input alone", () => {
    const [a, b] = [Uint8Array.of(1), new Uint8Array(32).fill(2)];
    const first = half.sha256(a, b);
    const copy = first.slice();
    half.sha256(a, a);
    half.sha256(b, a);
    expect(first).toEqual(copy);
    expect([a[0], b[0]]).toEqual([1, 2]);
  });

  test("writes into a place of an array and nowhere else, from all of the input or a span of it", () => {
    const input = new Uint8Array(100).map((_, i) => 3 * i);
    const whole = new Uint8Array(40);
    half.sha256Into(whole, 4, input);
    expect(whole).toEqual(concat(new Uint8Array(4), reference(input), new Uint8Array(4)));
    half.sha256Into(whole, 8, input, 10, 75);
    expect(whole.slice(8)).toEqual(reference(input.slice(10, 75)));
    half.sha256Into(input, 0, input, 0, 65);
    expect(input.slice(0, 32)).toEqual(reference(new Uint8Array(65).map((_, i) => 3 * i)));
  });

  test("hashes many inputs at once, of every length around the blocks' ends, as it does alone", () => {
    const lengths = fc.constantFrom(
      0,
      1,
      54,
      55,
      56,
      63,
      64,
      65,
      119,
      120,
      128,
      500,
      4095,
      4096,
      4097,
      70_000,
    );
    const inputs = fc.array(
      lengths.chain((n) => fc.uint8Array({ minLength: n, maxLength: n })),
      { maxLength: 23 },
    );
    fc.assert(
      fc.property(inputs, (list) => {
        expect(half.sha256Each(list)).toEqual(concat(...list.map(reference)));
      }),
      { numRuns: 40 },
    );
  });

  test("hashes the UTF-8 of many texts, long ones, Chinese ones and lone surrogates among short ones", () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ maxLength: 140 }),
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.string({ unit: "binary", maxLength: 20 }),
        fc.constantFrom("", "\ud800", "a\udc00b", "x".repeat(55), "x".repeat(56), "统".repeat(40)),
        fc.integer({ min: 4090, max: 4100 }).map((length) => "y".repeat(length)),
      ),
      { maxLength: 23 },
    );
    fc.assert(
      fc.property(texts, fc.option(fc.integer({ min: 0, max: 255 })), (list, prefix) => {
        const before = prefix === null ? [] : [Uint8Array.of(prefix)];
        const want = list.map((text) =>
          reference(concat(...before, new TextEncoder().encode(text))),
        );
        const got = prefix === null ? half.sha256Texts(list) : half.sha256Texts(list, prefix);
        expect(got).toEqual(concat(...want));
      }),
      { numRuns: 200 },
    );
  });

  test("hashes rows where they lie, however many there are, and whatever was hashed before", () => {
    const shapes = fc.record({
      start: fc.integer({ min: 0, max: 9 }),
      length: fc.constantFrom(0, 1, 33, 55, 56, 64, 65, 127, 128, 200),
      gap: fc.integer({ min: 0, max: 7 }),
      count: fc.constantFrom(0, 1, 3, 4, 5, 8, 1025),
    });
    fc.assert(
      fc.property(shapes, fc.uint8Array({ minLength: 1, maxLength: 32 }), (shape, seed) => {
        const { start, length, gap, count } = shape;
        const stride = length + gap + 1;
        const input = new Uint8Array(start + stride * count + 1).map(
          (_, i) => (seed[i % seed.length] ?? 0) + i * 31,
        );
        const out = new Uint8Array(32 * count);
        half.sha256Rows(out, input, { start, stride, length, count });
        const want = Array.from({ length: count }, (_, i) =>
          reference(input.slice(start + i * stride, start + i * stride + length)),
        );
        expect(out).toEqual(concat(...want));
      }),
      { numRuns: 60 },
    );
  });
});
