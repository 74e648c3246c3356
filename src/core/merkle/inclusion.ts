import { err, ok, type Result } from "../result.ts";
import { type Hash, hashNode, sameHash } from "./hash.ts";
import { isSize, siblingSides } from "./shape.ts";

/** A claim that entry number `index` is in a log that has `size` entries. */
export type InclusionProof = {
  /** Position of the entry, counted from 0. */
  readonly index: number;
  /** Number of entries the root commits to. */
  readonly size: number;
  /** Sibling hashes on the way up, the leaf's own sibling first. */
  readonly path: readonly Hash[];
};

/** Why a proof was refused. Every code has exactly one cause. */
export type InclusionRefusal =
  | { readonly code: "PROOF_INDEX"; readonly index: number; readonly size: number }
  | { readonly code: "PROOF_LENGTH"; readonly got: number; readonly want: number }
  | { readonly code: "PROOF_ROOT"; readonly got: Hash };

/**
 * Checks that `leaf` is in the log whose root is `root`.
 *
 * The proof comes from outside and is not trusted; `root` must come from a checkpoint whose
 * signatures were already verified.
 *
 * @returns nothing when the leaf is included, else the first check that failed, in the order
 *   `PROOF_INDEX`, `PROOF_LENGTH`, `PROOF_ROOT`
 * @see RFC 9162 §2.1.3.2
 */
export function verifyInclusion(
  leaf: Hash,
  proof: InclusionProof,
  root: Hash,
): Result<void, InclusionRefusal> {
  const computed = rootFromInclusion(leaf, proof);
  if (!computed.ok) return computed;
  const got = computed.value;
  return sameHash(got, root) ? ok(undefined) : err({ code: "PROOF_ROOT", got });
}

/**
 * The root that a path leads to, for a caller that looks it up instead of holding it already.
 *
 * @returns the root, else `PROOF_INDEX` or `PROOF_LENGTH`
 */
export function rootFromInclusion(
  leaf: Hash,
  { index, size, path }: InclusionProof,
): Result<Hash, Exclude<InclusionRefusal, { readonly code: "PROOF_ROOT" }>> {
  if (!isSize(size) || !isSize(index) || index >= size) {
    return err({ code: "PROOF_INDEX", index, size });
  }
  const sides = siblingSides(index, size);
  if (path.length !== sides.length) {
    return err({ code: "PROOF_LENGTH", got: path.length, want: sides.length });
  }
  return ok(
    path.reduce(
      (node, sibling, i) =>
        sides[i] === "left" ? hashNode(sibling, node) : hashNode(node, sibling),
      leaf,
    ),
  );
}
