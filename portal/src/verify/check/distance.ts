/** Longitude and latitude in 1e-7 degree. */
export type Position = readonly [longitude: number, latitude: number];

type Box = readonly [west: number, south: number, east: number, north: number];

/** What a record may have for a place. */
export type Shape =
  | { readonly point: Position }
  | { readonly line: readonly Position[] }
  | { readonly polygon: readonly (readonly Position[])[] }
  | { readonly cell: Box }
  | { readonly linked: { readonly bbox: Box } };

const METRES_PER_UNIT = 40_007_863 / 360 / 1e7;

/** Metres from a position to the nearest of a shape; 0 inside. On a flat map around the position, which a street never notices. */
export function metresTo(shape: Shape, from: Position): number {
  const flat = (at: Position): Flat => toFlat(at, from);
  if ("point" in shape) return Math.hypot(...flat(shape.point));
  if ("line" in shape) return toPath(shape.line.map(flat));
  if ("polygon" in shape) {
    const rings = shape.polygon.map((ring) => ring.map(flat));
    const inside = rings.filter(contains).length % 2 === 1;
    return inside ? 0 : Math.min(...rings.map((ring) => toPath([...ring, ...ring.slice(0, 1)])));
  }
  const [west, south, east, north] = "cell" in shape ? shape.cell : shape.linked.bbox;
  const [x, y] = from;
  return Math.hypot(...flat([clamp(x, west, east), clamp(y, south, north)]));
}

type Flat = [east: number, north: number];

function toFlat([x, y]: Position, [fromX, fromY]: Position): Flat {
  const shrink = Math.cos((fromY / 1e7 / 180) * Math.PI);
  return [(x - fromX) * METRES_PER_UNIT * shrink, (y - fromY) * METRES_PER_UNIT];
}

function toPath(points: readonly Flat[]): number {
  const ends = points.map((point, i) => toSegment(point, points[i + 1] ?? point));
  return Math.min(...ends);
}

/** From the origin to the nearest of a segment. */
function toSegment([ax, ay]: Flat, [bx, by]: Flat): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : clamp(-(ax * dx + ay * dy) / length, 0, 1);
  return Math.hypot(ax + t * dx, ay + t * dy);
}

/** Whether the origin lies within a ring. */
function contains(ring: readonly Flat[]): boolean {
  let inside = false;
  for (const [i, [ax, ay]] of ring.entries()) {
    const [bx, by] = ring[(i + 1) % ring.length] ?? [ax, ay];
    if (ay > 0 !== by > 0 && ax + ((0 - ay) / (by - ay)) * (bx - ax) > 0) inside = !inside;
  }
  return inside;
}

function clamp(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, value));
}
