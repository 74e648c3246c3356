import type { Position } from "../core/index.ts";

const DECIMAL = /^([+-]?)(\d{1,3})(?:\.(\d*))?$/;
const PLACES = 7;
const UNIT = 10 ** PLACES;

/**
 * Reads decimal degrees as an integer of 1e-7 degree, from the digits themselves: a float on the way would move some
 * points. Digits beyond the seventh (1 cm) are rounded, half away from zero.
 */
export function parseDegrees(text: string, max: 90 | 180): number | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = ""] = match;
  const kept = Number(fraction.slice(0, PLACES).padEnd(PLACES, "0"));
  const up = (fraction[PLACES] ?? "0") >= "5" ? 1 : 0;
  const size = Number(whole) * UNIT + kept + up;
  if (size > max * UNIT) return undefined;
  return sign === "-" && size !== 0 ? -size : size;
}

/** Longitude and latitude, in this order, in decimal degrees. */
export function parsePosition(longitude: string, latitude: string): Position | undefined {
  const [x, y] = [parseDegrees(longitude, 180), parseDegrees(latitude, 90)];
  return x === undefined || y === undefined ? undefined : [x, y];
}
