import { type FileHandle, open } from "node:fs/promises";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { Column, ColumnType } from "./columns.ts";
import type { Geometry } from "./geometry.ts";
import type { Cell, Row } from "./row.ts";
import { withoutHeights } from "./row-group.ts";
import { createTable, type TableFormat } from "./table.ts";
import { momentOf } from "./where-and-when.ts";

type Rows = AsyncIterable<readonly Row[]>;

/**
 * Whether a file holds these rows and nothing else: text byte for byte, Parquet field by field, since two programs may well
 * write the same rows as other bytes. One slice of rows is in memory at a time.
 *
 * @returns the number of rows before the first slice that differs; `undefined` where none does
 */
export async function compareTable(
  path: string,
  format: TableFormat,
  columns: readonly Column[],
  rows: Rows,
): Promise<number | undefined> {
  const file = await open(path);
  try {
    return format === "parquet"
      ? await compareParquet(file, columns, rows)
      : await compareText(file, format, columns, rows);
  } finally {
    await file.close();
  }
}

async function compareText(
  file: FileHandle,
  format: TableFormat,
  columns: readonly Column[],
  rows: Rows,
): Promise<number | undefined> {
  const table = createTable(format, columns);
  let position = 0;
  const isNext = async (bytes: Uint8Array): Promise<boolean> => {
    const buffer = Buffer.alloc(bytes.length);
    const { bytesRead } = await file.read(buffer, 0, bytes.length, position);
    position += bytes.length;
    return bytesRead === bytes.length && buffer.equals(bytes);
  };
  let count = 0;
  if (!(await isNext(table.begin()))) return count;
  for await (const slice of rows) {
    if (!(await isNext(table.rows(slice)))) return count;
    count += slice.length;
  }
  const isWhole = (await isNext(table.end())) && (await file.stat()).size === position;
  return isWhole ? undefined : count;
}

async function compareParquet(
  file: FileHandle,
  columns: readonly Column[],
  rows: Rows,
): Promise<number | undefined> {
  const { size } = await file.stat();
  const buffer = {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      const bytes = new Uint8Array(Math.max(0, end - start));
      await file.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
  };
  // What is no such file at all differs from the first row on.
  const metadata = await parquetMetadataAsync(buffer).catch(() => undefined);
  if (metadata === undefined) return 0;
  const total = Number(metadata.num_rows);
  const read = async (rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> =>
    parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd });
  let count = 0;
  for await (const slice of rows) {
    const end = count + slice.length;
    const found = await read(count, end).catch(() => []);
    const isSame = slice.every((row, i) => isSameRow(columns, row, found[i]));
    if (!isSame || found.length !== slice.length) return count;
    count = end;
  }
  return count === total ? undefined : count;
}

function isSameRow(
  columns: readonly Column[],
  row: Row,
  found: Record<string, unknown> | undefined,
): boolean {
  if (found === undefined || Object.keys(found).length !== columns.length) return false;
  return columns.every(({ name, type }) => {
    const [cell, other] = [row.get(name), found[name]];
    if (cell === undefined || other === undefined || other === null) {
      return cell === undefined && (other ?? undefined) === undefined;
    }
    return JSON.stringify(asWritten(type, cell)) === JSON.stringify(asRead(type, other));
  });
}

function asWritten(type: ColumnType, cell: Cell): unknown {
  if (type === "time") return momentOf(cell as string);
  return type === "place" ? withoutHeights(cell as unknown as Geometry) : cell;
}

function asRead(type: ColumnType, value: unknown): unknown {
  if (type === "integer") return Number(value);
  return type === "time" && value instanceof Date ? value.getTime() : value;
}
