import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../../../src/core/invariant.ts";
import {
  consistencyPath,
  EMPTY_ROOT,
  Frontier,
  frontierOf,
  growthPath,
  type Hash,
  hashLeaf,
  hashNode,
  inclusionPath,
  merkleRoot,
  rangePath,
  rootOf,
  rootsOfGrowth,
  type Tree,
  treeOf,
  verifyConsistency,
  verifyInclusion,
  verifyRange,
} from "../../../src/core/merkle/index.ts";
import { log, logAndIndex, logAndPage, logAndSize } from "./arbitraries.ts";
import { referenceConsistency, referencePath, referenceRange, referenceRoot } from "./reference.ts";

const tree = (entries: readonly Uint8Array[]) => treeOf(entries.map(hashLeaf));

describe("a tree in memory", () => {
  test("has the reference's root at each size it ever had", () => {
    fc.assert(
      fc.property(logAndSize, ([entries, size]) => {
        expect(rootOf(tree(entries), size)).toEqual(referenceRoot(entries.slice(0, size)));
      }),
    );
  });

  test("gives the reference's inclusion path", () => {
    fc.assert(
      fc.property(logAndIndex, ([entries, index]) => {
        expect(inclusionPath(tree(entries), index)).toEqual(referencePath(entries, index));
      }),
    );
  });

  test("gives the inclusion path in an earlier, smaller tree", () => {
    fc.assert(
      fc.property(logAndPage, ([entries, index, size]) => {
        expect(inclusionPath(tree(entries), index, size)).toEqual(
          referencePath(entries.slice(0, size), index),
        );
      }),
    );
  });

  test("gives the nodes from which both roots of a growth follow", () => {
    fc.assert(
      fc.property(logAndPage, ([entries, before, second]) => {
        fc.pre(before + 1 < second);
        const first = before + 1;
        const path = growthPath(tree(entries), first, second);
        const [older, newer] = [first, second].map((size) => referenceRoot(entries.slice(0, size)));
        expect(rootsOfGrowth({ first, second, path })).toEqual({
          ok: true,
          value: { older, newer },
        });
        expect(rootsOfGrowth({ first, second, path: path.slice(1) })).toEqual({
          ok: false,
          error: { code: "PROOF_LENGTH", got: path.length - 1, want: path.length },
        });
      }),
    );
    expect(rootsOfGrowth({ first: 0, second: 3, path: [] })).toEqual({
      ok: false,
      error: { code: "PROOF_SIZES", first: 0, second: 3 },
    });
  });

  test("gives the reference's consistency path", () => {
    fc.assert(
      fc.property(logAndPage, ([entries, before, second]) => {
        expect(consistencyPath(tree(entries), before + 1, second)).toEqual(
          referenceConsistency(entries.slice(0, second), before + 1),
        );
      }),
    );
  });

  test("gives the reference's range path", () => {
    fc.assert(
      fc.property(logAndPage, ([entries, start, end]) => {
        expect(rangePath(tree(entries), start, end)).toEqual(referenceRange(entries, start, end));
      }),
    );
  });

  test("grows on from its right edge", () => {
    fc.assert(
      fc.property(log, fc.uint8Array({ maxLength: 4 }), (entries, next) => {
        const frontier = frontierOf(tree(entries));
        expect([frontier.size, frontier.root()]).toEqual([entries.length, referenceRoot(entries)]);
        frontier.append(hashLeaf(next));
        expect(frontier.root()).toEqual(referenceRoot([...entries, next]));
      }),
    );
  });

  test("gives an empty path from nothing and to the same size", () => {
    const three = tree([1, 2, 3].map((n) => Uint8Array.of(n)));
    expect(consistencyPath(three, 0)).toEqual([]);
    expect(consistencyPath(three, 3)).toEqual([]);
  });

  test("stops at a question about what it does not hold", () => {
    const three = tree([1, 2, 3].map((n) => Uint8Array.of(n)));
    expect(() => rootOf(three, 4)).toThrow(InvariantError);
    expect(() => inclusionPath(three, 3)).toThrow("3 is not within 0…2");
    expect(() => inclusionPath(three, -1)).toThrow(InvariantError);
    expect(() => rangePath(three, 2, 2)).toThrow("2 is not within 0…1");
  });
});

