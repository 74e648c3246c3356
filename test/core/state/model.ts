import { sha256 } from "#crypto";
import { concat, type Hash, utf8 } from "../../../src/core/index.ts";

// Slow and plain: what the state machine computes by a frontier, said once more from the definition.

export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/** RFC 9162 §2.1.1, over the codes as leaves. */
export function rootOfChildren(codes: readonly string[]): Hash {
  return rootOfHashes(codes.map((each) => sha256(concat(Uint8Array.of(0), utf8(each))))) as Hash;
}

/** As `rootOf`, over hashes of leaves. */
export function rootOfHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (only === undefined) return EMPTY_ROOT;
  if (hashes.length === 1) return only;
  const k = splitOf(hashes.length);
  const halves = [rootOfHashes(hashes.slice(0, k)), rootOfHashes(hashes.slice(k))];
  return sha256(concat(Uint8Array.of(1), ...halves));
}

/** The inclusion path of each leaf, RFC 9162 §2.1.3.1. */
export function pathsOf(hashes: readonly Uint8Array[]): Uint8Array[][] {
  if (hashes.length < 2) return hashes.map(() => []);
  const k = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, k), hashes.slice(k)];
  const [ofLeft, ofRight] = [rootOfHashes(left), rootOfHashes(right)];
  return [
    ...pathsOf(left).map((path) => [...path, ofRight]),
    ...pathsOf(right).map((path) => [...path, ofLeft]),
  ];
}

/** The largest power of two smaller than `n`. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
