import { type CborValue, isCborMap, UNITS_PER_DEGREE } from "../core/index.ts";

/** `[west, south, east, north]` in 1e-7 degree. */
export type Bounds = readonly [number, number, number, number];

/** With its offset, as RFC 3339 has it: a time without one is another in every place. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** The moment that a fact of the name `time` says, in Unix milliseconds; `undefined` where it says none. */
export function momentOf(value: CborValue | undefined): number | undefined {
  if (typeof value !== "string" || !TIME.test(value) || !isDay(value)) return undefined;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : moment;
}

/** Whether a text of the form `2026-02-28…` begins with a day that there is: the platform takes the 30th of February for a day of March. */
export function isDay(text: string): boolean {
  const day = Number(text.slice(8, 10));
  if (day < 29) return day > 0;
  const moment = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(moment) && new Date(moment).getUTCDate() === day;
}

/**
 * The bounds of what a fact of the name `place` says: a position or a list of them in 1e-7 degree, a geometry of a record, or
 * GeoJSON, in degrees. `undefined` where it says no place.
 */
export function boundsOf(value: CborValue | undefined): Bounds | undefined {
  if (value === undefined) return undefined;
  if (!isCborMap(value)) return around(value, 1);
  const { coordinates, point, line, polygon, cell } = value;
  if (coordinates !== undefined) return around(coordinates, UNITS_PER_DEGREE);
  if (cell !== undefined) return around(pairsOf(cell), 1);
  return around(point ?? line ?? polygon, 1);
}

/** Whether all of it lies inside, edges included. */
export function isInside([west, south, east, north]: Bounds, [w, s, e, n]: Bounds): boolean {
  return west >= w && south >= s && east <= e && north <= n;
}

/** A box is two positions. */
function pairsOf(box: CborValue): CborValue {
  return Array.isArray(box) && box.length === 4 ? [box.slice(0, 2), box.slice(2)] : null;
}

function around(positions: CborValue | undefined, unit: number): Bounds | undefined {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  if (positions === undefined || !stretch(bounds, positions, unit)) return undefined;
  return bounds[0] === Infinity ? undefined : bounds;
}

/** @returns whether there is nothing but positions in it: of what cannot be read nobody knows where it lies */
function stretch(
  bounds: [number, number, number, number],
  value: CborValue,
  unit: number,
): boolean {
  if (!Array.isArray(value)) return false;
  const [x, y] = [numberOf(value[0]), numberOf(value[1])];
  if (x === undefined) return value.every((each) => stretch(bounds, each, unit));
  if (y === undefined || value.length > 3) return false;
  const [longitude, latitude] = [Math.round(x * unit), Math.round(y * unit)];
  bounds[0] = Math.min(bounds[0], longitude);
  bounds[1] = Math.min(bounds[1], latitude);
  bounds[2] = Math.max(bounds[2], longitude);
  bounds[3] = Math.max(bounds[3], latitude);
  return true;
}

/** Whole, or `{"decimal": "7.25"}`. */
function numberOf(value: CborValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  const { decimal } = value !== undefined && isCborMap(value) ? value : {};
  return typeof decimal === "string" ? Number(decimal) : undefined;
}
