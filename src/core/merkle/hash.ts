import { sha256, sha256Each, sha256Rows, sha256Texts } from "#crypto";
import { equalBytes } from "../bytes.ts";

declare const brand: unique symbol;

/** A SHA-256 digest, 32 bytes, of a leaf or of an inner node. */
export type Hash = Uint8Array & { readonly [brand]: "Hash" };

export const HASH_BYTES = 32;

// One byte in front keeps leaves and inner nodes apart, so that neither can pass for the other.
// RFC 9162 §2.1.1.
const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = 0x01;

/** Hashes the bytes of one log entry. */
export function hashLeaf(entry: Uint8Array): Hash {
  return sha256(LEAF_PREFIX, entry) as Hash;
}

/** Hashes the bytes of each entry: 32 bytes each, one behind the other. For less than one by one. */
export function hashEachLeaf(entries: readonly Uint8Array[]): Uint8Array {
  return sha256Each(entries, LEAF_PREFIX[0]);
}

/** The `index`-th of hashes that lie one behind the other, as a view. */
export function hashAt(hashes: Uint8Array, index: number): Hash {
  return hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES) as Hash;
}

/** Puts hashes one behind the other. */
export function joinHashes(hashes: readonly Hash[]): Uint8Array {
  const joined = new Uint8Array(hashes.length * HASH_BYTES);
  for (let i = 0; i < hashes.length; i++) joined.set(hashes[i] as Hash, i * HASH_BYTES);
  return joined;
}

/** Hashes the UTF-8 of each text as a leaf: 32 bytes each, one behind the other. */
export function hashLeaves(texts: readonly string[]): Uint8Array {
  return sha256Texts(texts, LEAF_PREFIX[0]);
}

/** Hashes parts of `bytes` as leaves: `spans` has where each begins and ends. 32 bytes each, one behind the other. */
export function hashSpans(bytes: Uint8Array, spans: readonly number[]): Uint8Array {
  const inputs: Uint8Array[] = [];
  for (let i = 0; i < spans.length; i += 2) inputs.push(bytes.subarray(spans[i], spans[i + 1]));
  return hashEachLeaf(inputs);
}

/** Hashes hashes that lie one behind the other as leaves, as they lie. */
export function hashLeafRows(hashes: Uint8Array): Uint8Array {
  if (hashes.length === HASH_BYTES) return hashLeaf(hashes);
  const [count, stride] = [hashes.length / HASH_BYTES, 1 + HASH_BYTES];
  const rows = new Uint8Array(count * stride);
  for (let i = 0; i < count; i++) {
    rows.set(hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES), i * stride + 1);
  }
  const leaves = new Uint8Array(hashes.length);
  sha256Rows(leaves, rows, { start: 0, stride, length: stride, count });
  return leaves;
}

/** Hashes nodes that lie one behind the other two by two; a last one without a sibling is left out. */
export function hashPairs(nodes: Uint8Array): Uint8Array {
  const count = Math.floor(nodes.length / (2 * HASH_BYTES));
  const rows = new Uint8Array(count * node.length);
  for (let i = 0; i < count; i++) {
    rows[i * node.length] = NODE_PREFIX;
    const from = 2 * HASH_BYTES * i;
    rows.set(nodes.subarray(from, from + 2 * HASH_BYTES), i * node.length + 1);
  }
  const hashes = new Uint8Array(count * HASH_BYTES);
  sha256Rows(hashes, rows, { start: 0, stride: node.length, length: node.length, count });
  return hashes;
}

/** Hashes two sibling nodes, left before right. */
export function hashNode(left: Hash, right: Hash): Hash {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node) as Hash;
}

// Prefix, left and right in one piece of memory, because hashing one part is twice as fast as hashing three. It is
// filled and read within one synchronous call, so sharing it is safe.
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = NODE_PREFIX;

/** The root of a tree without leaves: the hash of nothing. RFC 9162 §2.1.1. */
export const EMPTY_ROOT: Hash = sha256() as Hash;

/** Takes bytes from outside as a hash; `undefined` unless they are exactly 32. */
export function toHash(bytes: Uint8Array): Hash | undefined {
  return bytes.length === HASH_BYTES ? (bytes as Hash) : undefined;
}

/** Whether both are the same 32 bytes. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === HASH_BYTES && equalBytes(a, b);
}
