import { HASH_BYTES, hashAt, hashNode, hashPairs } from "./hash.ts";
import { half } from "./shape.ts";

/**
 * RFC 9162 roots of many trees, a level of all of them at a time: that costs a fraction of one after the other.
 *
 * @param leaves hashes, one behind the other, tree by tree
 * @param counts how many leaves each tree has, at least one
 * @returns the roots, one behind the other
 */
export function rootsOf(leaves: Uint8Array, counts: readonly number[]): Uint8Array {
  if (counts.length === 1 && leaves.length <= MAX_FEW_BYTES) return rootOfFew(leaves);
  let nodes = leaves;
  for (let widths = counts; widths.some((width) => width > 1); widths = widths.map(widthAbove)) {
    nodes = levelAbove(nodes, widths);
  }
  return nodes;
}

/** Of one small tree: to lay out its levels takes longer than a call for each node. */
const MAX_FEW_BYTES = 16 * HASH_BYTES;

function rootOfFew(leaves: Uint8Array): Uint8Array {
  let nodes = leaves;
  for (let width = leaves.length / HASH_BYTES; width > 1; width = widthAbove(width)) {
    const above = new Uint8Array(HASH_BYTES * widthAbove(width));
    for (let i = 0; i < half(width); i++) {
      above.set(hashNode(hashAt(nodes, 2 * i), hashAt(nodes, 2 * i + 1)), HASH_BYTES * i);
    }
    if (width % 2 === 1) above.set(nodes.subarray(-HASH_BYTES), above.length - HASH_BYTES);
    nodes = above;
  }
  return nodes;
}

/** Two by two; a last node without a sibling goes up as it is. */
function levelAbove(nodes: Uint8Array, widths: readonly number[]): Uint8Array {
  const pairs = new Uint8Array(bytesOf(widths, (width) => 2 * half(width)));
  let [from, to] = [0, 0];
  for (const width of widths) {
    const bytes = 2 * half(width) * HASH_BYTES;
    pairs.set(nodes.subarray(from, from + bytes), to);
    from += width * HASH_BYTES;
    to += bytes;
  }
  const hashes = hashPairs(pairs);
  const above = new Uint8Array(bytesOf(widths, widthAbove));
  let [end, hashed, at] = [0, 0, 0];
  for (const width of widths) {
    const bytes = half(width) * HASH_BYTES;
    above.set(hashes.subarray(hashed, hashed + bytes), at);
    [end, hashed, at] = [end + width * HASH_BYTES, hashed + bytes, at + bytes];
    if (width % 2 === 0) continue;
    above.set(nodes.subarray(end - HASH_BYTES, end), at);
    at += HASH_BYTES;
  }
  return above;
}

function widthAbove(width: number): number {
  return width - half(width);
}

function bytesOf(widths: readonly number[], of: (width: number) => number): number {
  return HASH_BYTES * widths.reduce((sum, width) => sum + of(width), 0);
}
