import {
  type CborValue,
  encodeCbor,
  factNumber,
  MAX_FACT_BYTES,
  SALT_BYTES,
} from "../../core/index.ts";
import type { Said } from "../../sdk/index.ts";
import { isGeometry } from "../../table/index.ts";
import { parsePosition } from "../degrees.ts";
import { readGeometry } from "../import/geometry.ts";
import type { Row, RowProblem } from "../import/row.ts";
import { isDay } from "../time-argument.ts";
import { type FieldKind, type Mapping, PLACEHOLDER } from "./mapping.ts";

/** What a row says, or why it says nothing. */
export type ReadRow =
  | { readonly ok: true; readonly said: Said }
  | { readonly ok: false; readonly problems: readonly RowProblem[] };

/** Reads a row as an observation. Empty cells are nothing that was seen; a row of which nothing was seen is bad. */
export function readRow(row: Row, mapping: Mapping): ReadRow {
  if (row.broken !== undefined) return { ok: false, problems: [row.broken] };
  const problems: RowProblem[] = [];
  const said: Record<string, CborValue> = {};
  const keep = (name: string, read: CborValue | RowProblem | undefined) => {
    if (read === undefined) return;
    if (isProblem(read)) problems.push(read);
    else if (isTooLong(name, read)) problems.push({ code: "ROW_LONG", column: name });
    else said[name] = read;
  };
  keep("id", filled(row, mapping.id));
  keep("type", filled(row, mapping.type));
  keep("time", timeOf(row, mapping));
  keep("place", placeOf(row, mapping));
  let seen = 0;
  for (const [name, { column, kind }] of Object.entries(mapping.attributes)) {
    const cell = row.cells.get(column);
    if (cell === undefined) continue;
    seen += 1;
    const value = kind === "number" ? withPoint(cell, mapping) : cell;
    keep(name, valueOfCell(value, column, kind));
  }
  if (seen === 0 && problems.length === 0) problems.push({ code: "ROW_NOTHING" });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, said };
}

function isProblem(value: CborValue | RowProblem): value is RowProblem {
  return typeof value === "object" && value !== null && "code" in value;
}

function filled(row: Row, template: string): string | RowProblem {
  let missing: string | undefined;
  const text = template.replace(PLACEHOLDER, (_, column: string) => {
    const cell = row.cells.get(column);
    if (cell === undefined) missing = column;
    return cell ?? "";
  });
  return missing === undefined ? text : { code: "ROW_MISSING", column: missing };
}

/** A text can be longer than a fact may be, and a shape. */
function isTooLong(name: string, value: CborValue): boolean {
  const isShape = typeof value === "object" && !Array.isArray(value);
  const isLong = typeof value === "string" && value.length >= MAX_FACT_BYTES / 8;
  if (!isShape && !isLong) return false;
  return encodeCbor([new Uint8Array(SALT_BYTES), name, value]).length > MAX_FACT_BYTES;
}

/** A cell of a number as it is written with a point. */
function withPoint(cell: string, { decimal = "." }: Mapping): string {
  if (decimal === ".") return cell;
  // A point would part thousands then: what is meant is not guessed.
  return cell.includes(".") ? `${cell},` : cell.replace(",", ".");
}

// The year comes first, so that nobody has to guess which is the month: 2026-01-05, 2026/1/5, 2026.1.5, 2026年1月5日, 20260105.
const DAY =
  /^(?:(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)|(\d{4})(\d\d)(\d\d))/;
// And the time of the day, if any: 8:03, 08:03:05.5, 8时3分5秒, 080305.
const CLOCK =
  /^(?:T|\s*)(?:(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d{1,9})?))?|(\d{1,2})[时時](\d{1,2})分(?:(\d{1,2})秒)?|(\d\d)(\d\d)(\d\d))$/;
const OWN_ZONE = /\s?(?:(Z)|([+-]\d\d)(?::?(\d\d))?)$/;

function timeOf(row: Row, { time }: Mapping): string | RowProblem | undefined {
  if (time === undefined) return undefined;
  const { column } = time;
  const value = row.cells.get(column);
  if (value === undefined) return { code: "ROW_MISSING", column };
  const milliseconds = counted(value, time.epoch) ?? momentOf(value, time.zone);
  return milliseconds === undefined || Number.isNaN(new Date(milliseconds).getTime())
    ? { code: "ROW_TIME", column, value }
    : new Date(milliseconds).toISOString();
}

