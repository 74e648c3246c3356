import { EMPTY_ROOT, type Hash, hashLeaf, hashNode } from "../../../src/core/merkle/index.ts";

// The tree exactly as RFC 9162 §2.1.1, §2.1.3.1 and §2.1.4.1 define it: slow, recursive, and close enough to
// the text to be checked by eye. Only tests use it, to judge the fast code in src.

/** MTH(D). */
export function referenceRoot(entries: readonly Uint8Array[]): Hash {
  const [only, ...others] = entries;
  if (only === undefined) return EMPTY_ROOT;
  if (others.length === 0) return hashLeaf(only);
  const k = split(entries.length);
  return hashNode(referenceRoot(entries.slice(0, k)), referenceRoot(entries.slice(k)));
}

/** PATH(m, D). */
export function referencePath(entries: readonly Uint8Array[], index: number): Hash[] {
  if (entries.length === 1) return [];
  const k = split(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return index < k
    ? [...referencePath(left, index), referenceRoot(right)]
    : [...referencePath(right, index - k), referenceRoot(left)];
}

/** PROOF(m, D), for 0 < m ≤ n. */
export function referenceConsistency(entries: readonly Uint8Array[], first: number): Hash[] {
  return subproof(entries, first, true);
}

/** SUBPROOF(m, D, b). */
function subproof(entries: readonly Uint8Array[], m: number, whole: boolean): Hash[] {
  if (m === entries.length) return whole ? [] : [referenceRoot(entries)];
  const k = split(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m <= k
    ? [...subproof(left, m, whole), referenceRoot(right)]
    : [...subproof(right, m - k, false), referenceRoot(left)];
}

/** Every maximal subtree outside `[start, end)`: those before it from small to large, then those behind it. */
export function referenceRange(entries: readonly Uint8Array[], start: number, end: number): Hash[] {
  const { before, behind } = outside(entries, 0, start, end);
  return [...before, ...behind];
}

function outside(
  entries: readonly Uint8Array[],
  offset: number,
  start: number,
  end: number,
): { before: Hash[]; behind: Hash[] } {
  const last = offset + entries.length;
  if (last <= start) return { before: [referenceRoot(entries)], behind: [] };
  if (offset >= end) return { before: [], behind: [referenceRoot(entries)] };
  if (start <= offset && last <= end) return { before: [], behind: [] };
  const k = split(entries.length);
  const left = outside(entries.slice(0, k), offset, start, end);
  const right = outside(entries.slice(k), offset + k, start, end);
  return {
    before: [...right.before, ...left.before],
    behind: [...left.behind, ...right.behind],
  };
}

/** The largest power of two smaller than `n`. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
