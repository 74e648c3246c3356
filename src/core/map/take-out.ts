import { bitAt, EMPTY_PLACE } from "./hashing.ts";
import { type Child, type MapTree, NOTHING, type Place, ROOT_PLACE } from "./tree.ts";

/**
 * Takes a key that is in the tree out of it: what stands beside it moves up to where the two parted from the rest. The rows
 * of the key and of the node above it lead nowhere then, and stay.
 */
export function takeOut(tree: MapTree, keyHash: Uint8Array): void {
  const above = nodesAbove(tree, keyHash);
  const parent = above.pop();
  if (parent === undefined) {
    tree.root = NOTHING;
    tree.rootHash.set(EMPTY_PLACE);
    return;
  }
  const side = bitAt(keyHash, tree.bitOf(parent)) === 0 ? 1 : 0;
  const other = side === 0 ? tree.left(parent) : tree.right(parent);
  hang(tree, other, above.at(-1), keyHash);
  const place = placeIn(tree, above.at(-1), keyHash);
  if (other < 0) tree.copyHash(2 * parent + side, place);
  else hashAt(tree, other, topIn(tree, above.at(-1)), place);
  for (let node = above.pop(); node !== undefined; node = above.pop()) {
    hashAt(tree, node, topIn(tree, above.at(-1)), placeIn(tree, above.at(-1), keyHash));
  }
}

/** The nodes on the way to a key, the root first. */
function nodesAbove(tree: MapTree, keyHash: Uint8Array): Child[] {
  const nodes: Child[] = [];
  for (let child = tree.root; child > 0; ) {
    nodes.push(child);
    child = bitAt(keyHash, tree.bitOf(child)) === 0 ? tree.left(child) : tree.right(child);
  }
  return nodes;
}

/** Hangs a subtree on the side of the key. */
function hang(tree: MapTree, child: Child, node: Child | undefined, keyHash: Uint8Array): void {
  if (node === undefined) tree.root = child;
  else if (bitAt(keyHash, tree.bitOf(node)) === 0) tree.setChildren(node, child, tree.right(node));
  else tree.setChildren(node, tree.left(node), child);
}

function placeIn(tree: MapTree, node: Child | undefined, keyHash: Uint8Array): Place {
  return node === undefined ? ROOT_PLACE : 2 * node + bitAt(keyHash, tree.bitOf(node));
}

/** The depth at which what is below a node hangs. */
function topIn(tree: MapTree, node: Child | undefined): number {
  return node === undefined ? 0 : tree.bitOf(node) + 1;
}

const hash = new Uint8Array(EMPTY_PLACE.length);
const words = new Int32Array(hash.buffer);

/** Puts the hash of a node at its place; whoever watches the row of the node above hears of it. */
function hashAt(tree: MapTree, node: Child, top: number, place: Place): void {
  const above = place >> 1;
  if (above > 0) tree.setChildren(above, tree.left(above), tree.right(above));
  tree.hashNode(node, top, hash, 0);
  tree.writeHash(place, words, 0);
}
