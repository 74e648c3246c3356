import type { ColumnChunk } from "hyparquet";
import { ByteWriter, geojsonToWkb } from "hyparquet-writer";
import { writeChunk } from "./column-pages.ts";
import { ColumnValues } from "./column-values.ts";
import type { Column } from "./columns.ts";
import type { Geometry, Position } from "./geometry.ts";
import type { Cell, Row } from "./row.ts";
import { momentOf } from "./where-and-when.ts";

/** Rows of a table as they stand in Parquet; where each column stands is counted from the beginning of `bytes`. */
export type RowGroup = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  readonly chunks: readonly ColumnChunk[];
};

/** Takes rows in, column by column, and writes them together. */
export class RowGroupBuilder {
  /** Whole ones; what is put meanwhile belongs to the next. */
  rows = 0;
  readonly #columns: readonly ColumnValues[];
  readonly #byName: ReadonlyMap<string, ColumnValues>;

  /** @param columns all that any of the rows has */
  constructor(columns: readonly Column[]) {
    this.#columns = columns.map(({ name, type }) => new ColumnValues(name, type));
    this.#byName = new Map(this.#columns.map((each) => [each.name, each]));
  }

  /** @throws Error where there is none of that name: it was not there when the columns were looked for */
  column(name: string): ColumnValues {
    const column = this.#byName.get(name);
    if (column === undefined) throw new Error("other columns than before");
    return column;
  }

  addRow(row: Row): void {
    for (const [name, cell] of row) putCell(this.column(name), this.rows, cell);
    this.rows += 1;
  }

  /** Takes back what was put of the row that is not whole. */
  undo(): void {
    for (const each of this.#columns) each.undo(this.rows);
  }

  encode(): RowGroup {
    const out = new ByteWriter(64 * 1024);
    const { rows } = this;
    const chunks = this.#columns.map((each) => writeChunk(out, each, rows));
    return { bytes: out.getBytes() as Uint8Array<ArrayBuffer>, rows, chunks };
  }
}

export function putCell(values: ColumnValues, row: number, cell: Cell): void {
  switch (values.type) {
    case "integer":
    case "number":
      values.putNumber(row, cell as number);
      return;
    case "boolean":
      values.putNumber(row, cell === true ? 1 : 0);
      return;
    case "text":
      values.putText(row, cell as string);
      return;
    case "json":
      values.putText(row, JSON.stringify(cell));
      return;
    case "time": {
      const moment = momentOf(cell as string);
      if (moment !== undefined) values.putNumber(row, moment);
      return;
    }
    case "place": {
      const bytes = wkbOf(cell as unknown as Geometry);
      values.putBytes(row, bytes, 0, bytes.length);
    }
  }
}

const POINT_BYTES = 21;

/** Well-known binary of a point, in degrees. */
export function putPoint(
  values: ColumnValues,
  row: number,
  longitude: number,
  latitude: number,
): void {
  const at = values.room(row, POINT_BYTES);
  values.bytes.set(pointOf(longitude, latitude), at);
}

const POINT = new Uint8Array(POINT_BYTES);
const POINT_VIEW = new DataView(POINT.buffer);

/** The same bytes each time: to be copied. */
function pointOf(longitude: number, latitude: number): Uint8Array {
  POINT_VIEW.setUint8(0, 1);
  POINT_VIEW.setUint32(1, 1, true);
  POINT_VIEW.setFloat64(5, longitude, true);
  POINT_VIEW.setFloat64(13, latitude, true);
  return POINT;
}

/** Without heights: a geometry that has some here and there would be none. */
function wkbOf(geometry: Geometry): Uint8Array {
  if (geometry.type !== "Point") {
    return geojsonToWkb(withoutHeights(geometry) as never);
  }
  const [longitude = 0, latitude = 0] = geometry.coordinates;
  return pointOf(longitude, latitude);
}

export function withoutHeights({ type, coordinates }: Geometry): Geometry {
  return { type, coordinates: flat(coordinates) } as Geometry;
}

type Nested = Position | readonly Nested[];

function flat(nested: Nested): Nested {
  return typeof nested[0] === "number"
    ? (nested as Position).slice(0, 2)
    : (nested as readonly Nested[]).map(flat);
}
