import type { Hash } from "../merkle/index.ts";
import { MapDump } from "./dump.ts";
import { bitAt, MAP_BITS } from "./hashing.ts";
import { MAX_MAP_PUTS, OrderedPuts } from "./key-order.ts";
import { type MapPath, pathTo } from "./path.ts";
import { MapPins } from "./pins.ts";
import { type MapPuts, sliced } from "./puts.ts";
import { restoreTree } from "./restore.ts";
import { LEAF_BYTES, rowInChunk } from "./rows.ts";
import { takeOut } from "./take-out.ts";
import { type Child, type MapLeaf, MapTree, NOTHING } from "./tree.ts";
import { Putter } from "./update.ts";

/**
 * The sparse Merkle map of a ledger, in memory, over hashes of keys and values: 116 bytes a key.
 *
 * Pure computing: the values lie elsewhere, and `ref` says where. Hashes that come in are ours, so nothing is checked. No
 * change may happen while a generator of it runs.
 */
export class SparseMap {
  readonly #tree: MapTree;
  readonly #pins: MapPins;

  /** @param maxPinnedRows - see `pin` */
  constructor(tree: MapTree = new MapTree(), maxPinnedRows?: number) {
    this.#tree = tree;
    this.#pins = new MapPins(tree, maxPinnedRows);
  }

  /** How many keys there are. */
  get size(): number {
    return this.#tree.leaves.count;
  }

  root(): Hash {
    return this.#tree.rootHash.slice() as Hash;
  }

  /** What was put with the key; `undefined` where there is no such key. */
  find(keyHash: Uint8Array): number | undefined {
    const tree = this.#tree;
    let child = tree.root;
    while (child > 0)
      child = bitAt(keyHash, tree.bitOf(child)) === 0 ? tree.left(child) : tree.right(child);
    if (child === NOTHING || tree.sharedWith(child, keyHash) < MAP_BITS) return undefined;
    return tree.refOf(child);
  }

  /**
   * Puts all of them as one step: every node above them is hashed once.
   *
   * @param atOnce - more than so many are several steps
   */
  update(puts: MapPuts, atOnce: number = MAX_MAP_PUTS): void {
    for (const some of sliced(puts, atOnce)) new Putter(this.#tree, new OrderedPuts(some)).run();
    this.#pins.bound();
  }

  /**
   * Undoes updates that were never to be: `puts` as they were before, and `added` keys, which were not there. The map
   * proves then what it proved before them, and is good for nothing else: their rows stay, so it takes no more updates, and is neither visited nor dumped.
   */
  takeBack(puts: MapPuts, added: readonly Uint8Array[]): void {
    this.update(puts);
    for (const keyHash of added) takeOut(this.#tree, keyHash);
  }

  /** The path from the root to the key, or to the place where it would stand. */
  prove(keyHash: Uint8Array): MapPath {
    return pathTo(this.#tree, keyHash);
  }

  /**
   * Keeps what it takes to prove the map as it is now, under a new name, while it goes on changing. What has changed by
   * more than `MAX_PINNED_ROWS` rows since is forgotten.
   */
  pin(name: number): void {
    this.#pins.pin(name);
  }

  /** Forgets all pins but these. */
  keepPins(names: readonly number[]): void {
    this.#pins.keepOnly(names);
  }

  /** The paths as they were when the map was pinned; `undefined` where it is not pinned any more. */
  provePinned(name: number, keyHashes: readonly Uint8Array[]): readonly MapPath[] | undefined {
    const view = this.#pins.view(name);
    return view && keyHashes.map((keyHash) => pathTo(view, keyHash));
  }

  /** The keys next to this one in the order of the hashes, whether it is in the map or not, as ICS-23 proofs of absence show them. */
  neighbours(keyHash: Uint8Array): { readonly previous?: MapLeaf; readonly next?: MapLeaf } {
    const tree = this.#tree;
    let [smaller, larger, child] = [NOTHING, NOTHING, tree.root];
    while (child !== NOTHING) {
      const shared = tree.sharedWith(child, keyHash);
      if (shared < tree.bitOf(child)) {
        if (bitAt(keyHash, shared) === 1) smaller = child;
        else larger = child;
        break;
      }
      if (child < 0) break;
      if (bitAt(keyHash, shared) === 1) [smaller, child] = [tree.left(child), tree.right(child)];
      else [larger, child] = [tree.right(child), tree.left(child)];
    }
    const previous = smaller === NOTHING ? undefined : tree.leafOf(tree.lastLeaf(smaller));
    const next = larger === NOTHING ? undefined : tree.leafOf(tree.anyLeaf(larger));
    return { ...(previous && { previous }), ...(next && { next }) };
  }

  /** All keys in the order of their hashes. */
  *entries(): Generator<MapLeaf> {
    const tree = this.#tree;
    const ahead: Child[] = [tree.root];
    for (let child = ahead.pop(); child !== undefined; child = ahead.pop()) {
      if (child > 0) ahead.push(tree.right(child), tree.left(child));
      else if (child !== NOTHING) yield tree.leafOf(child);
    }
  }

  /** Visits all keys in the order in which they came: where the hash of each stands, and what was put with it. */
  visit(visitor: (keys: Uint8Array, at: number, ref: number) => void): void {
    const { leaves } = this.#tree;
    for (let row = 0; row < leaves.count; row++) {
      visitor(leaves.bytes(row), rowInChunk(row) * LEAF_BYTES, this.#tree.refOf(-row - 1));
    }
  }

  /** Begins to copy the map out while it goes on changing. One dump at a time. */
  startDump(): MapDump {
    return new MapDump(this.#tree);
  }

  /** The map that the pieces of a dump, in their order, hold; `undefined` where they hold none. */
  static restore(pieces: Iterable<Uint8Array>): SparseMap | undefined {
    const tree = restoreTree(pieces);
    return tree && new SparseMap(tree);
  }
}