const COUNT = /^\d{1,16}(?:\.\d{1,9})?$/;

/** A time that is counted since 1970, where the mapping says that numbers are. */
function counted(value: string, epoch: "seconds" | "milliseconds" | undefined): number | undefined {
  if (epoch === undefined || !COUNT.test(value)) return undefined;
  return Math.round(Number(value) * (epoch === "seconds" ? 1000 : 1));
}

/** A time that is written, in Unix milliseconds; of one without a zone the mapping says which. */
function momentOf(value: string, zoneOfAll: string | undefined): number | undefined {
  const [asDay, ...dayParts] = DAY.exec(value) ?? [];
  if (asDay === undefined) return undefined;
  const [year = "", month = "", date = ""] = dayParts.filter((part) => part && /\d/.test(part));
  const day = [year, month.padStart(2, "0"), date.padStart(2, "0")].join("-");
  const rest = value.slice(asDay.length);
  const [asZone = "", utc, hours, minutes = "00"] = OWN_ZONE.exec(rest) ?? [];
  const zone = utc ?? (hours === undefined ? zoneOfAll : `${hours}:${minutes}`);
  const time = rest.slice(0, rest.length - asZone.length);
  const clock =
    time === ""
      ? []
      : CLOCK.exec(time)
          ?.slice(1)
          .filter((part) => part !== undefined);
  if (clock === undefined || zone === undefined || !isDay(day)) return undefined;
  const [hour = "00", minute = "00", second = "00"] = clock.map((part) => part.padStart(2, "0"));
  const milliseconds = Date.parse(`${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** As plates and phones say a place: whole units of 1e-7 degree. Shapes come with GeoJSON alone. */
function placeOf(row: Row, mapping: Mapping): CborValue | RowProblem | undefined {
  const { longitude, latitude } = mapping;
  const own = row.geometry === undefined ? undefined : shapeOf(row.geometry);
  if (row.geometry !== undefined && own === undefined) return { code: "ROW_PLACE" };
  if (longitude === undefined || latitude === undefined) return own;
  const [x, y] = [row.cells.get(longitude), row.cells.get(latitude)];
  if (x === undefined && y === undefined) return own;
  return (
    parsePosition(withPoint(x ?? "", mapping), withPoint(y ?? "", mapping)) ?? {
      ...{ code: "ROW_POSITION", column: longitude, value: `${x ?? ""} ${y ?? ""}` },
    }
  );
}

/** A point is a position; a line and an area are as records have them, several of a kind as GeoJSON. */
function shapeOf(geometry: unknown): CborValue | undefined {
  if (!isGeometry(geometry)) return undefined;
  const read = readGeometry(geometry);
  if (read !== undefined) return "point" in read ? read.point : read;
  return { type: geometry.type, coordinates: asFacts(geometry.coordinates) };
}

function asFacts(nested: Nested): CborValue {
  return typeof nested === "number" ? factNumber(nested) : nested.map(asFacts);
}

type Nested = number | readonly Nested[];

const NUMBER = /^[+-]?(?:\d{1,17}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?$/;
const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...["true", "1", "yes", "是"].map((word) => [word, true] as const),
  ...["false", "0", "no", "否"].map((word) => [word, false] as const),
]);

function valueOfCell(value: string, column: string, kind: FieldKind): CborValue | RowProblem {
  switch (kind) {
    case "text":
      return value;
    case "number": {
      const number = NUMBER.test(value) ? Number(value) : Number.NaN;
      // A whole number that a double holds only about, as of a counter, would be another one.
      const isAnother = /^[+-]?\d+$/.test(value) && !Number.isSafeInteger(number);
      const isOne = Number.isFinite(number) && !isAnother;
      return isOne ? factNumber(number) : { code: "ROW_NUMBER", column, value };
    }
    case "boolean":
      return TRUTHS.get(value.toLowerCase()) ?? { code: "ROW_TRUTH", column, value };
  }
}
