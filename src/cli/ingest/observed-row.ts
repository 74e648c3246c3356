import { type CborValue, factNumber, type Position } from "../../core/index.ts";
import type { Said } from "../../sdk/index.ts";
import { parsePosition } from "../degrees.ts";
import { isOnEarth, readGeometry } from "../import/geometry.ts";
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
    keep(name, valueOfCell(cell, column, kind));
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

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?)?(Z|[+-]\d\d:\d\d)?$/;

function timeOf(row: Row, { time }: Mapping): string | RowProblem | undefined {
  if (time === undefined) return undefined;
  const { column } = time;
  const value = row.cells.get(column);
  if (value === undefined) return { code: "ROW_MISSING", column };
  const [, day, clock = "00:00", seconds = ":00", ownZone] = TIME.exec(value) ?? [];
  const zone = ownZone ?? time.zone;
  const milliseconds = Date.parse(`${day}T${clock}${seconds}${zone}`);
  if (day === undefined || !isDay(day) || zone === undefined || Number.isNaN(milliseconds)) {
    return { code: "ROW_TIME", column, value };
  }
  return new Date(milliseconds).toISOString();
}

/** As plates and phones say a place: whole units of 1e-7 degree. */
function placeOf(row: Row, { longitude, latitude }: Mapping): CborValue | RowProblem | undefined {
  const own = row.geometry === undefined ? undefined : pointOf(row.geometry);
  if (row.geometry !== undefined && own === undefined) return { code: "ROW_POINT" };
  if (longitude === undefined || latitude === undefined) return own;
  const [x, y] = [row.cells.get(longitude), row.cells.get(latitude)];
  if (x === undefined && y === undefined) return own;
  return (
    parsePosition(x ?? "", y ?? "") ?? {
      ...{ code: "ROW_POSITION", column: longitude, value: `${x ?? ""} ${y ?? ""}` },
    }
  );
}

function pointOf(geometry: unknown): Position | undefined {
  const read = readGeometry(geometry);
  return read !== undefined && "point" in read && isOnEarth(read.point) ? read.point : undefined;
}

const NUMBER = /^[+-]?(?:\d{1,17}(?:\.\d{0,17})?|\.\d{1,17})(?:[eE][+-]?\d{1,3})?$/;
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
      return Number.isFinite(number) ? factNumber(number) : { code: "ROW_NUMBER", column, value };
    }
    case "boolean":
      return TRUTHS.get(value.toLowerCase()) ?? { code: "ROW_TRUTH", column, value };
  }
}
