import { sha256Into } from "#crypto";
import { HASH_BYTES, type Hash } from "../merkle/index.ts";
import { bitAt, EMPTY_PLACE, MAP_BITS, MAP_NODE_PREFIX } from "./hashing.ts";
import { copyHash, sharedBits } from "./key-order.ts";
import {
  LEAF_BYTES,
  NODE_BIT,
  NODE_BYTES,
  NODE_HASHES,
  NODE_LEFT,
  NODE_RIGHT,
  NODE_WORDS,
  refAt,
  rowInChunk,
  Table,
} from "./rows.ts";

/** 0 is nothing, n > 0 the inner node in row n − 1, n < 0 the leaf in row −n − 1. */
export type Child = number;

export const NOTHING: Child = 0;

/** Where a hash belongs: 0 beside the root, 2n and 2n + 1 the left and right side of node n. */
export type Place = number;

export const ROOT_PLACE: Place = 0;

const HASH_WORDS = HASH_BYTES / 4;

/** A key of the map and what the caller keeps with it. */
export type MapLeaf = { readonly keyHash: Hash; readonly ref: number };

/** What a path is read from. */
export type TreeView = Pick<
  MapTree,
  "root" | "bitOf" | "left" | "right" | "sharedWith" | "childHash" | "leafOf" | "hashNode"
>;

/** Told of each row that changes. */
export interface RowWatcher {
  nodeChanged(row: number): void;
  leafChanged(row: number): void;
}

/**
 * The nodes and leaves of the map, by row.
 *
 * The map has the hashes of the full binary tree of 256 levels (docs/spec/ledger.md, Map) but keeps only the nodes with
 * two children. Where the keys below such a node share bits beyond its parent, the nodes with one child in between are
 * folded into its hash; so n keys take n − 1 nodes. A node keeps the hashes of its two children, so that going up a path
 * never looks beside it.
 */
export class MapTree {
  readonly nodes: Table = new Table(NODE_BYTES);
  readonly leaves: Table = new Table(LEAF_BYTES);
  root: Child = NOTHING;
  readonly rootHash: Uint8Array = EMPTY_PLACE.slice();
  readonly #rootWords = new Int32Array(this.rootHash.buffer);
  /** Told after a change. */
  watcher: RowWatcher | undefined;
  /** Told before the first change of a row in an update, while the row is as it was. */
  before: RowWatcher | undefined;
  // Prefix, left and right of what is being hashed, filled and read within one synchronous call. The prefix is the last
  // byte of the first word, so that the hashes behind it can be copied by words.
  readonly #words = new Int32Array(1 + 2 * HASH_WORDS);
  readonly #input = new Uint8Array(this.#words.buffer, 3);

  /** The bit at which the keys of a subtree part; a leaf's never do. */
  bitOf(child: Child): number {
    return child < 0 ? MAP_BITS : this.#word(child, NODE_BIT);
  }

  left(node: Child): Child {
    return this.#word(node, NODE_LEFT);
  }

  right(node: Child): Child {
    return this.#word(node, NODE_RIGHT);
  }

  /** The memory that holds a node's row, and with it the hashes of its children. */
  bytesOf(node: Child): Uint8Array {
    return this.nodes.bytes(node - 1);
  }

  /** Where in that memory the hash of the left (0) or right (1) child stands. */
  slotOf(node: Child, side: 0 | 1): number {
    return 4 * (rowInChunk(node - 1) * NODE_WORDS + NODE_HASHES) + side * HASH_BYTES;
  }

