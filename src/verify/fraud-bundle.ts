import { base64, type Hash, type Result } from "../core/index.ts";
import { MAX_CONSISTENCY_LENGTH, MAX_PATH_HASHES } from "./consistency.ts";
import { type BundleRefusal, type Part, readFormat, reading } from "./reading.ts";

// application/vnd.cityid.fraud+json; docs/spec/ledger.md, Proofs.

export const FRAUD_FORMAT = "cityid/fraud/v1";

/** A leaf and its way up. */
export type LeafClaim = {
  readonly leaf: Hash;
  /** RFC 9162 §2.1.3, leaf side first. */
  readonly path: readonly Hash[];
};

/** Two checkpoints that contradict each other, as they were read: nothing is checked. At most one kind of evidence. */
export type FraudBundle = {
  /** Signed notes. */
  readonly first: string;
  readonly second: string;
  /** What each of them has at one place. */
  readonly leaves?: {
    readonly index: number;
    readonly first: LeafClaim;
    readonly second: LeafClaim;
  };
  /**
   * Nodes of the second tree that lead to the root over the first one's size and to its own: those of a consistency path
   * (RFC 9162 §2.1.4), which here always begins with the right edge of the first size.
   */
  readonly nodes?: readonly Hash[];
};

/** Reads a fraud bundle. @returns it, else the first thing that is wrong, in the order of its fields */
export function parseFraudBundle(input: unknown): Result<FraudBundle, BundleRefusal> {
  return reading(() => {
    const names = ["first", "second", "leaves", "nodes"] as const;
    const field = readFormat(input, MAX_CONSISTENCY_LENGTH, FRAUD_FORMAT, ...names);
    const [first, second] = [field("first").text(), field("second").text()];
    const [leaves, nodes] = [field("leaves"), field("nodes")];
    if (!leaves.isAbsent && !nodes.isAbsent) nodes.misfit("nothing beside leaves");
    return {
      first,
      second,
      ...(!leaves.isAbsent && { leaves: readLeaves(leaves) }),
      ...(!nodes.isAbsent && { nodes: readHashes(nodes) }),
    };
  });
}

function readLeaves(part: Part): NonNullable<FraudBundle["leaves"]> {
  const field = part.fields("index", "first", "second");
  return {
    index: field("index").count(),
    first: readLeaf(field("first")),
    second: readLeaf(field("second")),
  };
}

function readLeaf(part: Part): LeafClaim {
  const field = part.fields("leaf", "path");
  return { leaf: field("leaf").hash(), path: readHashes(field("path")) };
}

function readHashes(part: Part): Hash[] {
  return part.list(MAX_PATH_HASHES).map((hash) => hash.hash());
}

/** The text of a bundle. */
export function formatFraudBundle({ first, second, leaves, nodes }: FraudBundle): string {
  return JSON.stringify({
    format: FRAUD_FORMAT,
    first,
    second,
    ...(leaves && {
      leaves: {
        index: leaves.index,
        first: leafJson(leaves.first),
        second: leafJson(leaves.second),
      },
    }),
    ...(nodes && { nodes: nodes.map(base64) }),
  });
}

function leafJson({ leaf, path }: LeafClaim) {
  return { leaf: base64(leaf), path: path.map(base64) };
}
