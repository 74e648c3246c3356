/** Longitude and latitude in degrees (CRS84); a height may follow and is not looked at. */
export type Position = readonly number[];

/** A geometry of RFC 7946 without `GeometryCollection`. */
export type Geometry =
  | { readonly type: "Point"; readonly coordinates: Position }
  | { readonly type: "MultiPoint" | "LineString"; readonly coordinates: readonly Position[] }
  | {
      readonly type: "MultiLineString" | "Polygon";
      readonly coordinates: readonly (readonly Position[])[];
    }
  | {
      readonly type: "MultiPolygon";
      readonly coordinates: readonly (readonly (readonly Position[])[])[];
    };

const DEPTHS: { readonly [type: string]: number } = {
  Point: 0,
  MultiPoint: 1,
  LineString: 1,
  MultiLineString: 2,
  Polygon: 2,
  MultiPolygon: 3,
};

/** Whether a value is a geometry with positions on the earth, rings closed. */
export function isGeometry(value: unknown): value is Geometry {
  if (typeof value !== "object" || value === null) return false;
  const { type, coordinates } = value as { type?: unknown; coordinates?: unknown };
  const depth = typeof type === "string" && Object.hasOwn(DEPTHS, type) ? DEPTHS[type] : undefined;
  if (depth === undefined || !isNested(coordinates, depth)) return false;
  const geometry = value as Geometry;
  if (geometry.type === "LineString" && geometry.coordinates.length < 2) return false;
  return ringsOf(geometry).every(
    (ring) => ring.length >= 4 && isSamePosition(ring[0] ?? [], ring.at(-1) ?? []),
  );
}

function isNested(value: unknown, depth: number): boolean {
  if (!Array.isArray(value)) return false;
  if (depth > 0) return value.length > 0 && value.every((each) => isNested(each, depth - 1));
  const [longitude, latitude] = value;
  const isShort = value.length === 2 || value.length === 3;
  const areNumbers = value.every((each) => typeof each === "number" && Number.isFinite(each));
  return isShort && areNumbers && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
}

function ringsOf(geometry: Geometry): readonly (readonly Position[])[] {
  if (geometry.type === "Polygon") return geometry.coordinates;
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
}

/** About a tenth of a millimetre. */
export const NEAR_DEGREES = 1e-9;

export function isSamePosition([x1 = 0, y1 = 0]: Position, [x2 = 0, y2 = 0]: Position): boolean {
  return Math.abs(x1 - x2) <= NEAR_DEGREES && Math.abs(y1 - y2) <= NEAR_DEGREES;
}

/** Well-known text of OGC 06-103r4. */
export function wellKnownText({ type, coordinates }: Geometry): string {
  return `${type.toUpperCase()} ${nested(type === "Point" ? [coordinates as Position] : coordinates)}`;
}

type Nested = Position | readonly Nested[];

function nested(value: Nested): string {
  const parts = (value as readonly Nested[]).map((each) =>
    typeof each[0] === "number" ? each.slice(0, 2).join(" ") : nested(each),
  );
  return `(${parts.join(", ")})`;
}
