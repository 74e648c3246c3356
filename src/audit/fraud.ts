import { base64, type Hash, inclusionPath } from "../core/index.ts";
import type { FraudBundle } from "../verify/index.ts";
import type { VerifiedTree } from "./tree.ts";

/** What a tree has at one place. */
type Claim = NonNullable<FraudBundle["leaves"]>["first"];

/** A checkpoint that was signed, with its tree if that can be read. */
export type Branch = { readonly note: string; readonly size: number; readonly tree?: VerifiedTree };

/**
 * Shows that a log signed two histories: two checkpoints of one size with different roots, or different leaves at one index.
 *
 * @returns the proof, with the index where both part if their trees can be read; without that, checkpoints of different
 *   sizes prove nothing yet
 */
export async function proveFraud(
  first: Branch,
  second: Branch,
): Promise<{ readonly proof: FraudBundle; readonly index?: number }> {
  const notes = { first: first.note, second: second.note };
  if (first.tree === undefined || second.tree === undefined) return { proof: notes };
  const index = await firstDifference(first.tree, second.tree);
  if (index === undefined) return { proof: notes };
  if (first.size === second.size) return { proof: notes, index };
  const leaves = {
    index,
    first: await claimOf(first.tree, index),
    second: await claimOf(second.tree, index),
  };
  return { proof: { ...notes, leaves }, index };
}

function claimOf(tree: VerifiedTree, index: number): Promise<Claim> {
  return tree.over((nodes) => ({
    leaf: nodes.node(0, index),
    path: inclusionPath(nodes, index),
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
