import {
  type Geometry,
  isGeometry,
  isSamePosition,
  NEAR_DEGREES,
  type Position,
} from "../../table/index.ts";
import type { JsonValue } from "./entity.ts";

export { type Geometry, isGeometry, NEAR_DEGREES, type Position };

/** `[west, south, east, north]` in degrees; one that crosses the antimeridian has its west beyond its east. */
export type Box = readonly [number, number, number, number];

/** The smallest box around a geometry. */
export function boxOf(geometry: Geometry): Box {
  if (geometry.type === "Point") {
    const [x = 0, y = 0] = geometry.coordinates as Position;
    if (Math.abs(x) <= 180 && Math.abs(y) <= 90) return [x, y, x, y];
  }
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [x = 0, y = 0] of positionsOf(geometry)) {
    [west, south] = [Math.min(west, x), Math.min(south, y)];
    [east, north] = [Math.max(east, x), Math.max(north, y)];
  }
  return [west, south, east, north];
}

/** One or two boxes that do not cross the antimeridian. */
export function splitBox([west, south, east, north]: Box): readonly Box[] {
  if (west <= east) return [[west, south, east, north]];
  return [
    [west, south, 180, north],
    [-180, south, east, north],
  ];
}

export function polygonOf([west, south, east, north]: Box): Geometry {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: "Polygon", coordinates: [ring] };
}

/** Whether a position lies in a box, its edges included, as the polygon of its corners would say. */
export function isInBox([x = 0, y = 0]: Position, [west, south, east, north]: Box): boolean {
  const near = NEAR_DEGREES;
  return x >= west - near && x <= east + near && y >= south - near && y <= north + near;
}

/** Tells of positions whether they belong to a geometry, its border included; quick for many of them. */
export function coverOf(geometry: Geometry): (position: Position) => boolean {
  const parts = partsOf(geometry);
  return (position) => covers(parts, position);
}

/** Whether they have a point in common. */
export function intersects(a: Geometry, b: Geometry): boolean {
  const [left, right] = [partsOf(a), partsOf(b)];
  return (
    left.points.some((point) => covers(right, point)) ||
    right.points.some((point) => covers(left, point)) ||
    left.segments.some((one) => right.segments.some((other) => doMeet(one, other)))
  );
}

/** Whether no point of `inner` lies outside `outer`. Lines are looked at from corner to corner and crossing to crossing. */
export function within(inner: Geometry, outer: Geometry): boolean {
  const [small, large] = [partsOf(inner), partsOf(outer)];
  if (!small.points.every((point) => covers(large, point))) return false;
  for (const segment of small.segments) {
    const cuts = large.segments.flatMap((other) => cutOf(segment, other)).sort((a, b) => a - b);
    const stops = [0, ...cuts, 1];
    for (let i = 1; i < stops.length; i++) {
      const middle = ((stops[i - 1] ?? 0) + (stops[i] ?? 1)) / 2;
      if (!covers(large, along(segment, middle))) return false;
    }
  }
  // A hole of the outer one inside the inner one.
  return !large.holes.some((hole) => hole.every((point) => isInside(small, point)));
}

export function overlaps(a: Geometry, b: Geometry): boolean {
  if (dimensionOf(a) !== dimensionOf(b)) return false;
  return intersects(a, b) && !within(a, b) && !within(b, a);
}

export function equals(a: Geometry, b: Geometry): boolean {
  return dimensionOf(a) === dimensionOf(b) && within(a, b) && within(b, a);
}

const EARTH_METRES = 6_371_008.8;

/** Metres between the nearest points of two geometries, on a sphere; 0 where they meet. */
export function distanceMetres(a: Geometry, b: Geometry): number {
  if (intersects(a, b)) return 0;
  const [left, right] = [partsOf(a), partsOf(b)];
  const to = (points: readonly Position[], { points: corners, segments }: Parts): number =>
    least(points, (point) =>
      Math.min(
        least(corners, (corner) => haversine(point, corner)),
        least(segments, (segment) => haversine(point, nearestOn(segment, point))),
      ),
    );
  return Math.min(to(left.points, right), to(right.points, left));
}

function least<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((found, value) => Math.min(found, of(value)), Number.POSITIVE_INFINITY);
}

type Segment = readonly [Position, Position];
type Parts = {
  readonly points: readonly Position[];
  readonly segments: readonly Segment[];
  readonly rings: readonly (readonly Position[])[];
  readonly holes: readonly (readonly Position[])[];
  readonly polygons: readonly (readonly (readonly Position[])[])[];
  /** Where it is a polygon of just these corners. */
  readonly box?: Box;
};

/** Of what is compared with many others: the geometry of a question, the area of a grant. */
const parted = new WeakMap<Geometry, Parts>();

function partsOf(geometry: Geometry): Parts {
  // A point is taken apart as fast as it is found.
  if (geometry.type === "Point") return partsOfPoint(geometry);
  const known = parted.get(geometry);
  if (known !== undefined) return known;
  const parts = takenApart(geometry);
  parted.set(geometry, parts);
  return parts;
}

function partsOfPoint(point: Geometry): Parts {
  return { points: positionsOf(point), segments: [], rings: [], holes: [], polygons: [] };
}

function takenApart(geometry: Geometry): Parts {
  const { lines, polygons } = linesOf(geometry);
  const rings = polygons.flat();
  const segments = [...lines, ...rings].flatMap((line) =>
    line.slice(1).map((end, i): Segment => [line[i] ?? end, end]),
  );
  const holes = polygons.flatMap((polygon) => polygon.slice(1));
  const box = boxIn(geometry);
  return { points: positionsOf(geometry), segments, rings, holes, polygons, ...(box && { box }) };
}

