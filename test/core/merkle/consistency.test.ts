import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  EMPTY_ROOT,
  type Hash,
  hashLeaf,
  verifyConsistency,
} from "../../../src/core/merkle/index.ts";
import { logAndSize } from "./arbitraries.ts";
import { referenceConsistency, referenceRoot } from "./reference.ts";

const stranger = hashLeaf(new TextEncoder().encode("never in any log of these tests"));

describe("verifyConsistency", () => {
  test("accepts every proof the reference tree makes", () => {
    fc.assert(
      fc.property(logAndSize, ([entries, first]) => {
        const { proof, older, newer } = proofOf(entries, first);
        expect(verifyConsistency(proof, older, newer)).toEqual({ ok: true, value: undefined });
      }),
    );
  });

  test("refuses another newer root with PROOF_SECOND_ROOT and the one it computed", () => {
    fc.assert(
      fc.property(logAndSize, ([entries, first]) => {
        const { proof, older, newer } = proofOf(entries, first);
        expect(verifyConsistency(proof, older, stranger)).toMatchObject({
          error: { code: "PROOF_SECOND_ROOT", got: newer },
        });
      }),
    );
  });

  test("refuses a path with any hash changed", () => {
    fc.assert(
      fc.property(logAndSize, fc.nat(), ([entries, first], which) => {
        const { proof, older, newer } = proofOf(entries, first);
        fc.pre(proof.path.length > 0);
        const path = proof.path.with(which % proof.path.length, stranger);
        expect(verifyConsistency({ ...proof, path }, older, newer).ok).toBe(false);
      }),
    );
  });

  const entries = [1, 2, 3, 4, 5, 6, 7].map((n) => Uint8Array.of(n));
  const { proof, older, newer } = proofOf(entries, 6);

  test.each([
    {
      why: "the older tree is empty",
      change: { first: 0 },
      error: { code: "PROOF_SIZES", first: 0 },
    },
    { why: "the log shrank", change: { second: 5 }, error: { code: "PROOF_SIZES", second: 5 } },
    {
      why: "a size is no integer",
      change: { first: 1.5 },
      error: { code: "PROOF_SIZES", first: 1.5 },
    },
    {
      why: "a size is too large to be exact",
      change: { second: 2 ** 53 },
      error: { code: "PROOF_SIZES", second: 2 ** 53 },
    },
    {
      why: "the path is empty",
      change: { path: [] },
      error: { code: "PROOF_LENGTH", got: 0, want: 3 },
    },
    {
      why: "the path has one hash more",
      change: { path: [...proof.path, EMPTY_ROOT] },
      error: { code: "PROOF_LENGTH", got: 4, want: 3 },
    },
    {
      why: "sizes are equal and a path came along",
      change: { second: 6 },
      error: { code: "PROOF_LENGTH", got: 3, want: 0 },
    },
  ])("refuses when $why", ({ change, error }) => {
    expect(verifyConsistency({ ...proof, ...change }, older, newer)).toMatchObject({ error });
  });

  test("refuses another older root with PROOF_FIRST_ROOT and the one it computed", () => {
    expect(verifyConsistency(proof, stranger, newer)).toMatchObject({
      error: { code: "PROOF_FIRST_ROOT", got: older },
    });
  });
});

function proofOf(
  entries: readonly Uint8Array[],
  first: number,
): { proof: { first: number; second: number; path: Hash[] }; older: Hash; newer: Hash } {
  return {
    proof: { first, second: entries.length, path: referenceConsistency(entries, first) },
    older: referenceRoot(entries.slice(0, first)),
    newer: referenceRoot(entries),
  };
}
