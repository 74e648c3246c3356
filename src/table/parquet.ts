import {
  type BasicType,
  ByteWriter,
  ParquetWriter,
  type SchemaElement,
  schemaFromColumnData,
} from "hyparquet-writer";
import { concat } from "../core/index.ts";
import type { Column, ColumnType } from "./columns.ts";
import { type RowGroup, RowGroupBuilder, shifted } from "./row-group.ts";
import type { TableWriter } from "./writer.ts";

/** Rows that are written at once: a row group, which is what is held in memory. */
export const GROUP_ROWS = 16_384;

const TYPES: Readonly<Record<Exclude<ColumnType, "time">, BasicType>> = {
  integer: "INT64",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  text: "STRING",
  json: "JSON",
  // GeoParquet 1.1 wants plain bytes, and says in its metadata that they are WKB.
  place: "BYTE_ARRAY",
};

/** Said in both ways: programs take the older one alone for a time of no zone. */
function timeElement(name: string): SchemaElement {
  return {
    ...{ name, type: "INT64", repetition_type: "OPTIONAL", converted_type: "TIMESTAMP_MILLIS" },
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  };
}

/** CRS84, as PROJJSON names it; longitude comes first. */
const GEO = {
  version: "1.1.0",
  primary_column: "place",
  columns: {
    place: {
      encoding: "WKB",
      geometry_types: [],
      crs: {
        $schema: "https://proj.org/schemas/v0.7/projjson.schema.json",
        type: "GeographicCRS",
        name: "WGS 84 longitude-latitude",
        datum: {
          type: "GeodeticReferenceFrame",
          name: "World Geodetic System 1984",
          ellipsoid: {
            name: "WGS 84",
            semi_major_axis: 6378137,
            inverse_flattening: 298.257223563,
          },
        },
        coordinate_system: {
          subtype: "ellipsoidal",
          axis: [
            {
              name: "Geodetic longitude",
              abbreviation: "Lon",
              direction: "east",
              unit: "degree",
            },
            { name: "Geodetic latitude", abbreviation: "Lat", direction: "north", unit: "degree" },
          ],
        },
        id: { authority: "OGC", code: "CRS84" },
      },
    },
  },
};

/** A file of Parquet with typed columns, places as GeoParquet 1.1, made of row groups in their order. */
export type ParquetFile = {
  begin(): Uint8Array;
  /** What stands in the file of a group; nothing where it is empty. */
  group(group: RowGroup): Uint8Array;
  end(): Uint8Array;
};

export function parquetFile(columns: readonly Column[]): ParquetFile {
  const bytes = new ByteWriter();
  const times = columns.filter(({ type }) => type === "time").map(({ name }) => timeElement(name));
  const schema = schemaFromColumnData({
    columnData: columns.map(({ name, type }) =>
      type === "time" ? { name, data: [] } : { name, data: [], type: TYPES[type] },
    ),
    schemaOverrides: Object.fromEntries(times.map((each) => [each.name, each])),
  });
  const writer = new ParquetWriter({
    ...{ writer: bytes, schema, createdBy: "cityid" },
    kvMetadata: [{ key: "geo", value: JSON.stringify(GEO) }],
  });
  const taken = (): Uint8Array => {
    const done = bytes.getBytes().slice();
    bytes.index = 0;
    return done;
  };
  return {
    begin: taken,
    group({ bytes: written, rows, chunks }) {
      if (rows === 0) return new Uint8Array();
      const start = BigInt(bytes.offset);
      writer.row_groups.push({
        columns: chunks.map((chunk) => shifted(chunk, start)),
        total_byte_size: chunks.reduce(
          (sum, { meta_data: of }) => sum + (of?.total_uncompressed_size ?? 0n),
          0n,
        ),
        num_rows: BigInt(rows),
        total_compressed_size: BigInt(written.length),
      });
      writer.num_rows += BigInt(rows);
      bytes.offset += written.length;
      return written;
    },
    end() {
      writer.finish();
      return taken();
    },
  };
}

/** The same for rows one by one. */
export function parquetTable(columns: readonly Column[]): TableWriter {
  const file = parquetFile(columns);
  let waiting = new RowGroupBuilder(columns);
  return {
    begin: () => file.begin(),
    rows(rows) {
      const groups: Uint8Array[] = [];
      for (const row of rows) {
        waiting.addRow(row);
        if (waiting.rows < GROUP_ROWS) continue;
        groups.push(file.group(waiting.encode()));
        waiting = new RowGroupBuilder(columns);
      }
      return concat(...groups);
    },
    end: () => concat(file.group(waiting.encode()), file.end()),
  };
}
