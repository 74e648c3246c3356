export { type Choice, chosenFacts, isChosen, provingFacts } from "./choice.ts";
export { type Column, ColumnFinder, type ColumnType } from "./columns.ts";
export { compareTable } from "./compare.ts";
export { FactReader, type FactSink } from "./fact-reader.ts";
export { FindingSink, GroupSink } from "./fact-sinks.ts";
export { fitGroup } from "./fit-group.ts";
export {
  type Geometry,
  isGeometry,
  isSamePosition,
  NEAR_DEGREES,
  type Position,
} from "./geometry.ts";
export { type JsonMap, type JsonValue, jsonOf } from "./json.ts";
export { GROUP_ROWS, type ParquetFile, parquetFile } from "./parquet.ts";
export { geometryOfPlace } from "./place.ts";
export { type Cell, contentOf, type Place, type Row, rowOf } from "./row.ts";
export { OtherColumns, type RowGroup, RowGroupBuilder } from "./row-group.ts";
export { createTable, needsColumns, TABLE_FORMATS, type TableFormat } from "./table.ts";
export { type Bounds, boundsOf, isDay, isInside, momentOf } from "./where-and-when.ts";
export type { TableWriter } from "./writer.ts";
