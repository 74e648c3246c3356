import { InvariantError, present } from "../invariant.ts";
import { Frontier, foldPeaks } from "./frontier.ts";
import { type Hash, hashNode } from "./hash.ts";
import { half, isSize, type Side, type Subtree, subtrees } from "./shape.ts";

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

/** The right edge of a tree, to grow it from there. */
export function frontierOf(tree: Tree): Frontier {
  const peaks = subtrees(0, tree.size).map(({ level, index }) => tree.node(level, index));
  return present(Frontier.from(tree.size, peaks), "one peak for each complete subtree");
}

/** Sibling hashes from leaf `index` up to the root over the first `size` leaves. RFC 9162 §2.1.3.1. */
export function inclusionPath(tree: Tree, index: number, size: number = tree.size): Hash[] {
  within(tree, size);
  within({ size: size - 1 }, index);
  return inclusionPathBy(index, size, (start, end) => spanRoot(tree, start, end));
}

/** Leads from the root over the first `first` leaves to that over the first `second`. RFC 9162 §2.1.4.1. */
export function consistencyPath(tree: Tree, first: number, second: number = tree.size): Hash[] {
  within(tree, second);
  within({ size: second }, first);
  if (first === 0 || first === second) return [];
  const seed = seedOf(first);
  const above = siblingsOf(tree, seed, second);
  return seed.index === 0 ? above : [tree.node(seed.level, seed.index), ...above];
}

/** The same with the right edge of the first tree always before it, for `rootsOfGrowth`; `0 < first < second`. */
export function growthPath(tree: Tree, first: number, second: number = tree.size): Hash[] {
  within(tree, second);
  within({ size: second - 1 }, first);
  const seed = seedOf(first);
  return [tree.node(seed.level, seed.index), ...siblingsOf(tree, seed, second)];
}

function seedOf(first: number): Subtree {
  return present(subtrees(0, first).at(-1), "the right edge of the first tree");
}

function siblingsOf(tree: Tree, { index, level }: Subtree, size: number): Hash[] {
  return siblingSpans(index, size, level).map(({ start, end }) => spanRoot(tree, start, end));
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
  const left = siblingSpans(start, size).filter(({ side }) => side === "left");
  const right = siblingSpans(end - 1, size).filter(({ side }) => side === "right");
  return [...left, ...right].map((span) => spanRoot(tree, span.start, span.end));
}

/** The leaves `[start, end)` under one sibling of a path. */
type SiblingSpan = { readonly side: Side; readonly start: number; readonly end: number };

/** What stands beside the way up from the `index`-th node of `level`, in a tree of `size` leaves. */
function siblingSpans(index: number, size: number, level = 0): SiblingSpan[] {
  const spans: SiblingSpan[] = [];
  let at = index;
  for (let width = 2 ** level; width < size; width *= 2, at = half(at)) {
    const side = at % 2 === 1 ? "left" : "right";
    const start = (side === "left" ? at - 1 : at + 1) * width;
    if (start < size) spans.push({ side, start, end: Math.min(start + width, size) });
  }
  return spans;
}

/**
 * {@link inclusionPath} for a caller that keeps the roots of some of the tree, and makes thousands of paths: no list is made
 * but the path.
 *
 * @param rootOf the root over the leaves `[start, end)`
 */
export function inclusionPathBy(
  index: number,
  size: number,
  rootOf: (start: number, end: number) => Hash,
): Hash[] {
  const path: Hash[] = [];
  let at = index;
  for (let width = 1; width < size; width *= 2, at = half(at)) {
    const start = (at % 2 === 1 ? at - 1 : at + 1) * width;
    if (start < size) path.push(rootOf(start, Math.min(start + width, size)));
  }
  return path;
}

/** The root over the leaves `[start, end)`, where `start` begins a subtree that is wide enough. */
export function spanRoot(tree: Tree, start: number, end: number): Hash {
  // Most spans of a path are one whole subtree.
  const width = end - start;
  const level = Math.round(Math.log2(width));
  if (2 ** level === width && start % width === 0) return tree.node(level, start / width);
  return foldPeaks(subtrees(start, end).map(({ level, index }) => tree.node(level, index)));
}

function within(tree: { readonly size: number }, position: number): void {
  if (!isSize(position) || position > tree.size) {
    throw new InvariantError(`${position} is not within 0…${tree.size}`);
  }
}
