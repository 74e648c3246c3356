import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  EMPTY_ROOT,
  type Hash,
  hashLeaf,
  rootFromInclusion,
  verifyInclusion,
} from "../../../src/core/merkle/index.ts";
import { logAndIndex } from "./arbitraries.ts";
import { referencePath, referenceRoot } from "./reference.ts";

describe("verifyInclusion", () => {
  test("accepts every proof the reference tree makes", () => {
    fc.assert(
      fc.property(logAndIndex, ([entries, index]) => {
        const proof = { index, size: entries.length, path: referencePath(entries, index) };
        const leaf = hashLeaf(entries[index] as Uint8Array);
        expect(verifyInclusion(leaf, proof, referenceRoot(entries))).toEqual({
          ok: true,
          value: undefined,
        });
      }),
    );
  });

  test("refuses another entry's leaf with PROOF_ROOT", () => {
    fc.assert(
      fc.property(logAndIndex, ([entries, index]) => {
        const proof = { index, size: entries.length, path: referencePath(entries, index) };
        const stranger = hashLeaf(new TextEncoder().encode("never in the log"));
        expect(verifyInclusion(stranger, proof, referenceRoot(entries))).toMatchObject({
          ok: false,
          error: { code: "PROOF_ROOT", got: rootFromInclusionOf(stranger, proof) },
        });
      }),
    );
  });

  const entries = [1, 2, 3, 4, 5].map((n) => Uint8Array.of(n));
  const leaf = hashLeaf(Uint8Array.of(1));
  const good = { index: 0, size: 5, path: referencePath(entries, 0) };

  test.each([
    { why: "index is the size", change: { index: 5 }, error: { code: "PROOF_INDEX", index: 5 } },
    { why: "index is negative", change: { index: -1 }, error: { code: "PROOF_INDEX", index: -1 } },
    {
      why: "index is no integer",
      change: { index: 0.5 },
      error: { code: "PROOF_INDEX", index: 0.5 },
    },
    { why: "the tree is empty", change: { size: 0 }, error: { code: "PROOF_INDEX", size: 0 } },
    {
      why: "size is too large to be exact",
      change: { size: 2 ** 53 },
      error: { code: "PROOF_INDEX", size: 2 ** 53 },
    },
    {
      why: "path lost a hash",
      change: { path: good.path.slice(1) },
      error: { code: "PROOF_LENGTH", got: 2, want: 3 },
    },
    {
      why: "path gained a hash",
      change: { path: [...good.path, EMPTY_ROOT] },
      error: { code: "PROOF_LENGTH", got: 4, want: 3 },
    },
    { why: "index of a neighbour", change: { index: 1 }, error: { code: "PROOF_ROOT" } },
  ])("refuses when $why", ({ change, error }) => {
    const verdict = verifyInclusion(leaf, { ...good, ...change }, referenceRoot(entries));
    expect(verdict).toMatchObject({ ok: false, error });
  });

  test("refuses a leaf and a root that are equal but no hashes", () => {
    const nothing = new Uint8Array(0) as Hash;
    expect(verifyInclusion(nothing, { index: 0, size: 1, path: [] }, nothing)).toMatchObject({
      error: { code: "PROOF_ROOT", got: nothing },
    });
  });
});

function rootFromInclusionOf(leaf: Hash, proof: Parameters<typeof rootFromInclusion>[1]): Hash {
  const root = rootFromInclusion(leaf, proof);
  if (!root.ok) throw new Error(root.error.code);
  return root.value;
}
