import type { Column } from "./columns.ts";
import { parquetTable } from "./parquet.ts";
import { csvTable, geoJsonTable, ndjsonTable } from "./text.ts";
import type { TableWriter } from "./writer.ts";

export const TABLE_FORMATS = ["parquet", "csv", "geojson", "ndjson"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Whether all columns have to be known before the first row is written. */
export function needsColumns(format: TableFormat): boolean {
  return format === "parquet" || format === "csv";
}

/** @param columns of formats that need them, all that any row has */
export function createTable(format: TableFormat, columns: readonly Column[]): TableWriter {
  switch (format) {
    case "parquet":
      return parquetTable(columns);
    case "csv":
      return csvTable(columns);
    case "geojson":
      return geoJsonTable();
    case "ndjson":
      return ndjsonTable();
  }
}
