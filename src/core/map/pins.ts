import { HASH_BYTES, type Hash } from "../merkle/index.ts";
import {
  NODE_BYTES,
  NODE_HASHES,
  NODE_LEFT,
  NODE_RIGHT,
  NODE_WORDS,
  rowInChunk,
  Table,
} from "./rows.ts";
import type { Child, MapLeaf, MapTree, RowWatcher, TreeView } from "./tree.ts";

/**
 * Rows that are remembered for all pins together, about 100 bytes each. What would take more is forgotten, the oldest pin
 * first: a map that changes so much while nobody cosigns it has nothing to prove there.
 */
export const MAX_PINNED_ROWS: number = 2 ** 20;

/**
 * Moments of a map to which paths can still be had while it goes on changing: of what changed since, the rows as they were.
 * Only the newest pin takes rows; an older one finds in the newer ones what it lacks.
 */
export class MapPins implements RowWatcher {
  readonly #tree: MapTree;
  readonly #maxRows: number;
  /** The oldest first. */
  #pins: Pin[] = [];

  constructor(tree: MapTree, maxRows: number = MAX_PINNED_ROWS) {
    this.#tree = tree;
    this.#maxRows = maxRows;
  }

  /** Pins the map as it is now, under a name that is none of the pins there are. */
  pin(name: number): void {
    this.#pins.push(new Pin(name, this.#tree));
    this.#tree.before = this;
  }

  /** Forgets all pins but these. */
  keepOnly(names: readonly number[]): void {
    const kept: Pin[] = [];
    for (const pin of this.#pins) {
      if (names.includes(pin.name)) kept.push(pin);
      // An older one may have relied on it.
      else kept.at(-1)?.adopt(pin);
    }
    this.#pins = kept;
    if (kept.length === 0) this.#tree.before = undefined;
  }

  /** The map as it was; `undefined` where it is not pinned any more. */
  view(name: number): TreeView | undefined {
    const at = this.#pins.findIndex((pin) => pin.name === name);
    const pin = this.#pins[at];
    return pin && new PinnedTree(this.#tree, pin, this.#pins.slice(at));
  }

  nodeChanged(row: number): void {
    this.#pins.at(-1)?.saveNode(row, this.#tree);
  }

  leafChanged(row: number): void {
    this.#pins.at(-1)?.saveLeaf(row, this.#tree);
  }

  /** After an update: forgets what takes too much room. */
  bound(): void {
    const rows = () => this.#pins.reduce((sum, pin) => sum + pin.rows, 0);
    while (rows() > this.#maxRows) this.#pins.shift();
    if (this.#pins.length === 0) this.#tree.before = undefined;
  }
}

/** Rows that a pin remembers, as they were at its moment. */
class Pin {
  readonly name: number;
  readonly root: Child;
  /** Rows behind these came later, and nothing of the pin leads to them. */
  readonly #nodeCount: number;
  readonly #leafCount: number;
  readonly #saved: Table = new Table(NODE_BYTES);
  readonly #nodes = new Map<number, number>();
  readonly #refs = new Map<number, number>();

  constructor(name: number, tree: MapTree) {
    this.name = name;
    this.root = tree.root;
    this.#nodeCount = tree.nodes.count;
    this.#leafCount = tree.leaves.count;
  }

  get rows(): number {
    return this.#nodes.size + this.#refs.size;
  }

  saveNode(row: number, tree: MapTree): void {
    if (row < this.#nodeCount) this.#keepNode(row, tree.nodes.words(row), rowAt(row));
  }

  saveLeaf(row: number, tree: MapTree): void {
    if (row < this.#leafCount && !this.#refs.has(row)) this.#refs.set(row, tree.refOf(-row - 1));
  }

  /** Takes over what a newer one remembered and this one did not: until then it had not changed. */
  adopt(newer: Pin): void {
    for (const row of newer.#nodes.keys()) {
      const saved = newer.node(row);
      if (saved !== undefined && row < this.#nodeCount) {
        this.#keepNode(row, saved.words, saved.at);
      }
    }
    for (const [row, ref] of newer.#refs) {
      if (row < this.#leafCount && !this.#refs.has(row)) this.#refs.set(row, ref);
    }
  }

  node(row: number): RowWords | undefined {
    const slot = this.#nodes.get(row);
    return slot === undefined ? undefined : { words: this.#saved.words(slot), at: rowAt(slot) };
  }

  ref(row: number): number | undefined {
    return this.#refs.get(row);
  }

  #keepNode(row: number, words: Int32Array, at: number): void {
    if (this.#nodes.has(row)) return;
    const slot = this.#saved.add();
    this.#saved.words(slot).set(words.subarray(at, at + NODE_WORDS), rowAt(slot));
    this.#nodes.set(row, slot);
  }
}

type RowWords = { readonly words: Int32Array; readonly at: number };

function rowAt(row: number): number {
  return rowInChunk(row) * NODE_WORDS;
}

/**
 * A map as it was. At which bit a node parts, and the bits above it that its keys share, never change: those are read where
 * they are today.
 */
class PinnedTree implements TreeView {
  readonly root: Child;
  readonly #tree: MapTree;
  readonly #pins: readonly Pin[];

  /** @param pins - the pin itself, and all newer ones */
  constructor(tree: MapTree, { root }: Pin, pins: readonly Pin[]) {
    this.root = root;
    this.#tree = tree;
    this.#pins = pins;
  }

  bitOf(child: Child): number {
    return this.#tree.bitOf(child);
  }

  sharedWith(child: Child, keyHash: Uint8Array): number {
    return this.#tree.sharedWith(child, keyHash);
  }

  left(node: Child): Child {
    return this.#word(node, NODE_LEFT);
  }

  right(node: Child): Child {
    return this.#word(node, NODE_RIGHT);
  }

  childHash(node: Child, side: 0 | 1): Hash {
    const { words, at } = this.#row(node);
    const from = words.byteOffset + 4 * (at + NODE_HASHES) + HASH_BYTES * side;
    return new Uint8Array(words.buffer, from, HASH_BYTES).slice() as Hash;
  }

  leafOf(leaf: Child): MapLeaf {
    const now = this.#tree.leafOf(leaf);
    for (const pin of this.#pins) {
      const ref = pin.ref(-leaf - 1);
      if (ref !== undefined) return { ...now, ref };
    }
    return now;
  }

  hashNode(node: Child, top: number, out: Uint8Array, at: number): void {
    const row = this.#row(node);
    this.#tree.hashRow(row.words, row.at, node, top, out, at);
  }

  #row(node: Child): RowWords {
    for (const pin of this.#pins) {
      const saved = pin.node(node - 1);
      if (saved !== undefined) return saved;
    }
    return { words: this.#tree.nodes.words(node - 1), at: rowAt(node - 1) };
  }

  #word(node: Child, word: number): number {
    const { words, at } = this.#row(node);
    return words[at + word] as number;
  }
}
