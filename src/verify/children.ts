import {
  type CodeRecord,
  type Hash,
  hashLeaf,
  type RangeRefusal,
  type Result,
  utf8,
  verifyRange,
} from "../core/index.ts";

/** Children of a record, one behind the other in the order of their first registration. */
export type ChildrenClaim = {
  /** Position of the first one, counted from 0. */
  readonly start: number;
  readonly codes: readonly string[];
  /** As `verifyRange` takes it. */
  readonly path: readonly Hash[];
};

/**
 * Checks that a page of children has no gap, nothing added and nothing out of order.
 *
 * @param children - of the record, as a verified proof of it says; a page of another moment has another root
 * @returns the refusals of `verifyRange`; a page behind the last child is `PROOF_RANGE`, for it proves nothing
 */
export function verifyChildrenPage(
  { start, codes, path }: ChildrenClaim,
  { count, root }: CodeRecord["children"],
): Result<void, RangeRefusal> {
  const leaves = codes.map((code) => hashLeaf(utf8(code)));
  return verifyRange(leaves, { start, size: count, path }, root as Hash);
}
