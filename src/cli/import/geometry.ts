import type { Geometry, Position } from "../../core/index.ts";

/** Longer than any degree that a record takes: eight places of a double are exact enough to round. */
const PLACES = 8;

/** Degrees that a position may have: longitude and latitude. */
const [MAX_LONGITUDE, MAX_LATITUDE] = [180e7, 90e7];

/** Every position of a geometry. */
export function positionsOf(geometry: Geometry): readonly Position[] {
  if ("point" in geometry) return [geometry.point];
  if ("line" in geometry) return geometry.line;
  return "polygon" in geometry ? geometry.polygon.flat() : [];
}

/** The same geometry with other positions. */
export function mapPositions(geometry: Geometry, map: (position: Position) => Position): Geometry {
  if ("point" in geometry) return { point: map(geometry.point) };
  if ("line" in geometry) return { line: geometry.line.map(map) };
  return "polygon" in geometry
    ? { polygon: geometry.polygon.map((ring) => ring.map(map)) }
    : geometry;
}

export function isOnEarth([longitude, latitude]: Position): boolean {
  return Math.abs(longitude) <= MAX_LONGITUDE && Math.abs(latitude) <= MAX_LATITUDE;
}

/** A GeoJSON geometry as a record holds it; `undefined` for what it cannot hold. @see RFC 7946 §3.1 */
export function readGeometry(value: unknown): Geometry | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type, coordinates } = value as {
    readonly type?: unknown;
    readonly coordinates?: unknown;
  };
  switch (type) {
    case "Point": {
      const point = readPosition(coordinates);
      return point && { point };
    }
    case "LineString": {
      const line = readList(coordinates, readPosition);
      return line && { line };
    }
    case "Polygon": {
      const polygon = readList(coordinates, (ring) => readList(ring, readPosition));
      return polygon && { polygon };
    }
    default:
      return undefined;
  }
}

function readList<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(read);
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** A third coordinate, the height, is left out. */
function readPosition(value: unknown): Position | undefined {
  if (!Array.isArray(value)) return undefined;
  const [longitude, latitude] = value as readonly unknown[];
  const [x, y] = [toUnits(longitude), toUnits(latitude)];
  return x === undefined || y === undefined ? undefined : [x, y];
}

function toUnits(degrees: unknown): number | undefined {
  if (typeof degrees !== "number" || !Number.isFinite(degrees)) return undefined;
  // Through its shortest decimal spelling, which is what the file says; a product of doubles can be one unit off.
  return Math.round(Number(`${degrees.toFixed(PLACES)}e7`));
}
