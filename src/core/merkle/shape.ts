// The shape of a tree follows from its size alone. Plain division, not bit shifts: a shift would cut the numbers to
// 32 bits.

/** Where the sibling of a node stands. */
export type Side = "left" | "right";

/** Whether a number can be the size of a tree, or a position in one. */
export function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

export function half(n: number): number {
  return Math.floor(n / 2);
}

/** Lists, from the leaf up, on which side each sibling of the path to entry `index` stands. */
export function siblingSides(index: number, size: number): Side[] {
  const sides: Side[] = [];
  for (let at = index, last = size - 1; last > 0; at = half(at), last = half(last)) {
    if (at % 2 === 1) sides.push("left");
    else if (at < last) sides.push("right");
    // else: the right-most node of an uneven row has no sibling and moves up as it is.
  }
  return sides;
}

/** A complete subtree: the `index`-th one of those with 2^`level` leaves. */
export type Subtree = { readonly level: number; readonly index: number };

/** Cuts `[start, end)` into the fewest complete subtrees, from left to right. */
export function subtrees(start: number, end: number): Subtree[] {
  const parts: Subtree[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    let width = 1;
    while (at % (2 * width) === 0 && at + 2 * width <= end) {
      level += 1;
      width *= 2;
    }
    parts.push({ level, index: at / width });
    at += width;
  }
  return parts;
}
