import { expect, test } from "vitest";
import {
  hashLeaf,
  hashNode,
  hashPairInto,
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

test("hashes siblings within one array as it does apart", () => {
  const [left, right] = [hashLeaf(Uint8Array.of(1)), hashLeaf(Uint8Array.of(2))];
  const nodes = Uint8Array.from([0, ...left, ...right, ...new Uint8Array(32)]);
  hashPairInto(nodes, 1, 65);
  expect(nodes.slice(65)).toEqual(hashNode(left, right));
});
