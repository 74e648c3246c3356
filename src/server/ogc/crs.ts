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

const DEGREES = /^[+-]?\d{1,3}(?:\.\d{1,17})?(?:[eE]-?\d{1,2})?$/;

/** `bbox` of four numbers, or of six with heights, which are not looked at. */
export function readBbox(text: string | undefined, crs: Crs): Result<Box | undefined, AnyRefusal> {
  if (text === undefined) return ok(undefined);
  const numbers = text
    .split(",", 7)
    .map((each) => (DEGREES.test(each) ? Number(each) : Number.NaN));
  const [a = Number.NaN, b = Number.NaN] = numbers;
  const [c = Number.NaN, d = Number.NaN] = numbers.slice(numbers.length / 2);
  const box: Box = crs.isLatitudeFirst ? [b, a, d, c] : [a, b, c, d];
  const [west, south, east, north] = box;
  const isBox =
    (numbers.length === 4 || numbers.length === 6) &&
    !numbers.some(Number.isNaN) &&
    [west, east].every((each) => Math.abs(each) <= 180) &&
    [south, north].every((each) => Math.abs(each) <= 90) &&
    south <= north;
  // In six numbers the heights stand third and sixth.
  if (isBox && numbers.length === 6) return readBbox([a, b, numbers[3], numbers[4]].join(","), crs);
  if (isBox) return ok(box);
  const want = "four numbers in the order of the axes of bbox-crs";
  return err({ code: "HTTP_PARAMETER", name: "bbox", got: text.slice(0, 64), want });
}
