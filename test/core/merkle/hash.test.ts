import { expect, test } from "vitest";
import {
  hashAt,
  hashEachLeaf,
  hashLeaf,
  joinHashes,
  sameHash,
  toHash,
} from "../../../src/core/merkle/index.ts";

test("takes exactly 32 bytes as a hash", () => {
  expect(toHash(new Uint8Array(32))).toEqual(new Uint8Array(32));
  expect(toHash(new Uint8Array(31))).toBeUndefined();
  expect(toHash(new Uint8Array(33))).toBeUndefined();
});

test("tells hashes apart, and equal bytes that are no hash", () => {
  const leaf = hashLeaf(Uint8Array.of(1));
  expect(sameHash(leaf, hashLeaf(Uint8Array.of(1)))).toBe(true);
  expect(sameHash(leaf, hashLeaf(Uint8Array.of(2)))).toBe(false);
  expect(sameHash(new Uint8Array(3), new Uint8Array(3))).toBe(false);
});

test("hashes many as it does one by one", () => {
  const entries = [0, 1, 54, 55, 63, 64, 300, 5000].map((n) => new Uint8Array(n).fill(n));
  const leaves = entries.map(hashLeaf);
  const hashes = hashEachLeaf(entries);
  expect(leaves.map((_, i) => hashAt(hashes, i))).toEqual(leaves);
  expect(joinHashes(leaves)).toEqual(hashes);
});