describe("a tree of 2^45 and some leaves", () => {
  // All leaves alike, so the hash of a complete subtree follows from its level and nothing has to be stored.
  const byLevel: Hash[] = [hashLeaf(Uint8Array.of(1))];
  for (let level = 0; level < 53; level++) {
    const node = byLevel[level] as Hash;
    byLevel.push(hashNode(node, node));
  }
  const size = 2 ** 45 + 2 ** 33 + 12_345;
  const huge: Tree = { size, node: (level) => byLevel[level] as Hash };
  const position = fc.maxSafeNat().map((n) => n % size);

  test("proves each of its leaves", () => {
    const root = rootOf(huge);
    fc.assert(
      fc.property(position, (index) => {
        const path = inclusionPath(huge, index);
        expect(verifyInclusion(byLevel[0] as Hash, { index, size, path }, root).ok).toBe(true);
      }),
    );
  });

  test("proves that it grew", () => {
    const newer = rootOf(huge);
    fc.assert(
      fc.property(position, (before) => {
        const first = before + 1;
        const path = consistencyPath(huge, first);
        const older = rootOf(huge, first);
        expect(verifyConsistency({ first, second: size, path }, older, newer).ok).toBe(true);
      }),
    );
  });

  test("proves pages", () => {
    const root = rootOf(huge);
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 300 }), (start, count) => {
        const end = Math.min(start + count, size);
        const leaves = Array.from({ length: end - start }, () => byLevel[0] as Hash);
        const path = rangePath(huge, start, end);
        expect(verifyRange(leaves, { start, size, path }, root).ok).toBe(true);
      }),
    );
  });
});

describe("Frontier", () => {
  test("has the reference's root after each leaf, also when it is written down in between", () => {
    fc.assert(
      fc.property(log, (entries) => {
        let frontier = Frontier.empty();
        expect(frontier.root()).toEqual(EMPTY_ROOT);
        for (const [i, entry] of entries.entries()) {
          frontier.append(hashLeaf(entry));
          expect(frontier.size).toBe(i + 1);
          expect(frontier.root()).toEqual(referenceRoot(entries.slice(0, i + 1)));
          frontier = Frontier.from(frontier.size, frontier.hashes()) as Frontier;
        }
        expect(merkleRoot(entries.map(hashLeaf))).toEqual(frontier.root());
      }),
    );
  });

  test("is not taken up with the wrong number of hashes or no size", () => {
    const leaf = hashLeaf(Uint8Array.of(1));
    expect(Frontier.from(3, [leaf])).toBeUndefined();
    expect(Frontier.from(4, [leaf, leaf])).toBeUndefined();
    expect(Frontier.from(-1, [])).toBeUndefined();
  });

  test("is copied, so that what is tried on the copy can be dropped", () => {
    const frontier = Frontier.empty();
    frontier.append(hashLeaf(Uint8Array.of(1)));
    const copy = frontier.clone();
    copy.append(hashLeaf(Uint8Array.of(2)));
    expect([frontier.size, copy.size]).toEqual([1, 2]);
    expect(frontier.root()).toEqual(hashLeaf(Uint8Array.of(1)));
  });

  test("goes on behind 2^32 leaves", () => {
    const hashes = [hashLeaf(Uint8Array.of(1)), hashLeaf(Uint8Array.of(2))];
    const frontier = Frontier.from(2 ** 40 + 1, hashes) as Frontier;
    frontier.append(hashLeaf(Uint8Array.of(3)));
    expect(frontier.size).toBe(2 ** 40 + 2);
    expect(frontier.hashes()).toHaveLength(2);
  });
});
