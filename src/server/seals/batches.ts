import {
  base64,
  HASH_BYTES,
  type Hash,
  hex,
  inclusionPath,
  merkleRoot,
  present,
  type SealBatch,
  sealBatchKey,
  sha256,
  type Tree,
  treeOf,
  utf8,
  type ValueReader,
} from "../../core/index.ts";
import type { BlobStore } from "../store/index.ts";

/** Where a batch stands. */
export type BatchName = {
  /** `code#generation` */
  readonly holder: string;
  readonly kid: Uint8Array;
  readonly first: number;
};

/** A path as it is served; whoever checks it needs nothing else of the batch but its value in the map. */
export type PathJson = {
  readonly serial: number;
  readonly first: number;
  /** Leaf hash of the seal that stands there. */
  readonly leaf: string;
  readonly path: readonly string[];
};

// A tree of the largest batch takes some 6 MiB, and as long to make as a thousand signature checks.
const MAX_TREES = 8;

/** The leaf hashes of batches that owners gave this node, so that it can serve paths. What it keeps is what the ledger committed to. */
export type Batches = {
  /** The batch in the ledger; `undefined` where there is none. */
  logged(name: BatchName): SealBatch | undefined;
  /** Keeps leaf hashes. @returns the root they lead to, where it is not the logged one */
  keep(name: BatchName, batch: SealBatch, leaves: Uint8Array): Promise<Uint8Array | undefined>;
  /** The path of the seal with this serial; `undefined` where no batch that is kept here has it. */
  path(holder: string, kid: Uint8Array, serial: number): Promise<PathJson | undefined>;
};

export function createBatches(store: BlobStore, state: ValueReader): Batches {
  const trees = new Map<string, Tree>();
  const logged = ({ holder, kid, first }: BatchName) =>
    state.get<SealBatch>(sealBatchKey(holder, kid, first));
  return {
    logged,
    keep: async (name, batch, leaves) => {
      const root = merkleRoot(hashesOf(leaves));
      if (hex(root) !== hex(batch.root)) return root;
      await store.put(`${folderOf(name)}/${name.first}`, leaves);
      return undefined;
    },
    path: async (holder, kid, serial) => {
      const folder = folderOf({ holder, kid });
      const firsts = (await store.list(folder)).map(Number);
      const first = Math.max(-1, ...firsts.filter((each) => each <= serial));
      const count = first < 0 ? 0 : (logged({ holder, kid, first })?.count ?? 0);
      if (serial >= first + count) return undefined;
      const tree = await treeAt(`${folder}/${first}`);
      const index = serial - first;
      const path = inclusionPath(tree, index).map(base64);
      const leaf = base64(tree.node(0, index));
      return { serial, first, leaf, path };
    },
  };

  async function treeAt(name: string): Promise<Tree> {
    const known = trees.get(name);
    const tree =
      known ?? treeOf(hashesOf(present(await store.get(name), "a batch that is listed")));
    // Set anew, so that the map's first key is the one that was not used for longest.
    trees.delete(name);
    trees.set(name, tree);
    if (trees.size > MAX_TREES) trees.delete(present(trees.keys().next().value, "the oldest"));
    return tree;
  }
}

/** Names of blobs are lower-case and short; codes are neither. */
function folderOf({ holder, kid }: Omit<BatchName, "first">): string {
  return `${hex(sha256(utf8(holder))).slice(0, 32)}/${hex(kid)}`;
}

function hashesOf(leaves: Uint8Array): Hash[] {
  return Array.from({ length: leaves.length / HASH_BYTES }, (_, i) =>
    leaves.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  ) as Hash[];
}