function boxIn(geometry: Geometry): Box | undefined {
  if (geometry.type !== "Polygon" || geometry.coordinates.length !== 1) return undefined;
  const [ring = []] = geometry.coordinates;
  const [west, south, east, north] = boxOf(geometry);
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
  if (ring.length !== 5 || west === east || south === north) return undefined;
  const places = ring.map(([x, y]) => corners.findIndex(([cx, cy]) => cx === x && cy === y));
  // From corner to corner, either way round.
  const isRound = places.slice(1).every((place, i) => {
    const before = places[i] ?? -1;
    return place >= 0 && before >= 0 && (place - before) % 2 !== 0;
  });
  return isRound && new Set(places).size === 4 ? [west, south, east, north] : undefined;
}

function linesOf(geometry: Geometry): {
  lines: readonly (readonly Position[])[];
  polygons: Parts["polygons"];
} {
  switch (geometry.type) {
    case "Point":
    case "MultiPoint":
      return { lines: [], polygons: [] };
    case "LineString":
      return { lines: [geometry.coordinates], polygons: [] };
    case "MultiLineString":
      return { lines: geometry.coordinates, polygons: [] };
    case "Polygon":
      return { lines: [], polygons: [geometry.coordinates] };
    case "MultiPolygon":
      return { lines: [], polygons: geometry.coordinates };
  }
}

export function positionsOf(geometry: Geometry): readonly Position[] {
  switch (geometry.type) {
    case "Point":
      return [geometry.coordinates];
    case "MultiPoint":
    case "LineString":
      return geometry.coordinates;
    case "MultiLineString":
    case "Polygon":
      return geometry.coordinates.flat();
    case "MultiPolygon":
      return geometry.coordinates.flat(2);
  }
}

function dimensionOf({ type }: Geometry): 0 | 1 | 2 {
  if (type === "Point" || type === "MultiPoint") return 0;
  return type === "LineString" || type === "MultiLineString" ? 1 : 2;
}

/** Whether a point belongs to a geometry, its border included. */
function covers(parts: Parts, point: Position): boolean {
  if (parts.box !== undefined) return isInBox(point, parts.box);
  if (parts.segments.some((segment) => isOn(segment, point))) return true;
  if (parts.segments.length === 0) return parts.points.some((each) => isSamePosition(each, point));
  return isInside(parts, point);
}

function isInside({ polygons }: Parts, point: Position): boolean {
  return polygons.some((rings) => rings.filter((ring) => isInRing(ring, point)).length % 2 === 1);
}

function isInRing(ring: readonly Position[], [x = 0, y = 0]: Position): boolean {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const [x1 = 0, y1 = 0] = ring[i - 1] ?? [];
    const [x2 = 0, y2 = 0] = ring[i] ?? [];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

function isOn(segment: Segment, point: Position): boolean {
  return isSamePosition(nearestOn(segment, point, 1), point);
}

function doMeet(a: Segment, b: Segment): boolean {
  return (
    cutOf(a, b).length > 0 || a.some((point) => isOn(b, point)) || b.some((point) => isOn(a, point))
  );
}

/** How far along `a` it crosses `b`, from 0 to 1; nothing for lines that do not, or run beside each other. */
function cutOf([a1, a2]: Segment, [b1, b2]: Segment): readonly number[] {
  const [ax = 0, ay = 0] = a1;
  const [bx = 0, by = 0] = b1;
  const [dx, dy] = [(a2[0] ?? 0) - ax, (a2[1] ?? 0) - ay];
  const [ex, ey] = [(b2[0] ?? 0) - bx, (b2[1] ?? 0) - by];
  const cross = dx * ey - dy * ex;
  if (cross === 0) return [];
  const t = ((bx - ax) * ey - (by - ay) * ex) / cross;
  const u = ((bx - ax) * dy - (by - ay) * dx) / cross;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [t] : [];
}

function along([a, b]: Segment, t: number): Position {
  const [x1 = 0, y1 = 0] = a;
  const [x2 = 0, y2 = 0] = b;
  return [x1 + (x2 - x1) * t, y1 + (y2 - y1) * t];
}

/** The point of a segment that is nearest; a degree of longitude is `scale` of one of latitude, by default as there. */
function nearestOn(
  [a, b]: Segment,
  [x = 0, y = 0]: Position,
  scale: number = Math.cos((y * Math.PI) / 180),
): Position {
  const [x1 = 0, y1 = 0] = a;
  const [dx, dy] = [((b[0] ?? 0) - x1) * scale, (b[1] ?? 0) - y1];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : ((x - x1) * scale * dx + (y - y1) * dy) / length;
  return along([a, b], Math.min(1, Math.max(0, t)));
}

function haversine([x1 = 0, y1 = 0]: Position, [x2 = 0, y2 = 0]: Position): number {
  const radians = Math.PI / 180;
  const [dx, dy] = [(x2 - x1) * radians, (y2 - y1) * radians];
  const cosines = Math.cos(y1 * radians) * Math.cos(y2 * radians);
  const half = Math.sin(dy / 2) ** 2 + cosines * Math.sin(dx / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(half)));
}

export function geometryOf(value: JsonValue | undefined): Geometry | undefined {
  return isGeometry(value) ? value : undefined;
}
