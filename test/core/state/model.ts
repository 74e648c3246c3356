import { sha256 } from "#crypto";
import { concat, type Hash, utf8 } from "../../../src/core/index.ts";

// Slow and plain: what the state machine computes by a frontier, said once more from the definition.

export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/** RFC 9162 §2.1.1, word by word. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return sha256(concat(Uint8Array.of(0), only));
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(concat(Uint8Array.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k))));
}

export function rootOfChildren(codes: readonly string[]): Hash {
  return rootOf(codes.map(utf8)) as Hash;
}
