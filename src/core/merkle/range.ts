import { present } from "../invariant.ts";
import { err, ok, type Result } from "../result.ts";
import { EMPTY_ROOT, type Hash, hashNode, sameHash } from "./hash.ts";
import { half, isSize, siblingSides } from "./shape.ts";

/** A claim that some leaves are all those of a tree from `start` on, without a gap. */
export type RangeProof = {
  /** Position of the first of them, counted from 0. */
  readonly start: number;
  /** Number of leaves the root commits to. */
  readonly size: number;
  /** Left siblings of the first leaf's inclusion path, leaf side first, then right siblings of the last leaf's. */
  readonly path: readonly Hash[];
};

/** Why a page of leaves was refused. */
export type RangeRefusal =
  | {
      readonly code: "PROOF_RANGE";
      readonly start: number;
      readonly count: number;
      readonly size: number;
    }
  | { readonly code: "PROOF_LENGTH"; readonly got: number; readonly want: number }
  | { readonly code: "PROOF_ROOT"; readonly got: Hash };

/**
 * Checks that `leaves` are exactly the leaves `start … start + leaves.length − 1` of the tree under `root`.
 *
 * An empty page proves nothing, except that a tree has no leaves at all (start 0, size 0, no path).
 *
 * @returns nothing when they are, else the first check that failed, in the order `PROOF_RANGE`, `PROOF_LENGTH`,
 *   `PROOF_ROOT`
 */
export function verifyRange(
  leaves: readonly Hash[],
  { start, size, path }: RangeProof,
  root: Hash,
): Result<void, RangeRefusal> {
  const count = leaves.length;
  const end = start + count;
  const whole = start === 0 && end === size;
  if (!isSize(start) || !isSize(size) || end > size || (count === 0 && !whole)) {
    return err({ code: "PROOF_RANGE", start, count, size });
  }
  const left = count === 0 ? 0 : countSides(start, size, "left");
  const want = left + (count === 0 ? 0 : countSides(end - 1, size, "right"));
  if (path.length !== want) return err({ code: "PROOF_LENGTH", got: path.length, want });
  const got = count === 0 ? EMPTY_ROOT : climb(leaves, start, size, path, left);
  return sameHash(got, root) ? ok(undefined) : err({ code: "PROOF_ROOT", got });
}

function countSides(index: number, size: number, side: "left" | "right"): number {
  return siblingSides(index, size).filter((each) => each === side).length;
}

/** Pairs up row by row; the path fills in what lacks at either edge. `path` has exactly as many hashes as that takes. */
function climb(
  leaves: readonly Hash[],
  start: number,
  size: number,
  path: readonly Hash[],
  left: number,
): Hash {
  let [row, at, last] = [[...leaves], start, size - 1];
  let [nextLeft, nextRight] = [0, left];
  for (; last > 0; at = half(at), last = half(last)) {
    if (at % 2 === 1) row.unshift(present(path[nextLeft++], "a left sibling"));
    const end = at - (at % 2) + row.length - 1;
    if (end % 2 === 0 && end < last) row.push(present(path[nextRight++], "a right sibling"));
    row = pairUp(row);
  }
  return present(row[0], "the root");
}

/** Hashes neighbours together; an odd one at the end moves up as it is. */
function pairUp(row: readonly Hash[]): Hash[] {
  return Array.from({ length: Math.ceil(row.length / 2) }, (_, i) => {
    const left = present(row[2 * i], "a left node");
    const right = row[2 * i + 1];
    return right === undefined ? left : hashNode(left, right);
  });
}
