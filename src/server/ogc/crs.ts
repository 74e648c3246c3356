import { err, ok, type Result } from "../../core/index.ts";
import type { Box, Geometry, Position } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";

/** A coordinate reference system as OGC names it (18-058r1 §6), and whether its first axis is the latitude. */
export type Crs = { readonly uri: string; readonly isLatitudeFirst: boolean };

const DEFINITIONS = "http://www.opengis.net/def/crs";

export const CRS84: Crs = { uri: `${DEFINITIONS}/OGC/1.3/CRS84`, isLatitudeFirst: false };

/** CGCS 2000 (EPSG:4490) and WGS 84 lie within centimetres of each other: only the order of the axes differs. */
export const SYSTEMS: readonly Crs[] = [
  CRS84,
  { uri: `${DEFINITIONS}/EPSG/0/4326`, isLatitudeFirst: true },
  { uri: `${DEFINITIONS}/EPSG/0/4490`, isLatitudeFirst: true },
];

export function readCrs(name: string, text: string | undefined): Result<Crs, AnyRefusal> {
  if (text === undefined) return ok(CRS84);
  const found = SYSTEMS.find(({ uri }) => uri === text);
  if (found !== undefined) return ok(found);
  const want = SYSTEMS.map(({ uri }) => uri).join(" | ");
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want });
}

export function inCrs(geometry: Geometry | undefined, crs: Crs): Geometry | null {
  if (geometry === undefined) return null;
  if (!crs.isLatitudeFirst) return geometry;
  return { ...geometry, coordinates: swapped(geometry.coordinates) } as Geometry;
}

type Nested = Position | readonly Nested[];

function swapped(nested: Nested): Nested {
  const [first, second, ...rest] = nested;
  if (typeof first === "number" && typeof second === "number") {
    return [second, first, ...rest] as Position;
  }
  return (nested as readonly Nested[]).map(swapped);
}

/** A number as JSON and those who write it by hand have it. */
const DEGREES = /^[+-]?(?:\d{1,3}(?:\.\d{0,32})?|\.\d{1,32})(?:[eE][+-]?\d{1,3})?$/;
const HEIGHT = /^[+-]?(?:\d{1,20}(?:\.\d{0,32})?|\.\d{1,32})(?:[eE][+-]?\d{1,3})?$/;
/** A box with no place in it. */
export const NOWHERE = "nowhere";

/** `bbox` in degrees of CRS84. One with nothing in it is refused. */
export function readBbox(text: string | undefined): Result<Box | undefined, AnyRefusal> {
  const read = readWindow(text, CRS84);
  if (!read.ok || read.value !== NOWHERE) return read as Result<Box | undefined, AnyRefusal>;
  return wrong(text ?? "", "four numbers: west, south, east, north");
}

/**
 * `bbox` of four numbers, or of six with heights, which are not looked at. A box is cut where the earth ends; one whose south
 * lies beyond its north has nothing in it. docs/adr/0084.
 */
export function readWindow(
  text: string | undefined,
  crs: Crs,
): Result<Box | typeof NOWHERE | undefined, AnyRefusal> {
  if (text === undefined) return ok(undefined);
  const parts = text.split(",", 7);
  // In six the heights stand third and sixth.
  const heights = parts.length === 6 ? parts.filter((_, i) => i % 3 === 2) : [];
  const sides = parts.length === 6 ? parts.filter((_, i) => i % 3 !== 2) : parts;
  const degrees = sides.map((each) => (DEGREES.test(each) ? Number(each) : Number.NaN));
  const [a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN] = degrees;
  const isBox =
    sides.length === 4 &&
    degrees.every((each) => Math.abs(each) <= 180) &&
    heights.every((each) => HEIGHT.test(each));
  if (!isBox) return wrong(text, "four numbers in the order of the axes of bbox-crs");
  const [west, south, east, north] = crs.isLatitudeFirst ? [b, a, d, c] : [a, b, c, d];
  if (south > Math.min(north, 90) || north < -90) return ok(NOWHERE);
  return ok([west, Math.max(south, -90), east, Math.min(north, 90)]);
}

function wrong(text: string, want: string): Result<never, AnyRefusal> {
  return err({ code: "HTTP_PARAMETER", name: "bbox", got: text.slice(0, 64), want });
}
