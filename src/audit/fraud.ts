import { base64, type Hash, inclusionPath } from "../core/index.ts";
import type { VerifiedTree } from "./tree.ts";

/** One of two checkpoints that a log signed and that cannot both be true. */
export type FraudSide = {
  /** The signed note. */
  readonly checkpoint: string;
  /** Where the sizes differ: the first index at which the trees do, its leaf hash, and the path up from there. */
  readonly index?: number;
  readonly leaf?: string;
  readonly path?: readonly string[];
};

/** `cityid/fraud/v1`: needs nothing else but the log's key to be checked. */
export type FraudProof = {
  readonly format: "cityid/fraud/v1";
  readonly origin: string;
  readonly first: FraudSide;
  readonly second: FraudSide;
};

/** A checkpoint that was signed, with its tree if that can be read. */
export type Branch = { readonly note: string; readonly size: number; readonly tree?: VerifiedTree };

/**
 * Shows that a log signed two histories: two checkpoints of one size with different roots, or different leaves at one index.
 *
 * @returns the proof, with the index where both part if their trees can be read; without that, checkpoints of different
 *   sizes prove nothing yet
 */
export async function proveFraud(
  origin: string,
  first: Branch,
  second: Branch,
): Promise<{ readonly proof: FraudProof; readonly index?: number }> {
  const readable = first.tree !== undefined && second.tree !== undefined;
  const index = readable ? await firstDifference(first.tree, second.tree) : undefined;
  const withLeaf = first.size === second.size ? undefined : index;
  const proof: FraudProof = {
    format: "cityid/fraud/v1",
    origin,
    first: await sideOf(first, withLeaf),
    second: await sideOf(second, withLeaf),
  };
  return { proof, ...(index !== undefined && { index }) };
}

async function sideOf({ note, tree }: Branch, index: number | undefined): Promise<FraudSide> {
  if (tree === undefined || index === undefined) return { checkpoint: note };
  return tree.over((nodes) => ({
    checkpoint: note,
    index,
    leaf: base64(nodes.node(0, index)),
    path: inclusionPath(nodes, index).map(base64),
  }));
}

/** The first leaf that differs among those that both trees have, found from the largest complete subtrees down. */
export async function firstDifference(
  first: VerifiedTree,
  second: VerifiedTree,
): Promise<number | undefined> {
  const size = Math.min(first.size, second.size);
  const differs = async (level: number, index: number): Promise<boolean> => {
    const node = (tree: VerifiedTree) => tree.over((nodes): Hash => nodes.node(level, index));
    const [a, b] = [base64(await node(first)), base64(await node(second))];
    return a !== b;
  };
  for (let at = 0; at < size; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= size) level++;
    let index = at / 2 ** level;
    if (await differs(level, index)) {
      for (; level > 0; level--)
        index = 2 * index + ((await differs(level - 1, 2 * index)) ? 0 : 1);
      return index;
    }
    at += 2 ** level;
  }
  return undefined;
}
