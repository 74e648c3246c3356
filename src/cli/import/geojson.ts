import { readFile } from "node:fs/promises";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import { parseExactJson } from "./exact-json.ts";
import type { Row, RowSource } from "./row.ts";

/** A GeoJSON FeatureCollection (RFC 7946), or one feature a line (RFC 8142). */
export async function openGeoJson(path: string): Promise<RowSource> {
  const features = readFeatures(path, await read(path));
  const columns = new Set<string>();
  for (const feature of features)
    for (const name of Object.keys(propertiesOf(feature))) columns.add(name);
  return {
    columns: [...columns],
    async *rows() {
      for (const [i, feature] of features.entries()) yield toRow(feature, i + 1);
    },
  };
}

type Feature = {
  readonly type: "Feature";
  readonly id?: unknown;
  readonly geometry?: unknown;
  readonly properties?: unknown;
};

async function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
}

function readFeatures(path: string, text: string): readonly Feature[] {
  const whole = parseExactJson(text);
  if (whole === undefined) return readLines(path, text);
  if (isFeature(whole)) return [whole];
  const { type, features, crs } = (whole ?? {}) as { [name: string]: unknown };
  if (type !== "FeatureCollection" || !Array.isArray(features) || !features.every(isFeature)) {
    throw noGeoJson(path);
  }
  if (crs !== undefined && !/CRS84|4326|4490/.test(JSON.stringify(crs))) {
    const want = {
      en: "in WGS 84 or CGCS2000 degrees",
      zh: "采用 WGS 84 或 CGCS2000 经纬度的文件",
    };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
  return features;
}

/** RFC 8142 begins each line with a record separator; many programs leave it out. */
function readLines(path: string, text: string): readonly Feature[] {
  const lines = text.split("\n").map((line) => withoutSeparator(line).trim());
  const features = lines.filter((line) => line !== "").map(parseExactJson);
  if (features.length === 0 || !features.every(isFeature)) throw noGeoJson(path);
  return features;
}

function toRow(feature: Feature, line: number): Row {
  const cells = new Map<string, string>();
  for (const [name, value] of Object.entries(propertiesOf(feature))) {
    const cell = typeof value === "object" ? "" : String(value).trim();
    if (cell !== "") cells.set(name, cell);
  }
  return { line, cells, ...(feature.geometry == null ? {} : { geometry: feature.geometry }) };
}

/** The properties; the feature's own `id` counts as one where none is called so. */
function propertiesOf({ id, properties }: Feature): { readonly [name: string]: unknown } {
  const own = typeof properties === "object" && properties !== null ? properties : {};
  return { ...(id === undefined ? {} : { id }), ...own };
}

function isFeature(value: unknown): value is Feature {
  return typeof value === "object" && value !== null && "type" in value && value.type === "Feature";
}

function noGeoJson(path: string): CliProblem {
  return new CliProblem("CLI_FILE_FORMAT", {
    path,
    want: {
      en: "GeoJSON: a FeatureCollection, or one feature a line",
      zh: "GeoJSON（FeatureCollection 或每行一个 Feature）",
    },
  });
}

const RECORD_SEPARATOR = "\u001e";

function withoutSeparator(line: string): string {
  return line.startsWith(RECORD_SEPARATOR) ? line.slice(1) : line;
}
