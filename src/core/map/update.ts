import { HASH_BYTES } from "../merkle/index.ts";
import { EMPTY_PLACE, MAP_BITS } from "./hashing.ts";
import { copyHash, type OrderedPuts, sharedBits } from "./key-order.ts";
import { type Child, type MapTree, NOTHING } from "./tree.ts";

// `out` and `at` of each step say where the hash of the subtree goes: in the row of its parent, or beside the root. Until
// the step is done it holds the hash from before.

/** The leaves that puts replaced, by the position of the put; −1 where the key was new. */
export type Replaced = { readonly refs: Float64Array; readonly hashes: Uint8Array };

const NEW = -1;

/** Puts keys into a tree and remembers what they replaced. */
export class Putter {
  readonly replaced: Replaced;
  readonly #tree: MapTree;
  readonly #puts: OrderedPuts;

  constructor(tree: MapTree, puts: OrderedPuts) {
    this.#tree = tree;
    this.#puts = puts;
    this.replaced = {
      refs: new Float64Array(puts.length).fill(NEW),
      hashes: new Uint8Array(puts.length * HASH_BYTES),
    };
  }

  run(): void {
    const tree = this.#tree;
    tree.root = this.#put(tree.root, 0, 0, this.#puts.length, tree.rootHash, 0);
  }

  /**
   * Puts those of `[from, to)` into the subtree that hangs at depth `top`; they agree with its place in all bits above.
   * Each node is hashed once, after everything below it.
   */
  #put(child: Child, top: number, from: number, to: number, out: Uint8Array, at: number): Child {
    if (from === to) return child;
    if (child === NOTHING && from + 1 === to) return this.#insert(from, out, at);
    const bit = this.#parting(child, top, from, to);
    if (bit === MAP_BITS) return this.#replace(child, from, out, at);
    const tree = this.#tree;
    const node = child > 0 && bit === tree.bitOf(child) ? child : this.#split(child, bit, out, at);
    const middle = this.#puts.partition(from, to, bit);
    const bytes = tree.bytesOf(node);
    const slot = tree.slotOf(node, 0);
    const left = this.#put(tree.left(node), bit + 1, from, middle, bytes, slot);
    const right = this.#put(tree.right(node), bit + 1, middle, to, bytes, slot + HASH_BYTES);
    tree.setChildren(node, left, right);
    tree.hashNode(node, top, out, at);
    return node;
  }

  /** The first bit at which the keys of the subtree and the puts are not all alike. */
  #parting(child: Child, top: number, from: number, to: number): number {
    const tree = this.#tree;
    // Most nodes hang right below their parent: there is no bit in between to differ in.
    if (child > 0 && tree.bitOf(child) === top) return top;
    const { keys } = this.#puts;
    const [first, last] = [from * HASH_BYTES, (to - 1) * HASH_BYTES];
    if (child === NOTHING) return sharedBits(keys, first, keys, last);
    const shared = tree.sharedWith(child, keys, first);
    return first === last ? shared : Math.min(shared, tree.sharedWith(child, keys, last));
  }

  /** A new node that parts at `bit`, above the subtree. */
  #split(child: Child, bit: number, out: Uint8Array, at: number): Child {
    const tree = this.#tree;
    const node = tree.addNode(bit);
    if (child === NOTHING) return node;
    const side = tree.keyBit(child, bit);
    if (child > 0) tree.hashNode(child, bit + 1, tree.bytesOf(node), tree.slotOf(node, side));
    else copyHash(out, at, tree.bytesOf(node), tree.slotOf(node, side));
    tree.setChildren(node, side === 0 ? child : NOTHING, side === 1 ? child : NOTHING);
    return node;
  }

  #insert(index: number, out: Uint8Array, at: number): Child {
    return this.#set(this.#tree.addLeaf(this.#puts.keys, index * HASH_BYTES), index, out, at);
  }

  #replace(leaf: Child, index: number, out: Uint8Array, at: number): Child {
    this.replaced.refs[index] = this.#tree.refOf(leaf);
    copyHash(out, at, this.replaced.hashes, index * HASH_BYTES);
    return this.#set(leaf, index, out, at);
  }

  #set(leaf: Child, index: number, out: Uint8Array, at: number): Child {
    const { valueHash, ref } = this.#puts.at(index);
    this.#tree.hashLeaf(leaf, valueHash, out, at);
    this.#tree.setRef(leaf, ref);
    return leaf;
  }
}

/** Takes back what a `Putter` did, along the same paths. */
export class Reverter {
  readonly #tree: MapTree;
  readonly #puts: OrderedPuts;
  readonly #replaced: Replaced;

  constructor(tree: MapTree, puts: OrderedPuts, replaced: Replaced) {
    this.#tree = tree;
    this.#puts = puts;
    this.#replaced = replaced;
  }

  run(): void {
    const tree = this.#tree;
    tree.root = this.#revert(tree.root, 0, 0, this.#puts.length, tree.rootHash, 0);
  }

  #revert(child: Child, top: number, from: number, to: number, out: Uint8Array, at: number): Child {
    if (from === to) return child;
    if (child < 0) return this.#leaf(child, from, out, at);
    const tree = this.#tree;
    const bit = tree.bitOf(child);
    const middle = this.#puts.partition(from, to, bit);
    const bytes = tree.bytesOf(child);
    const slot = tree.slotOf(child, 0);
    const left = this.#revert(tree.left(child), bit + 1, from, middle, bytes, slot);
    const right = this.#revert(tree.right(child), bit + 1, middle, to, bytes, slot + HASH_BYTES);
    tree.setChildren(child, left, right);
    if (left !== NOTHING && right !== NOTHING) {
      tree.hashNode(child, top, out, at);
      return child;
    }
    // What is left alone takes the node's place.
    const alone = left === NOTHING ? right : left;
    if (alone > 0) tree.hashNode(alone, top, out, at);
    else copyHash(bytes, left === NOTHING ? slot + HASH_BYTES : slot, out, at);
    return alone;
  }

  /** A leaf that was there before gets its hash and number back; one that came goes. */
  #leaf(leaf: Child, index: number, out: Uint8Array, at: number): Child {
    const { refs, hashes } = this.#replaced;
    const ref = refs[index] as number;
    if (ref === NEW) {
      copyHash(EMPTY_PLACE, 0, out, at);
      return NOTHING;
    }
    copyHash(hashes, index * HASH_BYTES, out, at);
    this.#tree.setRef(leaf, ref);
    return leaf;
  }
}
