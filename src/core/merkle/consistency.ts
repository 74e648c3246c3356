import { equalBytes } from "../bytes.ts";
import { present } from "../invariant.ts";
import { err, ok, type Result } from "../result.ts";
import { type Hash, hashNode } from "./hash.ts";
import { half, isSize, type Side, siblingSides } from "./shape.ts";

/** A claim that the log of `first` entries is how the log of `second` entries began. */
export type ConsistencyProof = {
  readonly first: number;
  readonly second: number;
  /** Hashes in the order of RFC 9162 §2.1.4.1, the deepest first. */
  readonly path: readonly Hash[];
};

/** Why a log does not count as grown from an earlier one. */
export type ConsistencyRefusal =
  | { readonly code: "PROOF_SIZES"; readonly first: number; readonly second: number }
  | { readonly code: "PROOF_LENGTH"; readonly got: number; readonly want: number }
  | { readonly code: "PROOF_FIRST_ROOT"; readonly got: Hash }
  | { readonly code: "PROOF_SECOND_ROOT"; readonly got: Hash };

/**
 * Checks that the tree under `secondRoot` only appended to the tree under `firstRoot`.
 *
 * Any tree extends the empty one, so a proof from size 0 says nothing and is refused with the sizes: who starts from
 * nothing has nothing to compare. For equal sizes the roots must be equal and the path empty.
 *
 * @returns nothing when consistent, else the first check that failed, in the order `PROOF_SIZES`, `PROOF_LENGTH`,
 *   `PROOF_FIRST_ROOT`, `PROOF_SECOND_ROOT`
 * @see RFC 9162 §2.1.4.2
 */
export function verifyConsistency(
  { first, second, path }: ConsistencyProof,
  firstRoot: Hash,
  secondRoot: Hash,
): Result<void, ConsistencyRefusal> {
  if (!isGrowth(first, second)) return err({ code: "PROOF_SIZES", first, second });
  const { seedInPath, sides } = shape(first, second);
  const want = sides.length + (seedInPath ? 1 : 0);
  if (path.length !== want) return err({ code: "PROOF_LENGTH", got: path.length, want });

  const { older, newer } = climb(seedInPath ? path : [firstRoot, ...path], sides);
  if (!equalBytes(older, firstRoot)) return err({ code: "PROOF_FIRST_ROOT", got: older });
  if (!equalBytes(newer, secondRoot)) return err({ code: "PROOF_SECOND_ROOT", got: newer });
  return ok(undefined);
}

/** Why hashes lead to no pair of roots, whichever they are. */
export type GrowthShapeRefusal = Extract<
  ConsistencyRefusal,
  { readonly code: "PROOF_SIZES" | "PROOF_LENGTH" }
>;

/**
 * The roots that nodes of one tree lead to: over its first `first` leaves, and over all of it. They are those of a
 * consistency path, which here always begins with the seed: with the largest complete subtree at the right edge of the
 * first leaves.
 *
 * @returns both roots, else `PROOF_SIZES` or `PROOF_LENGTH`
 */
export function rootsOfGrowth({
  first,
  second,
  path,
}: ConsistencyProof): Result<{ readonly older: Hash; readonly newer: Hash }, GrowthShapeRefusal> {
  if (!isGrowth(first, second)) return err({ code: "PROOF_SIZES", first, second });
  const { sides } = shape(first, second);
  const want = 1 + sides.length;
  return path.length === want
    ? ok(climb(path, sides))
    : err({ code: "PROOF_LENGTH", got: path.length, want });
}

function isGrowth(first: number, second: number): boolean {
  return isSize(first) && isSize(second) && first > 0 && first <= second;
}

function climb([seed, ...siblings]: readonly Hash[], sides: readonly Side[]) {
  let older = present(seed, "the seed");
  let newer = older;
  for (const [i, sibling] of siblings.entries()) {
    // What stands to the left was there before; what stands to the right came later.
    if (sides[i] === "left") older = hashNode(sibling, older);
    newer = sides[i] === "left" ? hashNode(sibling, newer) : hashNode(newer, sibling);
  }
  return { older, newer };
}

/**
 * The seed of both roots is the largest complete subtree at the right edge of the first tree; from there the path goes
 * up as an inclusion path does. Where the seed is the whole first tree, the path leaves it out.
 */
function shape(first: number, second: number): { seedInPath: boolean; sides: Side[] } {
  if (first === second) return { seedInPath: false, sides: [] };
  let [at, last] = [first - 1, second - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  return { seedInPath: at !== 0, sides: siblingSides(at, last + 1) };
}
