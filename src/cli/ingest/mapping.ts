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
  readonly time?: {
    readonly column: string;
    readonly zone?: string;
    /** Numbers are times counted since 1970. */
    readonly epoch?: "seconds" | "milliseconds";
  };
  /** Columns of the position, in degrees of WGS 84; of GeoJSON the geometry is one by itself. */
  readonly longitude?: string;
  readonly latitude?: string;
  /** What stands before the fraction of a number; a point unless said. */
  readonly decimal?: "." | ",";
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
const EPOCHS = ["seconds", "milliseconds"] as const;
const DECIMALS = [".", ","] as const;

/** @throws CliProblem CLI_FILE, CLI_FILE_FORMAT with what is wrong and where */
export async function readMapping(path: string): Promise<Mapping> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  try {
    return fromJson(parse(text), text);
  } catch (cause) {
    if (!(cause instanceof Misfit)) throw cause;
    const { en, zh } = cause.want;
    const want = { en: `a mapping in which ${en}`, zh: `正确的映射：${zh}` };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
}

/** What would have to be so. */
class Misfit extends Error {
  readonly want: { readonly en: string; readonly zh: string };

  constructor(want: { readonly en: string; readonly zh: string }) {
    super(want.en);
    this.want = want;
  }
}

function want(en: string, zh: string): never {
  throw new Misfit({ en, zh });
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
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    const { message } = cause as Error;
    return want(`all is JSON (${message})`, `全部为 JSON（${message}）`);
  }
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** A member that has to be there, or that may be; any other member is a mistake of whoever wrote it. */
function membersOf(value: unknown, where: string, names: readonly string[]): Json {
  if (!isMap(value)) return want(`${where} is an object`, `${where} 为对象`);
  const other = Object.keys(value).find((name) => !names.includes(name));
  if (other === undefined) return value;
  const known = names.join(", ");
  return want(
    `${where} has no “${other}”: it has ${known}`,
    `${where} 没有“${other}”，只有 ${known}`,
  );
}

function columnAt(value: unknown, where: string): string {
  if (isText(value)) return value;
  return want(`“${where}” is the name of a column`, `“${where}”为列名`);
}

function templateAt(value: unknown, where: string): string {
  if (isText(value) && !/[{}]/.test(value.replace(PLACEHOLDER, ""))) return value;
  return want(
    `“${where}” is a text like station-{column}`,
    `“${where}”为文本，例如 station-{列名}`,
  );
}

function wordAt<T extends string>(value: unknown, where: string, words: readonly T[]): T {
  const word = words.find((each) => each === value);
  const all = words.map((each) => `“${each}”`);
  return word ?? want(`“${where}” is ${all.join(" or ")}`, `“${where}”为${all.join("或")}`);
}

const MEMBERS = ["id", "type", "time", "longitude", "latitude", "decimal", "attributes"];

function fromJson(value: unknown, text: string): Mapping {
  const { id, type, time, longitude, latitude, decimal, attributes } = membersOf(
    value,
    "it",
    MEMBERS,
  );
  if ((longitude === undefined) !== (latitude === undefined)) {
    want("“longitude” and “latitude” are there both", "“longitude”和“latitude”同时给出");
  }
  return {
    id: templateAt(id, "id"),
    type: templateAt(type, "type"),
    ...(time !== undefined && { time: timeFrom(time) }),
    ...(longitude !== undefined && {
      longitude: columnAt(longitude, "longitude"),
      latitude: columnAt(latitude, "latitude"),
    }),
    ...(decimal !== undefined && { decimal: wordAt(decimal, "decimal", DECIMALS) }),
    attributes: fieldsFrom(attributes),
    text,
  };
}

function timeFrom(time: unknown): NonNullable<Mapping["time"]> {
  if (isText(time)) return { column: time };
  const { column, zone, epoch } = membersOf(time, "time", ["column", "zone", "epoch"]);
  if (zone !== undefined && !(isText(zone) && ZONE.test(zone))) {
    want("“time.zone” is a difference like +08:00, or Z", "“time.zone”为时差，例如 +08:00，或 Z");
  }
  return {
    column: columnAt(column, "time.column"),
    ...(isText(zone) && { zone }),
    ...(epoch !== undefined && { epoch: wordAt(epoch, "time.epoch", EPOCHS) }),
  };
}

function fieldsFrom(attributes: unknown): Mapping["attributes"] {
  if (!isMap(attributes) || Object.keys(attributes).length === 0) {
    want("“attributes” has one at least", "“attributes”至少有一项");
  }
  const fields: Record<string, { column: string; kind: FieldKind }> = {};
  for (const [name, field] of Object.entries(attributes as Json)) {
    const where = `attributes.${name}`;
    if (!NAME.test(name) || FRAME.has(name)) {
      want(
        `“${where}” has a name of its own: a letter of A to Z first, then letters, digits and _:./#%~+-`,
        `“${where}”的名称以英文字母开头，其后为字母、数字和 _:./#%~+-，且不是 ${[...FRAME].join("、")}`,
      );
    }
    const { column, type = "text" } = isText(field)
      ? { column: field }
      : membersOf(field, where, ["column", "type"]);
    fields[name] = {
      column: columnAt(column, `${where}.column`),
      kind: wordAt(type, `${where}.type`, KINDS),
    };
  }
  return fields;
}
