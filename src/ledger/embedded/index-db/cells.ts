import type { Box } from "../../../core/index.ts";
import { CELL_TOKENS } from "./layout.ts";

// Where a record is, as tokens. The map is cut into 2^depth × 2^depth cells at each of these depths (the finest ones are
// 0.0014° wide). A box has an `at` token for each cell that it touches, at the depths where these are at most four; where
// it is too large for the next depth, it has an `over` token for each cell of its last one. A look-up at one depth then asks
// for `at` tokens of that depth and `over` tokens of the coarser ones.

const DEPTHS: readonly number[] = [1, 3, 6, 9, 12, 15, 18];
const FINEST = 18;
const MAX_CELLS = 4;
/** A look-up uses the finest depth with so few cells; those of a row are neighbours, and found together. */
const MAX_LOOKUP_CELLS = 256;
const MAX_LOOKUP_ROWS = 16;

/** Half the circumference in 1e-7 degree; latitudes use the middle half of the same square. */
const HALF = 1_800_000_000;

type Cells = {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
};

/** Calls `visit` with the tokens of a record that lies within `box`. */
export function visitCells(box: Box, visit: (token: number) => void): void {
  if (box[0] === box[2] && box[1] === box[3]) visitPoint(box[0], box[1], visit);
  else for (const token of boxTokens(box)) visit(token);
}

function boxTokens(box: Box): number[] {
  const tokens: number[] = [];
  for (const [i, depth] of DEPTHS.entries()) {
    const cells = cellsOf(box, depth);
    if (countOf(cells) > MAX_CELLS) break;
    tokens.push(...tokensOf(cells, depth, atToken(depth)));
    const next = DEPTHS[i + 1];
    if (next !== undefined && countOf(cellsOf(box, next)) > MAX_CELLS) {
      tokens.push(...tokensOf(cells, depth, overToken(depth)));
    }
  }
  return tokens;
}

const POINT_DEPTHS = DEPTHS.map((depth) => ({
  base: atToken(depth),
  width: 2 ** depth,
  bits: FINEST - depth,
}));

/** Of nearly all records; a coarser cell is the finest one with fewer bits. */
function visitPoint(longitude: number, latitude: number, visit: (token: number) => void): void {
  const [x, y] = [cellOf(longitude, FINEST), cellOf(latitude, FINEST)];
  for (const { base, width, bits } of POINT_DEPTHS) {
    visit(base + (y >>> bits) * width + (x >>> bits));
  }
}

/** Ranges of tokens, inclusive, of which a record has one if it lies in or near the box. */
export function cellRanges(box: Box): [number, number][] {
  const fit = DEPTHS.filter((depth) => isFew(cellsOf(box, depth)));
  const finest = fit.at(-1) ?? 1;
  const coarser = fit.slice(0, -1).flatMap((depth) => rowsOf(box, depth, overToken(depth)));
  return [...rowsOf(box, finest, atToken(finest)), ...coarser];
}

function isFew(cells: Cells): boolean {
  return countOf(cells) <= MAX_LOOKUP_CELLS && cells.north - cells.south < MAX_LOOKUP_ROWS;
}

function rowsOf(box: Box, depth: number, base: number): [number, number][] {
  const { west, east, south, north } = cellsOf(box, depth);
  return Array.from({ length: north - south + 1 }, (_, i) => {
    const row = base + (south + i) * 2 ** depth;
    return [row + west, row + east];
  });
}

function cellsOf([west, south, east, north]: Box, depth: number): Cells {
  const [x0, x1] = [cellOf(west, depth), cellOf(east, depth)];
  const [y0, y1] = [cellOf(south, depth), cellOf(north, depth)];
  return {
    west: Math.min(x0, x1),
    east: Math.max(x0, x1),
    south: Math.min(y0, y1),
    north: Math.max(y0, y1),
  };
}

function cellOf(position: number, depth: number): number {
  const cell = Math.floor(((position + HALF) / (2 * HALF)) * 2 ** depth);
  return Math.min(Math.max(cell, 0), 2 ** depth - 1);
}

function countOf({ west, east, south, north }: Cells): number {
  return (east - west + 1) * (north - south + 1);
}

function tokensOf({ west, east, south, north }: Cells, depth: number, base: number): number[] {
  const tokens: number[] = [];
  for (let y = south; y <= north; y++) {
    for (let x = west; x <= east; x++) tokens.push(base + y * 2 ** depth + x);
  }
  return tokens;
}

/** Depth d has 4^d cells; the space of d begins at 4^d, so that the spaces do not meet. */
function atToken(depth: number): number {
  return CELL_TOKENS + 4 ** depth;
}

function overToken(depth: number): number {
  return atToken(depth) + 2 ** 33;
}
