import { HASH_BYTES, type Hash } from "../merkle/index.ts";
import { bitAt } from "./hashing.ts";
import type { MapProof } from "./proof.ts";
import { type Child, type MapLeaf, NOTHING, type TreeView } from "./tree.ts";

/** The way from the root to a key's place, and what stands there. */
export type MapPath = Pick<MapProof, "depth" | "siblings" | "hashes"> & {
  /** The key itself, or another one that stands where it would; absent where the place is empty. */
  readonly leaf?: MapLeaf;
};

type Step = { readonly depth: number; readonly hash: Hash };

export function pathTo(tree: TreeView, keyHash: Uint8Array): MapPath {
  const steps: Step[] = [];
  const place = descend(tree, keyHash, steps);
  const depth = (steps.at(-1)?.depth ?? -1) + 1;
  const siblings = new Uint8Array(Math.ceil(depth / 8));
  for (const { depth: at } of steps) {
    siblings[at >> 3] = (siblings[at >> 3] as number) | (0x80 >> (at & 7));
  }
  const path = { depth, siblings, hashes: steps.map(({ hash }) => hash) };
  return place === NOTHING ? path : { ...path, leaf: tree.leafOf(place) };
}

/** Collects the siblings that are not empty; every sibling in between is. */
function descend(tree: TreeView, keyHash: Uint8Array, steps: Step[]): Child {
  let [child, top] = [tree.root, 0];
  while (child > 0) {
    const bit = tree.bitOf(child);
    const shared = bit === top ? bit : tree.sharedWith(child, keyHash);
    if (shared < bit) {
      // The key leaves the chain of nodes with one child: its place is empty, beside the rest of the chain.
      steps.push({ depth: shared, hash: hashAt(tree, child, shared + 1) });
      return NOTHING;
    }
    const side = bitAt(keyHash, bit);
    steps.push({ depth: bit, hash: tree.childHash(child, side === 0 ? 1 : 0) });
    child = side === 0 ? tree.left(child) : tree.right(child);
    top = bit + 1;
  }
  return child;
}

function hashAt(tree: TreeView, node: Child, top: number): Hash {
  const hash = new Uint8Array(HASH_BYTES);
  tree.hashNode(node, top, hash, 0);
  return hash as Hash;
}
