import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY_ROOT, hashLeaf, verifyRange } from "../../../src/core/merkle/index.ts";
import { logAndPage } from "./arbitraries.ts";
import { referenceRange, referenceRoot } from "./reference.ts";

const stranger = hashLeaf(Uint8Array.of(0xff, 0xff));

describe("verifyRange", () => {
  test("accepts every page with the subtrees that the reference finds around it", () => {
    fc.assert(
      fc.property(logAndPage, ([entries, start, end]) => {
        const { leaves, proof, root } = pageOf(entries, start, end);
        expect(verifyRange(leaves, proof, root)).toEqual({ ok: true, value: undefined });
      }),
    );
  });

  test("refuses a page with any leaf changed, with PROOF_ROOT", () => {
    fc.assert(
      fc.property(logAndPage, fc.nat(), ([entries, start, end], which) => {
        const { leaves, proof, root } = pageOf(entries, start, end);
        const forged = leaves.with(which % leaves.length, stranger);
        expect(verifyRange(forged, proof, root)).toMatchObject({ error: { code: "PROOF_ROOT" } });
      }),
    );
  });

  test("refuses a page that leaves out its last leaf", () => {
    fc.assert(
      fc.property(logAndPage, ([entries, start, end]) => {
        const { leaves, proof, root } = pageOf(entries, start, end);
        expect(verifyRange(leaves.slice(0, -1), proof, root).ok).toBe(false);
      }),
    );
  });

  const entries = [1, 2, 3, 4, 5, 6, 7].map((n) => Uint8Array.of(n));
  const { leaves, proof, root } = pageOf(entries, 2, 5);
  const range = (change: object) => verifyRange(leaves, { ...proof, ...change }, root);

  test.each([
    { why: "start is negative", change: { start: -1 }, error: { code: "PROOF_RANGE", start: -1 } },
    {
      why: "the page ends behind the tree",
      change: { size: 4 },
      error: { code: "PROOF_RANGE", size: 4, count: 3 },
    },
    {
      why: "the size is no integer",
      change: { size: 7.5 },
      error: { code: "PROOF_RANGE", size: 7.5 },
    },
    {
      why: "the path lost a hash",
      change: { path: proof.path.slice(1) },
      error: { code: "PROOF_LENGTH", got: 2, want: 3 },
    },
    {
      why: "the path gained a hash",
      change: { path: [...proof.path, stranger] },
      error: { code: "PROOF_LENGTH", got: 4, want: 3 },
    },
    {
      why: "the page is said to stand elsewhere",
      change: { start: 3, path: proof.path.slice(1) },
      error: { code: "PROOF_LENGTH", want: 3 },
    },
  ])("refuses when $why", ({ change, error }) => {
    expect(range(change)).toMatchObject({ error });
  });

  test("takes an empty page of an empty tree, and of no other", () => {
    const empty = { start: 0, size: 0, path: [] };
    expect(verifyRange([], empty, EMPTY_ROOT).ok).toBe(true);
    expect(verifyRange([], empty, root)).toMatchObject({
      error: { code: "PROOF_ROOT", got: EMPTY_ROOT },
    });
    expect(verifyRange([], { ...empty, path: [stranger] }, EMPTY_ROOT)).toMatchObject({
      error: { code: "PROOF_LENGTH", got: 1, want: 0 },
    });
    expect(verifyRange([], { ...empty, size: 7 }, root)).toMatchObject({
      error: { code: "PROOF_RANGE", count: 0, size: 7 },
    });
  });
});

function pageOf(entries: readonly Uint8Array[], start: number, end: number) {
  return {
    leaves: entries.slice(start, end).map(hashLeaf),
    proof: { start, size: entries.length, path: referenceRange(entries, start, end) },
    root: referenceRoot(entries),
  };
}
