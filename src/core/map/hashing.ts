import { sha256 } from "#crypto";
import { utf8 } from "../bytes.ts";
import { HASH_BYTES, type Hash } from "../merkle/index.ts";

// The hashing rules of ICS-23's built-in SmtSpec, over the hashes of keys and values:
//
//   leaf = H(00 ‖ H(key) ‖ H(value))    node = H(01 ‖ left ‖ right)    empty = 32 zero bytes

/** What each input that is hashed begins with. */
export const MAP_LEAF_PREFIX = 0x00;
export const MAP_NODE_PREFIX = 0x01;

/** The hash of a place where nothing stands. No input is known that hashes to it. */
export const EMPTY_PLACE: Hash = new Uint8Array(HASH_BYTES) as Hash;

/** How many bits a key hash has: the deepest place of the map. */
export const MAP_BITS: number = 8 * HASH_BYTES;

/** Where a record's key stands in the map. */
export function hashMapKey(key: string): Hash {
  return sha256(utf8(key)) as Hash;
}

/** The hash of a leaf, over the hashes of its key and its value. */
export function hashMapLeaf(keyHash: Hash, valueHash: Hash): Hash {
  return hashPair(MAP_LEAF_PREFIX, keyHash, valueHash);
}

/** The hash of an inner node, left before right. */
export function hashMapNode(left: Hash, right: Hash): Hash {
  return hashPair(MAP_NODE_PREFIX, left, right);
}

/** Bit `index` of a key hash, the most significant first: 0 leads left, 1 leads right. */
export function bitAt(keyHash: Uint8Array, index: number): 0 | 1 {
  return (((keyHash[index >> 3] as number) >> (7 - (index & 7))) & 1) as 0 | 1;
}

function hashPair(prefix: number, first: Hash, second: Hash): Hash {
  pair[0] = prefix;
  pair.set(first, 1);
  pair.set(second, 1 + HASH_BYTES);
  return sha256(pair) as Hash;
}

// Filled and read within one synchronous call, so sharing it is safe.
const pair = new Uint8Array(1 + 2 * HASH_BYTES);
