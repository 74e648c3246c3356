import { sha256Into } from "#crypto";
import { HASH_BYTES, type Hash } from "../merkle/index.ts";
import { bitAt, EMPTY_PLACE, MAP_BITS, MAP_LEAF_PREFIX, MAP_NODE_PREFIX } from "./hashing.ts";
import { sharedBits } from "./key-order.ts";
import { LeafChunk, NodeChunk, rowInChunk, Table } from "./rows.ts";

/** 0 is nothing, n > 0 the inner node in row n − 1, n < 0 the leaf in row −n − 1. */
export type Child = number;

export const NOTHING: Child = 0;

/** A key of the map and what the caller keeps with it. */
export type MapLeaf = { readonly keyHash: Hash; readonly ref: number };

/** Told of each row that changes, and when the last rows go. */
export interface RowWatcher {
  nodeChanged(row: number): void;
  leafChanged(row: number): void;
  dropped(): void;
}

/**
 * The nodes and leaves of the map, by row.
 *
 * The map has the hashes of the full binary tree of 256 levels (docs/spec/ledger.md, Map) but keeps only the nodes with
 * two children. Where the keys below such a node share bits beyond its parent, the nodes with one child in between are
 * folded into its hash; so n keys take n − 1 nodes.
 */
export class MapTree {
  readonly nodes: Table<NodeChunk> = new Table(() => new NodeChunk());
  readonly leaves: Table<LeafChunk> = new Table(() => new LeafChunk());
  root: Child = NOTHING;
  watcher: RowWatcher | undefined;
  // Prefix, left and right of what is being hashed; filled and read within one synchronous call.
  readonly #input = new Uint8Array(1 + 2 * HASH_BYTES);

  /** The bit at which the keys of a subtree part; a leaf's never do. */
  bitOf(child: Child): number {
    return child < 0
      ? MAP_BITS
      : (this.nodes.chunk(child - 1).bit[rowInChunk(child - 1)] as number);
  }

  left(node: Child): Child {
    return this.nodes.chunk(node - 1).left[rowInChunk(node - 1)] as Child;
  }

  right(node: Child): Child {
    return this.nodes.chunk(node - 1).right[rowInChunk(node - 1)] as Child;
  }

  /** The child of a node that a key leads to. */
  towards(node: Child, keyHash: Uint8Array): Child {
    const chunk = this.nodes.chunk(node - 1);
    const row = rowInChunk(node - 1);
    const side = bitAt(keyHash, chunk.bit[row] as number) === 0 ? chunk.left : chunk.right;
    return side[row] as Child;
  }

  /** A copy of the hash of a subtree where its parent sees it. */
  hashOf(child: Child): Hash {
    this.#copyHash(child, 1);
    return this.#input.slice(1, 1 + HASH_BYTES) as Hash;
  }

  /** The hash of a node as it would be at depth `top`, which may lie below its parent's child. */
  hashAt(node: Child, top: number): Hash {
    const hash = new Uint8Array(HASH_BYTES);
    this.#hashNode(hash, 0, node, top);
    return hash as Hash;
  }

  /** How many bits the key shares with all keys of a subtree; no more than those keys share among themselves. */
  sharedWith(child: Child, keyHash: Uint8Array): number {
    const leaf = -this.anyLeaf(child) - 1;
    const shared = sharedBits(keyHash, this.leaves.chunk(leaf).key, rowInChunk(leaf) * HASH_BYTES);
    return Math.min(shared, this.bitOf(child));
  }

  /** The left-most leaf of a subtree, or the right-most one. */
  anyLeaf(child: Child, edge: "left" | "right" = "left"): Child {
    let at = child;
    while (at > 0) at = edge === "left" ? this.left(at) : this.right(at);
    return at;
  }

  leafOf(leaf: Child): MapLeaf {
    const chunk = this.leaves.chunk(-leaf - 1);
    const row = rowInChunk(-leaf - 1);
    const keyHash = chunk.key.slice(row * HASH_BYTES, (row + 1) * HASH_BYTES) as Hash;
    return { keyHash, ref: chunk.ref[row] as number };
  }

  refOf(leaf: Child): number {
    return this.leaves.chunk(-leaf - 1).ref[rowInChunk(-leaf - 1)] as number;
  }

  /** The left-most or right-most key of a subtree. */
  edgeOf(child: Child, edge: "left" | "right"): MapLeaf | undefined {
    return child === NOTHING ? undefined : this.leafOf(this.anyLeaf(child, edge));
  }

