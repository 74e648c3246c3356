import type { Box, Position } from "../entities/geometry.ts";

// Points stand in a table by the number of their cell: the bits of their longitude and their latitude in turn, so that a square
// of any size is one stretch of numbers. To write such a row takes a quarter of what a row of an R*Tree takes, and most things
// that a dataset is about are points.

/** Of each of both; together they fit into a number that is exact. A cell is some 0.6 m wide. */
const BITS = 26;
const HALF = BITS / 2;
const SIDE = 2 ** BITS;

/** The number of the cell of a point; `undefined` where there is no such place. */
export function cellOf([longitude = 0, latitude = 0]: Position): number | undefined {
  if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90) return undefined;
  return joined(column(longitude), line(latitude));
}

function column(longitude: number): number {
  return Math.min(SIDE - 1, Math.floor(((longitude + 180) / 360) * SIDE));
}

function line(latitude: number): number {
  return Math.min(SIDE - 1, Math.floor(((latitude + 90) / 180) * SIDE));
}

/** The bits of both in turn. In two halves, since bits are told apart in 32 of them at most. */
function joined(x: number, y: number): number {
  const mask = (1 << HALF) - 1;
  const high = spread(x >> HALF) | (spread(y >> HALF) << 1);
  const low = spread(x & mask) | (spread(y & mask) << 1);
  return high * SIDE + low;
}

/** 13 bits with a zero before each. */
function spread(bits: number): number {
  let all = (bits | (bits << 8)) & 0x00ff00ff;
  all = (all | (all << 4)) & 0x0f0f0f0f;
  all = (all | (all << 2)) & 0x33333333;
  return (all | (all << 1)) & 0x55555555;
}

/** Cells from the first to the last one. */
export type Stretch = readonly [first: number, last: number];

/** More of them find less beside a box, and each has to be looked up. */
const MAX_STRETCHES = 32;

/** Stretches in which all cells of a box are, and few others. */
export function stretchesOf([west, south, east, north]: Box): readonly Stretch[] {
  const [left, right] = [column(Math.max(west, -180)), column(Math.min(east, 180))];
  const [bottom, top] = [line(Math.max(south, -90)), line(Math.min(north, 90))];
  const found: Stretch[] = [];
  const find = (x: number, y: number, side: number): void => {
    const first = joined(x, y);
    found.push([first, first + side * side - 1]);
  };
  // Of squares in which the box would fit it is in four at most; they are divided until there would be too many.
  let side = 2 ** Math.ceil(Math.log2(Math.max(right - left, top - bottom) + 1));
  let partly = squaresOf([left - (left % side), right], [bottom - (bottom % side), top], side);
  for (; partly.length > 0; side /= 2) {
    const isLast = side === 1 || found.length + partly.length > MAX_STRETCHES / 2;
    const next: Square[] = [];
    for (const [x, y] of partly) {
      const isWithin = x >= left && y >= bottom && x + side - 1 <= right && y + side - 1 <= top;
      if (isWithin || isLast) find(x, y, side);
      else {
        const half = side / 2;
        const [fromX, toX] = [x + half <= left ? x + half : x, Math.min(right, x + half)];
        const [fromY, toY] = [y + half <= bottom ? y + half : y, Math.min(top, y + half)];
        next.push(...squaresOf([fromX, toX], [fromY, toY], half));
      }
    }
    partly = next;
  }
  return merged(found.sort(([a], [b]) => a - b));
}

/** The first cell of a square. */
type Square = readonly [x: number, y: number];
type Range = readonly [from: number, to: number];

/** Squares that begin at these places, one beside the other. */
function squaresOf([fromX, toX]: Range, [fromY, toY]: Range, side: number): Square[] {
  const all: Square[] = [];
  for (let y = fromY; y <= toY; y += side) {
    for (let x = fromX; x <= toX; x += side) all.push([x, y]);
  }
  return all;
}

/** Those that follow on each other are one. */
function merged(rising: readonly Stretch[]): readonly Stretch[] {
  const all: Stretch[] = [];
  for (const [first, last] of rising) {
    const before = all.at(-1);
    if (before !== undefined && before[1] + 1 === first) all[all.length - 1] = [before[0], last];
    else all.push([first, last]);
  }
  return all;
}
