import { readFile } from "node:fs/promises";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";

/** How a fact is read out of a cell. */
export type FieldKind = "number" | "text" | "boolean";

/** Where a value is found: in a column, or in a text with `{column}` in it. */
export type Mapping = {
  readonly id: string;
  readonly type: string;
  /** The column of the time, and the zone of times that name none. */
  readonly time?: { readonly column: string; readonly zone?: string };
  /** Columns of the position, in degrees of WGS 84; of GeoJSON the geometry is one by itself. */
  readonly longitude?: string;
  readonly latitude?: string;
  readonly attributes: {
    readonly [name: string]: { readonly column: string; readonly kind: FieldKind };
  };
  /** The file itself: another one reads the same rows differently. */
  readonly text: string;
};

const NAME = /^[A-Za-z][A-Za-z0-9_:./#%~+-]{0,255}$/;
const FRAME: ReadonlySet<string> = new Set(["id", "type", "time", "place"]);
const ZONE = /^(?:Z|[+-]\d\d:\d\d)$/;
const KINDS: readonly FieldKind[] = ["number", "text", "boolean"];

const WANT = {
  en: 'a mapping: {"id": "station-{number}", "type": …, "time": {"column", "zone"}, "longitude", "latitude", "attributes": {name: {"column", "type": "number"}}}',
  zh: '映射：{"id": "station-{number}", "type": …, "time": {"column", "zone"}, "longitude", "latitude", "attributes": {名称: {"column", "type": "number"}}}',
};

/** @throws CliProblem CLI_FILE, CLI_FILE_FORMAT */
export async function readMapping(path: string): Promise<Mapping> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  const mapping = fromJson(parse(text), text);
  if (mapping === undefined) throw new CliProblem("CLI_FILE_FORMAT", { path, want: WANT });
  return mapping;
}

/** The columns that a mapping speaks of. */
export function columnsOf({ id, type, time, longitude, latitude, attributes }: Mapping): string[] {
  const inTexts = [id, type].flatMap((text) =>
    [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name),
  );
  const others = [time?.column, longitude, latitude].filter((each) => each !== undefined);
  return [...inTexts, ...others, ...Object.values(attributes).map(({ column }) => column)];
}

export const PLACEHOLDER: RegExp = /\{([^{}]+)\}/g;

type Json = { readonly [name: string]: unknown };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function fromJson(value: unknown, text: string): Mapping | undefined {
  if (!isMap(value)) return undefined;
  const { id, type, time, longitude, latitude, attributes, ...rest } = value;
  if (Object.keys(rest).length > 0 || !isText(id) || !isText(type)) return undefined;
  if ((longitude === undefined) !== (latitude === undefined)) return undefined;
  if (longitude !== undefined && !(isText(longitude) && isText(latitude))) return undefined;
  const when = time === undefined ? {} : timeFrom(time);
  const fields = fieldsFrom(attributes);
  if (when === undefined || fields === undefined) return undefined;
  const place = isText(longitude) && isText(latitude) ? { longitude, latitude } : {};
  return { id, type, ...when, ...place, attributes: fields, text };
}

function timeFrom(time: unknown): Pick<Mapping, "time"> | undefined {
  if (isText(time)) return { time: { column: time } };
  if (!isMap(time) || !isText(time.column)) return undefined;
  const { column, zone } = time;
  if (zone === undefined) return { time: { column } };
  return isText(zone) && ZONE.test(zone) ? { time: { column, zone } } : undefined;
}

function fieldsFrom(attributes: unknown): Mapping["attributes"] | undefined {
  if (!isMap(attributes) || Object.keys(attributes).length === 0) return undefined;
  const fields: Record<string, { column: string; kind: FieldKind }> = {};
  for (const [name, field] of Object.entries(attributes)) {
    const { column, type = "text" } = isMap(field) ? field : { column: field };
    const kind = KINDS.find((each) => each === type);
    if (!NAME.test(name) || FRAME.has(name) || !isText(column) || kind === undefined)
      return undefined;
    fields[name] = { column, kind };
  }
  return fields;
}
