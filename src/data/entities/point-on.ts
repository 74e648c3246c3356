import { boxOf, type Geometry, type Position, positionsOf } from "./geometry.ts";

type Rings = readonly (readonly Position[])[];

/**
 * One point that stands for a geometry, in degrees, and belongs to it: of an area the middle of the widest stretch of it along a
 * parallel near its middle, of several areas in the one where that is widest; of a line or of several points the corner that is
 * nearest to the middle of the box around them.
 */
export function pointOn(geometry: Geometry): Position {
  if (geometry.type === "Point") return geometry.coordinates;
  if (geometry.type === "Polygon") return widest([geometry.coordinates]) ?? cornerOf(geometry);
  if (geometry.type === "MultiPolygon") return widest(geometry.coordinates) ?? cornerOf(geometry);
  return cornerOf(geometry);
}

function cornerOf(geometry: Geometry): Position {
  const [west, south, east, north] = boxOf(geometry);
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  let nearest: Position = [x, y];
  let least = Number.POSITIVE_INFINITY;
  for (const corner of positionsOf(geometry)) {
    const [cx = 0, cy = 0] = corner;
    const distance = (cx - x) ** 2 + (cy - y) ** 2;
    if (distance >= least) continue;
    [nearest, least] = [corner, distance];
  }
  return nearest;
}

/** @returns `undefined` where none of them has an inside */
function widest(polygons: readonly Rings[]): Position | undefined {
  let found: Position | undefined;
  let most = 0;
  for (const rings of polygons) {
    const y = parallelThrough(rings);
    const cuts = cutsAt(rings, y);
    for (let i = 1; i < cuts.length; i += 2) {
      const [from = 0, to = 0] = [cuts[i - 1], cuts[i]];
      if (to - from <= most) continue;
      [found, most] = [[(from + to) / 2, y], to - from];
    }
  }
  return found;
}

/** Near the middle, half-way between the corners above and below it, so that it goes through none. */
function parallelThrough(rings: Rings): number {
  const heights = rings.flat().map(([, y = 0]) => y);
  let [south, north] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const y of heights) [south, north] = [Math.min(south, y), Math.max(north, y)];
  const middle = (south + north) / 2;
  let [below, above] = [south, north];
  for (const y of heights) {
    if (y > middle) above = Math.min(above, y);
    else below = Math.max(below, y);
  }
  return (below + above) / 2;
}

/** Where the rings cross a parallel, from west to east: inside is between the first and the second, the third and the fourth. */
function cutsAt(rings: Rings, y: number): readonly number[] {
  const cuts: number[] = [];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [x1 = 0, y1 = 0] = ring[i - 1] ?? [];
      const [x2 = 0, y2 = 0] = ring[i] ?? [];
      if (y1 > y !== y2 > y) cuts.push(x1 + ((x2 - x1) * (y - y1)) / (y2 - y1));
    }
  }
  return cuts.sort((a, b) => a - b);
}
