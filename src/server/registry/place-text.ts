import { UNITS_PER_DEGREE } from "../../core/index.ts";
import { type Place, placeOf } from "./place.ts";

/** What the geometry of nearly every thing begins with, spelt as `jsonObject` spells it: a point in clear. */
const POINT = '{"value":{"point":[';

/** The field `place` of an answer with its comma, out of the JSON of a geometry; nothing where there is no place. */
export function placeText(geometry: string | undefined): string {
  if (geometry === undefined) return "";
  if (!geometry.startsWith(POINT)) return textOf(placeOf({ geometry: JSON.parse(geometry) }));
  const comma = geometry.indexOf(",", POINT.length);
  const end = geometry.indexOf("]", comma);
  const longitude = degreesText(geometry.slice(POINT.length, comma));
  const latitude = degreesText(geometry.slice(comma + 1, end));
  return `"place":{"longitude":${longitude},"latitude":${latitude},"is":"point"},`;
}

function textOf(place: Place | undefined): string {
  return place === undefined ? "" : `"place":${JSON.stringify(place)},`;
}

const DECIMALS = 7;
const ZERO = 0x30;

/**
 * Whole units as degrees: what JSON makes of the quotient. Ten digits fit a double, so its shortest spelling has the same ones;
 * below a tenth of a degree there might be an exponent.
 */
export function degreesText(units: string): string {
  if (units.length <= DECIMALS + 1) return String(Number(units) / UNITS_PER_DEGREE);
  const point = units.length - DECIMALS;
  let end = units.length;
  while (end > point && units.charCodeAt(end - 1) === ZERO) end -= 1;
  return end === point
    ? units.slice(0, point)
    : `${units.slice(0, point)}.${units.slice(point, end)}`;
}
