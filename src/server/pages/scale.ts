import type { Words } from "./language.ts";

// Distances on a small map. The earth is a ball here: nobody measures with it.

export type LonLat = { readonly longitude: number; readonly latitude: number };

const METRES_PER_DEGREE = 111_195;
const RADIANS = Math.PI / 180;

/** From one place to another in metres east and north; good for a few hundred kilometres. */
export function metresBetween(
  from: LonLat,
  to: LonLat,
): { readonly east: number; readonly north: number } {
  const middle = ((from.latitude + to.latitude) / 2) * RADIANS;
  return {
    east: (to.longitude - from.longitude) * METRES_PER_DEGREE * Math.cos(middle),
    north: (to.latitude - from.latitude) * METRES_PER_DEGREE,
  };
}

const DIRECTIONS: readonly Words[] = [
  { zh: "北", en: "north" },
  { zh: "东北", en: "north-east" },
  { zh: "东", en: "east" },
  { zh: "东南", en: "south-east" },
  { zh: "南", en: "south" },
  { zh: "西南", en: "south-west" },
  { zh: "西", en: "west" },
  { zh: "西北", en: "north-west" },
];

/** One of eight directions. */
export function directionOf({
  east,
  north,
}: {
  readonly east: number;
  readonly north: number;
}): Words {
  const eighth = Math.round(Math.atan2(east, north) / (Math.PI / 4) + 8) % 8;
  return DIRECTIONS[eighth] ?? { zh: "", en: "" };
}

/** A length as people say it. */
export function distanceWords(metres: number): Words {
  if (metres < 1000) return { zh: `${Math.round(metres)} 米`, en: `${Math.round(metres)} m` };
  const kilometres = Number((metres / 1000).toFixed(metres < 10_000 ? 1 : 0));
  return { zh: `${kilometres} 公里`, en: `${kilometres} km` };
}

/** The largest of 1, 2, 5, 10, 20 … that is not larger. */
export function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = value / power;
  return power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
}
