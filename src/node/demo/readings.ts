import { readFileSync } from "node:fs";
import { factNumber } from "../../core/index.ts";
import type { Said } from "../../sdk/index.ts";

// Beside dist and src in the package.
const FILE = new URL("../../../data/readings-seattle-2012.json", import.meta.url);

/** What the readings are called that the demonstration publishes: they are real, and of another place. */
export const READINGS = {
  zh: "道路气象（样例：西雅图 2012 年逐日实测，NOAA）",
  en: "Road weather (sample: daily readings at Seattle, 2012, NOAA)",
} as const;

/** The entity that they are of. */
export const STATION = "urn:ngsi-ld:WeatherObserved:Seattle-Tacoma";

/** Seattle-Tacoma Airport, in 1e-7 degree. */
const PLACE = [-1_223_139_000, 474_444_000];

type Day = readonly [date: string, rain: number, high: number, low: number, wind: number];

/** A day each, in the words of the Smart Data Model WeatherObserved where it has one. */
export function readings(): readonly Said[] {
  const { days } = JSON.parse(readFileSync(FILE, "utf8")) as { readonly days: readonly Day[] };
  return days.map(([date, rain, high, low, wind]) => ({
    id: STATION,
    type: "WeatherObserved",
    time: `${date}T12:00:00Z`,
    place: PLACE,
    precipitation: factNumber(rain),
    temperature: factNumber(high),
    temperatureLowest: factNumber(low),
    windSpeed: factNumber(wind),
  }));
}
