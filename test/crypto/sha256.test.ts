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
});
