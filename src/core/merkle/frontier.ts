import { concat } from "../bytes.ts";
import { present } from "../invariant.ts";
import { EMPTY_ROOT, HASH_BYTES, type Hash, hashNode, hashPairs } from "./hash.ts";
import { half, isSize, subtrees } from "./shape.ts";

/**
 * The right edge of a growing tree: the roots of the complete subtrees that the leaves so far fall into, the largest
 * first. It is all that is needed to append, and takes at most 53 hashes.
 */
export class Frontier {
  #size: number;
  readonly #peaks: Hash[];

  private constructor(size: number, peaks: readonly Hash[]) {
    this.#size = size;
    this.#peaks = [...peaks];
  }

  static empty(): Frontier {
    return new Frontier(0, []);
  }

  /** Takes up what `hashes()` gave at `size`; `undefined` where the number of hashes does not fit the size. */
  static from(size: number, hashes: readonly Hash[]): Frontier | undefined {
    const fits = isSize(size) && hashes.length === subtrees(0, size).length;
    return fits ? new Frontier(size, hashes) : undefined;
  }

  get size(): number {
    return this.#size;
  }

  /** One hash for each complete subtree, from left to right. */
  hashes(): readonly Hash[] {
    return [...this.#peaks];
  }

  /** An independent copy, for trying something that may be dropped. */
  clone(): Frontier {
    return new Frontier(this.#size, this.#peaks);
  }

  append(leaf: Hash): void {
    let node = leaf;
    // Each odd bit from below is a complete subtree that the new leaf pairs up with.
    for (let left = this.#size; left % 2 === 1; left = half(left)) {
      node = hashNode(present(this.#peaks.pop(), "a peak"), node);
    }
    this.#peaks.push(node);
    this.#size += 1;
  }

  /** Appends leaves that lie one behind the other, for less than one by one: a level at a time. */
  appendAll(leaves: Uint8Array): void {
    const before = this.#size;
    this.#size += leaves.length / HASH_BYTES;
    // The peaks of the levels that the new leaves reach, from the lowest up; those above stay as they are.
    const right: Hash[] = [];
    let nodes = leaves;
    for (let left = before; nodes.length > 0; left = half(left)) {
      // An odd one from before is the left sibling of the first new one.
      if (left % 2 === 1) nodes = concat(present(this.#peaks.pop(), "a peak"), nodes);
      const isOdd = (nodes.length / HASH_BYTES) % 2 === 1;
      if (isOdd) right.push(nodes.slice(-HASH_BYTES) as Hash);
      nodes = hashPairs(nodes);
    }
    this.#peaks.push(...right.reverse());
  }

  root(): Hash {
    return foldPeaks(this.#peaks);
  }
}

/** The root over complete subtrees given from left to right: the smallest pair up first. RFC 9162 §2.1.1. */
export function foldPeaks(peaks: readonly Hash[]): Hash {
  return peaks.length === 0
    ? EMPTY_ROOT
    : peaks.reduceRight((right, left) => hashNode(left, right));
}

/** The root over leaf hashes. */
export function merkleRoot(leaves: readonly Hash[]): Hash {
  const frontier = Frontier.empty();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}
