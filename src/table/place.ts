import { type CborValue, isCborMap, UNITS_PER_DEGREE } from "../core/index.ts";
import { type Geometry, isGeometry, type Position } from "./geometry.ts";
import { jsonOf } from "./json.ts";

/** A position or a list of them in 1e-7 degree, a geometry of a record, or GeoJSON, as a geometry in degrees. */
export function geometryOfPlace(value: CborValue): Geometry | undefined {
  const geometry = isCborMap(value) ? geometryOfMap(value) : positioned(value);
  return isGeometry(geometry) ? geometry : undefined;
}

function geometryOfMap(value: { readonly [name: string]: CborValue | undefined }): unknown {
  const { coordinates, type, point, line, polygon, cell } = value;
  if (coordinates !== undefined) {
    return { type, coordinates: jsonOf(coordinates) };
  }
  if (point !== undefined) return { type: "Point", coordinates: degrees(point) };
  if (line !== undefined) return { type: "LineString", coordinates: degrees(line) };
  if (polygon !== undefined) return { type: "Polygon", coordinates: degrees(polygon) };
  const [west, south, east, north] = (degrees(cell) ?? []) as Position;
  const corners = [west, south, west, north, east, north, east, south, west, south];
  const ring = [0, 2, 4, 6, 8].map((i) => corners.slice(i, i + 2));
  return { type: "Polygon", coordinates: [ring] };
}

function positioned(value: CborValue): unknown {
  const coordinates = degrees(value);
  const isOne = Array.isArray(coordinates) && typeof coordinates[0] === "number";
  return { type: isOne ? "Point" : "MultiPoint", coordinates };
}

function degrees(value: CborValue | undefined): unknown {
  if (typeof value === "number") return value / UNITS_PER_DEGREE;
  return Array.isArray(value) ? value.map(degrees) : undefined;
}
