import {
  type Hash,
  hashLeaf,
  type Item,
  isChunk,
  readHashedItem,
  readItem,
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

export function submitted(bytes: Uint8Array): Submitted {
  if (isChunk(bytes)) {
    return { bytes, hash: hashLeaf(bytes), weight: Math.ceil(bytes.length / ITEM_BYTES) };
  }
  const read = readItem(bytes);
  return { bytes, hash: read.hash, weight: 1, read };
}

export function itemOf({ bytes, hash, read }: Submitted): Item {
  return read ?? readHashedItem(bytes, hash);
}