  /** Copies the hash at a place to `words` from `at` on. */
  readHash(place: Place, words: Int32Array, at: number): void {
    copyWords(this.#wordsAt(place), this.#wordOf(place), words, at, HASH_WORDS);
  }

  /** Puts the hash that stands in `words` from `at` on at a place. */
  writeHash(place: Place, words: Int32Array, at: number): void {
    copyWords(words, at, this.#wordsAt(place), this.#wordOf(place), HASH_WORDS);
  }

  /** Copies the hash at one place to another one. */
  copyHash(from: Place, to: Place): void {
    this.writeHash(to, this.#wordsAt(from), this.#wordOf(from));
  }

  /** Copies the hashes of both children, left before right, to `words` from `at` on. */
  readChildHashes(node: Child, words: Int32Array, at: number): void {
    const from = rowInChunk(node - 1) * NODE_WORDS + NODE_HASHES;
    copyWords(this.nodes.words(node - 1), from, words, at, 2 * HASH_WORDS);
  }

  /** Copies a leaf's key to `words` from `at` on. */
  readKey(leaf: Child, words: Int32Array, at: number): void {
    const row = -leaf - 1;
    copyWords(this.leaves.words(row), rowInChunk(row) * (LEAF_BYTES / 4), words, at, HASH_WORDS);
  }

  #wordsAt(place: Place): Int32Array {
    return place === ROOT_PLACE ? this.#rootWords : this.nodes.words((place >> 1) - 1);
  }

  #wordOf(place: Place): number {
    if (place === ROOT_PLACE) return 0;
    return rowInChunk((place >> 1) - 1) * NODE_WORDS + NODE_HASHES + (place & 1) * HASH_WORDS;
  }

  /** A copy of the hash of a child. */
  childHash(node: Child, side: 0 | 1): Hash {
    const at = this.slotOf(node, side);
    return this.bytesOf(node).slice(at, at + HASH_BYTES) as Hash;
  }

  /** How many bits the key shares with all keys of a subtree; no more than those share among themselves. */
  sharedWith(child: Child, keyHash: Uint8Array, keyAt = 0): number {
    const row = -this.anyLeaf(child) - 1;
    const shared = sharedBits(keyHash, keyAt, this.leaves.bytes(row), rowInChunk(row) * LEAF_BYTES);
    return Math.min(shared, this.bitOf(child));
  }

  /** The left-most leaf of a subtree. */
  anyLeaf(child: Child): Child {
    let at = child;
    while (at > 0) at = this.left(at);
    return at;
  }

  /** The right-most leaf of a subtree. */
  lastLeaf(child: Child): Child {
    let at = child;
    while (at > 0) at = this.right(at);
    return at;
  }

  leafOf(leaf: Child): MapLeaf {
    const at = rowInChunk(-leaf - 1) * LEAF_BYTES;
    const keyHash = this.leaves.bytes(-leaf - 1).slice(at, at + HASH_BYTES) as Hash;
    return { keyHash, ref: this.refOf(leaf) };
  }

  /** Bit `index` of the keys of a subtree, which share it. */
  keyBit(child: Child, index: number): 0 | 1 {
    const row = -this.anyLeaf(child) - 1;
    return bitAt(this.leaves.bytes(row), 8 * LEAF_BYTES * rowInChunk(row) + index);
  }

  refOf(leaf: Child): number {
    return this.leaves.doubles(-leaf - 1)[refAt(-leaf - 1)] as number;
  }

  setRef(leaf: Child, ref: number): void {
    this.before?.leafChanged(-leaf - 1);
    this.leaves.doubles(-leaf - 1)[refAt(-leaf - 1)] = ref;
    this.watcher?.leafChanged(-leaf - 1);
  }

  /** A leaf for the key that stands in `keys` at `keyAt`. */
  addLeaf(keys: Uint8Array, keyAt: number): Child {
    const row = this.leaves.add();
    copyHash(keys, keyAt, this.leaves.bytes(row), rowInChunk(row) * LEAF_BYTES);
    return -row - 1;
  }

  /** A node without children. */
  addNode(bit: number): Child {
    const row = this.nodes.add();
    const words = this.nodes.words(row);
    const at = rowInChunk(row) * NODE_WORDS;
    words.fill(0, at, at + NODE_WORDS);
    words[at + NODE_BIT] = bit;
    return row + 1;
  }

  /** Gives a node its children, whose hashes are in its row already, or follow at the end of the update. */
  setChildren(node: Child, left: Child, right: Child): void {
    this.before?.nodeChanged(node - 1);
    const words = this.nodes.words(node - 1);
    const at = rowInChunk(node - 1) * NODE_WORDS;
    words[at + NODE_LEFT] = left;
    words[at + NODE_RIGHT] = right;
    this.watcher?.nodeChanged(node - 1);
  }

  /** Gives up the rows behind the first ones. */
  drop({ leaves, nodes }: { readonly leaves: number; readonly nodes: number }): void {
    this.leaves.resize(leaves);
    this.nodes.resize(nodes);
  }

  /** Writes the hash that a node has where it hangs at depth `top` to `out` at `at`. */
  hashNode(node: Child, top: number, out: Uint8Array, at: number): void {
    this.hashRow(this.nodes.words(node - 1), rowInChunk(node - 1) * NODE_WORDS, node, top, out, at);
  }

  /** The same of a node whose row, as it was once, stands in `words` from `row` on. */
  hashRow(
    words: Int32Array,
    row: number,
    node: Child,
    top: number,
    out: Uint8Array,
    at: number,
  ): void {
    copyWords(words, row + NODE_HASHES, this.#words, 1, 2 * HASH_WORDS);
    this.#input[0] = MAP_NODE_PREFIX;
    sha256Into(out, at, this.#input);
    const bit = words[row + NODE_BIT] as number;
    if (bit > top) this.#fold(node, bit, top, out, at);
  }

  /** Goes up from depth `bit` to `top`, through nodes whose other child is empty. */
  #fold(node: Child, bit: number, top: number, out: Uint8Array, at: number): void {
    const leaf = this.anyLeaf(node);
    for (let level = bit - 1; level >= top; level--) {
      const isRight = this.keyBit(leaf, level) === 1;
      copyHash(EMPTY_PLACE, 0, this.#input, isRight ? 1 : 1 + HASH_BYTES);
      copyHash(out, at, this.#input, isRight ? 1 + HASH_BYTES : 1);
      sha256Into(out, at, this.#input);
    }
  }

  #word(node: Child, word: number): number {
    return this.nodes.words(node - 1)[rowInChunk(node - 1) * NODE_WORDS + word] as number;
  }
}

function copyWords(
  from: Int32Array,
  fromAt: number,
  to: Int32Array,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[at + i] = from[fromAt + i] as number;
}
