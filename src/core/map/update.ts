import { present } from "../invariant.ts";
import type { Hash } from "../merkle/index.ts";
import { bitAt, MAP_BITS } from "./hashing.ts";
import { type MapPut, partition, sharedBits } from "./key-order.ts";
import { type Child, type MapTree, NOTHING } from "./tree.ts";

/** A leaf as it was before an update. */
export type ReplacedLeaf = { readonly leaf: Child; readonly hash: Hash; readonly ref: number };

/** Puts keys into a tree; leaves that it had already are remembered as they were. */
export class Putter {
  readonly replaced: ReplacedLeaf[] = [];
  readonly #tree: MapTree;
  readonly #puts: readonly MapPut[];

  /** `puts` in the order of their keys, each key once. */
  constructor(tree: MapTree, puts: readonly MapPut[]) {
    this.#tree = tree;
    this.#puts = puts;
  }

  /**
   * Puts `puts[from, to)` into the subtree that hangs at depth `top`; they agree with its place in all bits above. Each
   * node is hashed once, after everything below it.
   */
  put(child: Child, top: number, from: number, to: number): Child {
    if (from === to) return child;
    if (child === NOTHING && from + 1 === to) {
      return this.#set(this.#tree.addLeaf(this.#at(from).keyHash), from);
    }
    const bit = this.#parting(child, top, from, to);
    if (bit === MAP_BITS) return this.#replace(child, from);
    const { node, left, right } = this.#open(child, bit);
    const middle = partition(this.#puts, from, to, bit);
    const newLeft = this.put(left, bit + 1, from, middle);
    const newRight = this.put(right, bit + 1, middle, to);
    this.#tree.setNode(node, top, newLeft, newRight);
    return node;
  }

  /** The first bit at which the keys of the subtree and the puts are not all alike. */
  #parting(child: Child, top: number, from: number, to: number): number {
    const tree = this.#tree;
    // Most nodes hang right below their parent: there is no bit in between to differ in.
    if (child > 0 && tree.bitOf(child) === top) return top;
    const first = this.#at(from).keyHash;
    const last = this.#at(to - 1).keyHash;
    if (child === NOTHING) return sharedBits(first, last);
    return Math.min(tree.sharedWith(child, first), tree.sharedWith(child, last));
  }

  /** The node at which keys part: the subtree's own, or a new one above the subtree. */
  #open(child: Child, bit: number): { node: Child; left: Child; right: Child } {
    const tree = this.#tree;
    if (child > 0 && tree.bitOf(child) === bit) {
      return { node: child, left: tree.left(child), right: tree.right(child) };
    }
    const node = tree.addNode(bit);
    if (child === NOTHING) return { node, left: NOTHING, right: NOTHING };
    const { keyHash } = tree.leafOf(tree.anyLeaf(child));
    if (child > 0) tree.rehash(child, bit + 1);
    return bitAt(keyHash, bit) === 0
      ? { node, left: child, right: NOTHING }
      : { node, left: NOTHING, right: child };
  }

  #replace(leaf: Child, index: number): Child {
    const { ref } = this.#tree.leafOf(leaf);
    this.replaced.push({ leaf, hash: this.#tree.hashOf(leaf), ref });
    return this.#set(leaf, index);
  }

  #set(leaf: Child, index: number): Child {
    const { valueHash, ref } = this.#at(index);
    this.#tree.setLeaf(leaf, valueHash, ref);
    return leaf;
  }

  #at(index: number): MapPut {
    return present(this.#puts[index], "a put");
  }
}

/** Takes back what a `Putter` did: keys that came in rows from `leaves` on go, the others are hashed again. */
export class Remover {
  readonly #tree: MapTree;
  readonly #puts: readonly MapPut[];
  readonly #leaves: number;

  constructor(tree: MapTree, puts: readonly MapPut[], leaves: number) {
    this.#tree = tree;
    this.#puts = puts;
    this.#leaves = leaves;
  }

  remove(child: Child, top: number, from: number, to: number): Child {
    if (from === to) return child;
    if (child <= 0) return -child > this.#leaves ? NOTHING : child;
    const tree = this.#tree;
    const bit = tree.bitOf(child);
    const middle = partition(this.#puts, from, to, bit);
    const left = this.remove(tree.left(child), bit + 1, from, middle);
    const right = this.remove(tree.right(child), bit + 1, middle, to);
    if (left !== NOTHING && right !== NOTHING) {
      tree.setNode(child, top, left, right);
      return child;
    }
    // What is left alone moves up into the node's place.
    const alone = left === NOTHING ? right : left;
    if (alone > 0) tree.rehash(alone, top);
    return alone;
  }
}
