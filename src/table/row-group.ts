import type { ColumnChunk } from "hyparquet";
import { ByteWriter, geojsonToWkb } from "hyparquet-writer";
import { writeChunk } from "./column-pages.ts";
import { ColumnValues } from "./column-values.ts";
import {
  both,
  type Column,
  ColumnFinder,
  type ColumnType,
  isOfFrame,
  OBSERVATION_COLUMNS,
  typeOf,
} from "./columns.ts";
import type { Geometry, Position } from "./geometry.ts";
import type { Cell, Row } from "./row.ts";
import { momentOf } from "./where-and-when.ts";

/** Rows of a table as they stand in Parquet; where each column stands is counted from the beginning of `bytes`. */
export type RowGroup = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  readonly chunks: readonly ColumnChunk[];
};

/** A column that stands so many bytes further on. */
export function shifted(chunk: ColumnChunk, by: bigint): ColumnChunk {
  const { meta_data: of, file_offset } = chunk;
  const { dictionary_page_offset: dictionary } = of ?? {};
  return {
    ...chunk,
    file_offset: file_offset + by,
    ...(of && {
      meta_data: {
        ...of,
        data_page_offset: of.data_page_offset + by,
        ...(dictionary !== undefined && { dictionary_page_offset: dictionary + by }),
      },
    }),
  };
}

/** What comes needs other columns than there are: it was not there when they were looked for, or cannot stand beside what is there. */
export class OtherColumns extends Error {
  constructor() {
    super("other columns than before");
  }
}

/** Takes rows in, column by column, and writes them together. */
export class RowGroupBuilder {
  /** Whole ones; what is put meanwhile belongs to the next. */
  rows = 0;
  readonly #columns: ColumnValues[];
  readonly #byName: Map<string, ColumnValues>;
  readonly #grows: boolean;

  /** @param columns all that any of the rows has; left out: those of observations, and others as they are needed */
  constructor(columns?: readonly Column[]) {
    const all = columns ?? OBSERVATION_COLUMNS;
    this.#columns = all.map(({ name, type }) => new ColumnValues(name, type));
    this.#byName = new Map(this.#columns.map((each) => [each.name, each]));
    this.#grows = columns === undefined;
  }

  /** The columns that there are by now, in the order in which they stand in a table. */
  get columns(): readonly Column[] {
    if (!this.#grows) return this.#columns;
    const finder = new ColumnFinder("observations");
    finder.addColumns(this.#columns);
    return finder.columns;
  }

  /**
   * Where values of a type go.
   *
   * @throws OtherColumns
   */
  column(name: string, type: ColumnType): ColumnValues {
    const known = this.#byName.get(name);
    if (known !== undefined) return this.fit(known, type);
    if (!this.#grows) throw new OtherColumns();
    const column = new ColumnValues(name, type);
    this.#columns.push(column);
    this.#byName.set(name, column);
    return column;
  }

  /** The same of a column that is there. Numbers stand as they are, whole or not. */
  fit(column: ColumnValues, type: ColumnType): ColumnValues {
    if (!this.#grows || column.type === type || column.type === "json") return column;
    const wanted = both(column.type, type);
    if (wanted === "json") throw new OtherColumns();
    column.type = wanted;
    return column;
  }

  addRow(row: Row): void {
    for (const [name, cell] of row) putCell(this.#columnOf(name, cell), this.rows, cell);
    this.rows += 1;
  }

  #columnOf(name: string, cell: Cell): ColumnValues {
    const known = this.#byName.get(name);
    const isFixed = known !== undefined && (!this.#grows || isOfFrame(name));
    return isFixed ? known : this.column(name, typeOf(cell));
  }

  /** Takes back what was put of the row that is not whole. */
  undo(): void {
    for (const each of this.#columns) each.undo(this.rows);
  }

  encode(): RowGroup {
    const out = new ByteWriter(64 * 1024);
    const { rows } = this;
    const chunks = this.columns.map(({ name }) =>
      writeChunk(out, this.#byName.get(name) as ColumnValues, rows),
    );
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
