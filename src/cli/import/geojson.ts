import { createReadStream } from "node:fs";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import { parseExactJson } from "./exact-json.ts";
import { GeoJsonCutter, type GeoJsonPiece } from "./geojson-pieces.ts";
import type { Row, RowSource } from "./row.ts";

/** A GeoJSON FeatureCollection (RFC 7946), or one feature a line (RFC 8142). One feature is in memory at a time. */
export async function openGeoJson(path: string): Promise<RowSource> {
  const columns = new Set<string>();
  let features = 0;
  for await (const feature of featuresOf(path)) {
    features += 1;
    for (const name of Object.keys(propertiesOf(feature))) columns.add(name);
  }
  if (features === 0) throw new CliProblem("IMPORT_EMPTY", { path });
  return {
    columns: [...columns],
    async *rows() {
      let count = 0;
      for await (const feature of featuresOf(path)) yield toRow(feature, ++count);
    },
  };
}

const READ_BYTES = 256 * 1024;

type Feature = {
  readonly type: "Feature";
  readonly id?: unknown;
  readonly geometry?: unknown;
  readonly properties?: unknown;
};

async function* featuresOf(path: string): AsyncGenerator<Feature, void, undefined> {
  let [features, values, collections] = [0, 0, 0];
  for await (const piece of piecesOf(path, () => features)) {
    const value = parseExactJson(piece.text);
    const isMember = piece.kind === "member";
    if (!isMember) values += 1;
    if (!isMember && (piece.isEmptied || !isFeature(value))) {
      collections += 1;
      checkCollection(path, value, features);
    } else if (isFeature(value)) {
      features += 1;
      yield value;
    } else throw noGeoJson(path, features);
    if (collections > 0 && values > 1) throw noGeoJson(path, features);
  }
  if (values === 0) throw noGeoJson(path, 0);
}

async function* piecesOf(
  path: string,
  features: () => number,
): AsyncGenerator<GeoJsonPiece, void, undefined> {
  const cutter = new GeoJsonCutter();
  const input = createReadStream(path, { encoding: "utf8", highWaterMark: READ_BYTES });
  try {
    for await (const text of input) yield* cutter.take(text as string);
    cutter.end();
  } catch (cause) {
    if (cause instanceof RangeError) throw noGeoJson(path, features());
    throw cause instanceof Error && "syscall" in cause ? fileProblem(path, cause) : cause;
  }
}

/** What is left of a collection without its features. */
function checkCollection(path: string, value: unknown, features: number): void {
  const { type, features: list, crs } = (value ?? {}) as { [name: string]: unknown };
  if (type !== "FeatureCollection" || !Array.isArray(list)) throw noGeoJson(path, features);
  if (crs === undefined || /CRS84|4326|4490/.test(JSON.stringify(crs))) return;
  const want = {
    en: "in WGS 84 or CGCS2000 degrees",
    zh: "采用 WGS 84 或 CGCS2000 经纬度的文件",
  };
  throw new CliProblem("CLI_FILE_FORMAT", { path, want });
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

/** @param features so many came before what is none */
function noGeoJson(path: string, features: number): CliProblem {
  const en = "GeoJSON: a FeatureCollection, or one feature a line";
  const zh = "GeoJSON（FeatureCollection 或每行一个 Feature）";
  const want =
    features === 0
      ? { en, zh }
      : {
          en: `${en}; what comes after feature ${features} is none`,
          zh: `${zh}；第 ${features} 个 Feature 之后的内容有误`,
        };
  return new CliProblem("CLI_FILE_FORMAT", { path, want });
}
