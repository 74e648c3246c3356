import { createPrivateKey, sign, verify } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, fromDerSignature } from "../../../src/core/index.ts";
import { publicP256, verifyP256 } from "../../../src/crypto/node.ts";
import { SEED } from "./make.ts";

function der(r: readonly number[], s: readonly number[]): Uint8Array {
  const body = [2, r.length, ...r, 2, s.length, ...s];
  return Uint8Array.of(0x30, body.length, ...body);
}

test("the platform's own DER signatures become signatures that an operation may carry", () => {
  const [x, y] = [publicP256(SEED).slice(0, 32), publicP256(SEED).slice(32)].map((part) =>
    Buffer.from(part).toString("base64url"),
  ) as [string, string];
  const d = Buffer.from(SEED).toString("base64url");
  const key = createPrivateKey({ key: { kty: "EC", crv: "P-256", d, x, y }, format: "jwk" });
  fc.assert(
    fc.property(fc.uint8Array(), (message) => {
      const made = sign("sha256", message, key);
      expect(verify("sha256", message, key, made)).toBe(true);
      const raw = fromDerSignature(made);
      expect(raw.ok && verifyP256(publicP256(SEED), message, raw.value)).toBe(true);
    }),
  );
});

test("any r and s below the order come out as the same numbers, s made low", () => {
  const n = p256.Point.CURVE().n;
  const scalar = fc.bigInt({ min: 1n, max: n - 1n });
  fc.assert(
    fc.property(fc.oneof(scalar, fc.bigInt(1n, 300n)), scalar, (r, s) => {
      const signature = new p256.Signature(r, s);
      const want = new p256.Signature(r, s > n >> 1n ? n - s : s).toBytes("compact");
      expect(fromDerSignature(signature.toBytes("der"))).toEqual({ ok: true, value: want });
    }),
  );
});

describe("refuses, with the byte where it shows,", () => {
  const many = (length: number): number[] => Array<number>(length).fill(1);
  test.each<[string, Uint8Array, number]>([
    ["nothing", new Uint8Array(0), 0],
    ["a set in the place of the sequence", Uint8Array.of(0x31, ...der([1], [1]).subarray(1)), 0],
    ["a length that is too short", Uint8Array.of(0x30, 5, ...der([1], [1]).subarray(2)), 1],
    ["a length in two bytes", Uint8Array.of(0x30, 0x81, ...der([1], [1]).subarray(1)), 1],
    ["bytes after s inside the sequence", Uint8Array.of(0x30, 7, 2, 1, 1, 2, 1, 1, 0), 8],
    ["bytes after the sequence", concat(der([1], [1]), Uint8Array.of(0)), 1],
    ["a bit string in the place of r", Uint8Array.of(0x30, 6, 3, 1, 1, 2, 1, 1), 2],
    ["r alone", Uint8Array.of(0x30, 3, 2, 1, 1), 5],
    ["the head of s without its length", Uint8Array.of(0x30, 4, 2, 1, 1, 2), 5],
    ["s that is cut", Uint8Array.of(0x30, 6, 2, 1, 1, 2, 2, 1), 6],
    ["an empty r", der([], [1]), 3],
    ["r = 0", der([0], [1]), 3],
    ["a negative r", der([0x80], [1]), 4],
    ["a padding zero that nothing needs", der([0, 1], [1]), 4],
    ["r of 33 bytes", der(many(33), [1]), 3],
    ["s of 33 bytes behind its padding", der([1], [0, 0x80, ...many(32)]), 6],
  ])("%s", (_, bytes, offset) => {
    expect(fromDerSignature(bytes)).toEqual({ ok: false, error: { code: "COSE_DER", offset } });
  });
});
