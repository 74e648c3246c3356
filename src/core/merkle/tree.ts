import { InvariantError, present } from "../invariant.ts";
import { foldPeaks } from "./frontier.ts";
import { type Hash, hashNode } from "./hash.ts";
import { half, isSize, subtrees } from "./shape.ts";

/** A tree whose complete subtrees can be looked up, wherever they are kept. */
export type Tree = {
  /** Number of leaves. */
  readonly size: number;
  /** The root of the `index`-th complete subtree of 2^`level` leaves; only asked for if it lies within `size`. */
  node(level: number, index: number): Hash;
};

/** Keeps every node over these leaf hashes in memory: twice as many hashes as leaves. */
export function treeOf(leaves: readonly Hash[]): Tree {
  const levels: (readonly Hash[])[] = [leaves];
  for (let below = leaves; below.length > 1; ) {
    const row = Array.from({ length: half(below.length) }, (_, i) =>
      hashNode(present(below[2 * i], "a left node"), present(below[2 * i + 1], "a right node")),
    );
    levels.push(row);
    below = row;
  }
  return {
    size: leaves.length,
    node: (level, index) => present(levels[level]?.[index], `node ${level}/${index}`),
  };
}

/** The root over the first `size` leaves. */
export function rootOf(tree: Tree, size: number = tree.size): Hash {
  within(tree, size);
  return spanRoot(tree, 0, size);
}

/** Sibling hashes from leaf `index` up to the root over the first `size` leaves. RFC 9162 §2.1.3.1. */
export function inclusionPath(tree: Tree, index: number, size: number = tree.size): Hash[] {
  within(tree, size);
  within({ size: size - 1 }, index);
  return siblings(tree, index, size).map(({ hash }) => hash);
}

/** Leads from the root over the first `first` leaves to that over the first `second`. RFC 9162 §2.1.4.1. */
export function consistencyPath(tree: Tree, first: number, second: number = tree.size): Hash[] {
  within(tree, second);
  within({ size: second }, first);
  if (first === 0 || first === second) return [];
  const seed = present(subtrees(0, first).at(-1), "the right edge of the first tree");
  const above = siblings(tree, seed.index, second, seed.level).map(({ hash }) => hash);
  return seed.index === 0 ? above : [tree.node(seed.level, seed.index), ...above];
}

/**
 * What leads the leaves `[start, end)` to the root over the first `size`: the left siblings of the first leaf's
 * inclusion path, leaf side first, then the right siblings of the last leaf's.
 */
export function rangePath(
  tree: Tree,
  start: number,
  end: number,
  size: number = tree.size,
): Hash[] {
  within(tree, size);
  within({ size }, end);
  within({ size: end - 1 }, start);
  const left = siblings(tree, start, size).filter(({ side }) => side === "left");
  const right = siblings(tree, end - 1, size).filter(({ side }) => side === "right");
  return [...left, ...right].map(({ hash }) => hash);
}

/** The siblings on the way up from node `index` of `level`, in the tree of `size` leaves. */
function siblings(tree: Tree, index: number, size: number, level = 0) {
  const width = 2 ** level;
  const found: { side: "left" | "right"; hash: Hash }[] = [];
  let at = index;
  for (let span = width; span < size; span *= 2, at = half(at)) {
    const start = (at % 2 === 1 ? at - 1 : at + 1) * span;
    if (start >= size) continue;
    found.push({
      side: at % 2 === 1 ? "left" : "right",
      hash: spanRoot(tree, start, Math.min(start + span, size)),
    });
  }
  return found;
}

/** The root over the leaves `[start, end)`, where `start` begins a subtree that is wide enough. */
function spanRoot(tree: Tree, start: number, end: number): Hash {
  return foldPeaks(subtrees(start, end).map(({ level, index }) => tree.node(level, index)));
}

function within(tree: { readonly size: number }, position: number): void {
  if (!isSize(position) || position > tree.size) {
    throw new InvariantError(`${position} is not within 0…${tree.size}`);
  }
}