  isKeyOf(leaf: Child, keyHash: Uint8Array): boolean {
    const chunk = this.leaves.chunk(-leaf - 1);
    return sharedBits(keyHash, chunk.key, rowInChunk(-leaf - 1) * HASH_BYTES) === MAP_BITS;
  }

  addLeaf(keyHash: Uint8Array): Child {
    const row = this.leaves.add();
    this.leaves.chunk(row).key.set(keyHash, rowInChunk(row) * HASH_BYTES);
    return -row - 1;
  }

  /** Gives up the rows behind the first `leaves` and `nodes`. */
  drop({ leaves, nodes }: { readonly leaves: number; readonly nodes: number }): void {
    this.leaves.resize(leaves);
    this.nodes.resize(nodes);
    this.watcher?.dropped();
  }

  /** Computes the hash of a leaf from its value's. */
  setLeaf(leaf: Child, valueHash: Uint8Array, ref: number): void {
    const chunk = this.leaves.chunk(-leaf - 1);
    const row = rowInChunk(-leaf - 1);
    const input = this.#input;
    input[0] = MAP_LEAF_PREFIX;
    copy(chunk.key, row * HASH_BYTES, input, 1);
    copy(valueHash, 0, input, 1 + HASH_BYTES);
    sha256Into(chunk.hash, row * HASH_BYTES, input);
    chunk.ref[row] = ref;
    this.watcher?.leafChanged(-leaf - 1);
  }

  /** Puts the hash of a leaf back as it was. */
  resetLeaf(leaf: Child, hash: Hash, ref: number): void {
    const chunk = this.leaves.chunk(-leaf - 1);
    const row = rowInChunk(-leaf - 1);
    chunk.hash.set(hash, row * HASH_BYTES);
    chunk.ref[row] = ref;
    this.watcher?.leafChanged(-leaf - 1);
  }

  addNode(bit: number): Child {
    const row = this.nodes.add();
    this.nodes.chunk(row).bit[rowInChunk(row)] = bit;
    return row + 1;
  }

  /** Gives a node at depth `top` its children, and its hash. */
  setNode(node: Child, top: number, left: Child, right: Child): void {
    const chunk = this.nodes.chunk(node - 1);
    const row = rowInChunk(node - 1);
    chunk.left[row] = left;
    chunk.right[row] = right;
    this.rehash(node, top);
  }

  /** Computes the hash of a node again, because what is below it changed or it hangs at another depth now. */
  rehash(node: Child, top: number): void {
    const row = rowInChunk(node - 1);
    this.#hashNode(this.nodes.chunk(node - 1).hash, row * HASH_BYTES, node, top);
    this.watcher?.nodeChanged(node - 1);
  }

  #hashNode(out: Uint8Array, at: number, node: Child, top: number): void {
    const input = this.#input;
    input[0] = MAP_NODE_PREFIX;
    this.#copyHash(this.left(node), 1);
    this.#copyHash(this.right(node), 1 + HASH_BYTES);
    sha256Into(out, at, input);
    const bit = this.bitOf(node);
    if (bit > top) this.#fold(out, at, node, bit, top);
  }

  /** Goes up from depth `bit` to `top` through nodes whose other child is empty. */
  #fold(out: Uint8Array, at: number, node: Child, bit: number, top: number): void {
    const { keyHash } = this.leafOf(this.anyLeaf(node));
    const input = this.#input;
    for (let level = bit - 1; level >= top; level--) {
      const isRight = bitAt(keyHash, level) === 1;
      copy(out, at, input, isRight ? 1 + HASH_BYTES : 1);
      copy(EMPTY_PLACE, 0, input, isRight ? 1 : 1 + HASH_BYTES);
      sha256Into(out, at, input);
    }
  }

  #copyHash(child: Child, to: number): void {
    if (child === NOTHING) copy(EMPTY_PLACE, 0, this.#input, to);
    else if (child > 0) {
      copy(this.nodes.chunk(child - 1).hash, rowInChunk(child - 1) * HASH_BYTES, this.#input, to);
    } else {
      copy(
        this.leaves.chunk(-child - 1).hash,
        rowInChunk(-child - 1) * HASH_BYTES,
        this.#input,
        to,
      );
    }
  }
}

// A loop, because `set` needs a `subarray`, and making one takes longer than copying 32 bytes.
function copy(from: Uint8Array, at: number, to: Uint8Array, start: number): void {
  for (let i = 0; i < HASH_BYTES; i++) to[start + i] = from[at + i] as number;
}
