import {
  type Box,
  type CodeRecord,
  type Geometry,
  type Position,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";

/** Where a thing is, in degrees, WGS 84, and what that point is to it. */
export type Place = {
  readonly longitude: number;
  readonly latitude: number;
  readonly is: "point" | "centre" | "cell";
};

/** One point for a map; `undefined` when the geometry is absent or a commitment. */
export function placeOf({ geometry }: Pick<CodeRecord, "geometry">): Place | undefined {
  if (geometry === undefined || !("value" in geometry)) return undefined;
  const shape = geometry.value;
  if ("point" in shape) return placeAt(shape.point, "point");
  const [west, south, east, north] = boxOf(shape);
  return placeAt([(west + east) / 2, (south + north) / 2], "cell" in shape ? "cell" : "centre");
}

/** The place of one position. */
export function placeAt([longitude, latitude]: Position, is: Place["is"]): Place {
  return { longitude: degrees(longitude), latitude: degrees(latitude), is };
}

function degrees(units: number): number {
  return Math.round(units) / UNITS_PER_DEGREE;
}

function boxOf(shape: Exclude<Geometry, { readonly point: Position }>): Box {
  if ("cell" in shape) return shape.cell;
  if ("linked" in shape) return shape.linked.bbox;
  const positions = "line" in shape ? shape.line : shape.polygon.flat();
  const longitudes = positions.map(([longitude]) => longitude);
  const latitudes = positions.map(([, latitude]) => latitude);
  return [
    Math.min(...longitudes),
    Math.min(...latitudes),
    Math.max(...longitudes),
    Math.max(...latitudes),
  ];
}
