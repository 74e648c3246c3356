import { HASH_BYTES } from "../merkle/index.ts";
import { MAP_BITS } from "./hashing.ts";
import { type OrderedPuts, sharedBits } from "./key-order.ts";
import { StaleHashes, UNCHANGED } from "./stale-hashes.ts";
import { type Child, type MapTree, NOTHING, type Place, ROOT_PLACE } from "./tree.ts";

/** Puts keys into a tree: first all leaves and nodes find their places, then what they made stale is hashed together. */
export class Putter {
  readonly #tree: MapTree;
  readonly #puts: OrderedPuts;
  readonly #stale: StaleHashes;
  /** How many steps of hashing the subtree that was put last takes; `UNCHANGED` when nothing was put. */
  #steps = UNCHANGED;

  constructor(tree: MapTree, puts: OrderedPuts) {
    this.#tree = tree;
    this.#puts = puts;
    this.#stale = new StaleHashes(tree, puts);
  }

  run(): void {
    this.#tree.root = this.#put(this.#tree.root, 0, 0, this.#puts.length, ROOT_PLACE);
    this.#stale.hash();
  }

  /**
   * Puts those of `[from, to)` into the subtree that hangs at depth `top`; they agree with its place in all bits above.
   * Until the end, `place` holds the hash from before.
   */
  #put(child: Child, top: number, from: number, to: number, place: Place): Child {
    if (from === to) {
      this.#steps = UNCHANGED;
      return child;
    }
    if (child === NOTHING && from + 1 === to) return this.#insert(from, place);
    const bit = this.#parting(child, top, from, to);
    if (bit === MAP_BITS) return this.#set(child, from, place);
    return child > 0 && bit === this.#tree.bitOf(child)
      ? this.#into(child, bit, top, from, to, place)
      : this.#above(child, bit, top, from, to, place);
  }

  /** Into an inner node, where it parts. */
  #into(node: Child, bit: number, top: number, from: number, to: number, place: Place): Child {
    const tree = this.#tree;
    const middle = this.#puts.partition(from, to, bit);
    const left = this.#put(tree.left(node), bit + 1, from, middle, 2 * node);
    const below = this.#steps;
    const right = this.#put(tree.right(node), bit + 1, middle, to, 2 * node + 1);
    tree.setChildren(node, left, right);
    this.#steps = this.#stale.node(node, bit, top, place, Math.max(below, this.#steps));
    return node;
  }

  /** Into a new node that parts at `bit`, above the subtree. */
  #above(child: Child, bit: number, top: number, from: number, to: number, place: Place): Child {
    const tree = this.#tree;
    const node = tree.addNode(bit);
    if (child === NOTHING) return this.#into(node, bit, top, from, to, place);
    const side = tree.keyBit(child, bit);
    const middle = this.#puts.partition(from, to, bit);
    const isPut = side === 0 ? middle > from : to > middle;
    tree.setChildren(node, side === 0 ? child : NOTHING, side === 1 ? child : NOTHING);
    let moved = UNCHANGED;
    if (child < 0) tree.copyHash(place, 2 * node + side);
    // It hangs deeper than before, so fewer levels are folded into its hash.
    else if (!isPut) {
      moved = this.#stale.node(child, tree.bitOf(child), bit + 1, 2 * node + side, UNCHANGED);
    }
    const left = this.#put(tree.left(node), bit + 1, from, middle, 2 * node);
    const below = Math.max(moved, this.#steps);
    const right = this.#put(tree.right(node), bit + 1, middle, to, 2 * node + 1);
    tree.setChildren(node, left, right);
    this.#steps = this.#stale.node(node, bit, top, place, Math.max(below, this.#steps));
    return node;
  }

  /** The first bit at which the keys of the subtree and the puts are not all alike. */
  #parting(child: Child, top: number, from: number, to: number): number {
    const tree = this.#tree;
    // Most nodes hang right below their parent: there is no bit in between to differ in.
    if (child > 0 && tree.bitOf(child) === top) return top;
    const { keys } = this.#puts;
    const [first, last] = [from, to - 1];
    if (child === NOTHING) return sharedBits(keys, HASH_BYTES * first, keys, HASH_BYTES * last);
    const shared = tree.sharedWith(child, keys, HASH_BYTES * first);
    return first === last
      ? shared
      : Math.min(shared, tree.sharedWith(child, keys, HASH_BYTES * last));
  }

  #insert(index: number, place: Place): Child {
    return this.#set(this.#tree.addLeaf(this.#puts.keys, HASH_BYTES * index), index, place);
  }

  #set(leaf: Child, index: number, place: Place): Child {
    this.#tree.setRef(leaf, this.#puts.refAt(index));
    this.#steps = this.#stale.leaf(leaf, index, place);
    return leaf;
  }
}
