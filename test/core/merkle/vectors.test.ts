import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  consistencyPath,
  EMPTY_ROOT,
  type Hash,
  hashLeaf,
  inclusionPath,
  merkleRoot,
  rangePath,
  treeOf,
  verifyConsistency,
  verifyInclusion,
  verifyRange,
} from "../../../src/core/merkle/index.ts";
import { referenceRoot } from "./reference.ts";

// The reference tree shares hashLeaf and hashNode with the code it judges, so a slip in those two
// would pass every property. These fixed values come from outside and catch it.
const { entriesHex, rootsHex } = read("roots") as { entriesHex: string[]; rootsHex: string[] };
const entries = entriesHex.map(fromHex);
const leaves = entries.map(hashLeaf);

test.each(rootsHex.map((root, i) => ({ size: i + 1, root })))(
  "root of the first $size entries",
  ({ size, root }) => {
    expect(toHex(referenceRoot(entries.slice(0, size)))).toBe(root);
    expect(toHex(merkleRoot(leaves.slice(0, size)))).toBe(root);
  },
);

test("root of no entries", () => {
  expect(toHex(EMPTY_ROOT)).toBe(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});

describe("paths over the same entries, in hexadecimal", () => {
  type Vector = { pathHex: string[] };
  const root = (size: number) => fromHex(rootsHex[size - 1] as string) as Hash;
  const hashes = ({ pathHex }: Vector) => pathHex.map((text) => fromHex(text) as Hash);
  const treeOfSize = (size: number) => treeOf(leaves.slice(0, size));

  const inclusions = read("inclusion") as (Vector & { index: number; size: number })[];
  test.each(inclusions)("entry $index of $size", ({ index, size, ...vector }) => {
    const path = hashes(vector);
    expect(inclusionPath(treeOfSize(size), index).map(toHex)).toEqual(vector.pathHex);
    expect(verifyInclusion(leaves[index] as Hash, { index, size, path }, root(size)).ok).toBe(true);
  });

  const growths = read("consistency") as (Vector & { first: number; second: number })[];
  test.each(growths)("from $first to $second entries", ({ first, second, ...vector }) => {
    const path = hashes(vector);
    expect(consistencyPath(treeOfSize(second), first).map(toHex)).toEqual(vector.pathHex);
    expect(verifyConsistency({ first, second, path }, root(first), root(second)).ok).toBe(true);
  });

  const pages = read("range") as (Vector & { start: number; end: number; size: number })[];
  test.each(pages)("entries $start to $end of $size", ({ start, end, size, ...vector }) => {
    const path = hashes(vector);
    expect(rangePath(treeOfSize(size), start, end).map(toHex)).toEqual(vector.pathHex);
    expect(verifyRange(leaves.slice(start, end), { start, size, path }, root(size)).ok).toBe(true);
  });
});

function read(name: string): unknown {
  const url = new URL(`../../../vectors/merkle/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
