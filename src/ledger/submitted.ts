import {
  type Hash,
  hashAt,
  hashEachLeaf,
  type Item,
  isChunk,
  readHashedItem,
} from "../core/index.ts";

/** What somebody handed in. A chunk is read when its block is made: until then it is bytes, however many wait. */
export type Submitted = {
  readonly bytes: Uint8Array;
  /** Leaf hash. */
  readonly hash: Hash;
  /** How much work it is, as a count of operations. */
  readonly weight: number;
  /** What was read of it already. */
  readonly read?: Item;
};

/** What an item of a chunk takes in bytes, or more. */
const ITEM_BYTES = 256;

/** Items as they were handed in together. */
export function submitted(items: readonly Uint8Array[]): Submitted[] {
  const hashes = hashEachLeaf(items);
  return items.map((bytes, i) => {
    const hash = hashAt(hashes, i);
    if (isChunk(bytes)) return { bytes, hash, weight: Math.ceil(bytes.length / ITEM_BYTES) };
    return { bytes, hash, weight: 1, read: readHashedItem(bytes, hash) };
  });
}

export function itemOf({ bytes, hash, read }: Submitted): Item {
  return read ?? readHashedItem(bytes, hash);
}
