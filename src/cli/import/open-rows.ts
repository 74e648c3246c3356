import { openCsv } from "./csv.ts";
import { openGeoJson } from "./geojson.ts";
import type { RowSource } from "./row.ts";

const GEOJSON = /\.(geo)?json(l|s|seq)?$/i;

/** Opens a file of rows by the ending of its name. */
export function openRows(path: string, encoding?: string): Promise<RowSource> {
  if (GEOJSON.test(path)) return openGeoJson(path);
  return openCsv(path, encoding === undefined ? {} : { encoding });
}
