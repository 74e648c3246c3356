import {
  type BasicType,
  ByteWriter,
  geojsonToWkb,
  ParquetWriter,
  type SchemaElement,
  schemaFromColumnData,
} from "hyparquet-writer";
import type { Column, ColumnType } from "./columns.ts";
import type { Geometry, Position } from "./geometry.ts";
import type { Cell, Row } from "./row.ts";
import { momentOf } from "./where-and-when.ts";
import type { TableWriter } from "./writer.ts";

/** Rows that are written at once: a row group. It is what is held in memory, and what holds up others for some milliseconds. */
const GROUP_ROWS = 4096;

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

/** Apache Parquet with typed columns; places as GeoParquet 1.1. */
export function parquetTable(columns: readonly Column[]): TableWriter {
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
  let waiting: Row[] = [];
  const taken = (): Uint8Array => {
    const done = bytes.getBytes().slice();
    bytes.index = 0;
    return done;
  };
  const write = (rows: readonly Row[]) => {
    const columnData = columns.map(({ name, type }) => ({
      name,
      data: rows.map((row) => parquetValue(type, row.get(name))),
      offsetIndex: false,
    }));
    writer.write({ columnData, rowGroupSize: GROUP_ROWS });
  };
  return {
    begin: taken,
    rows(rows) {
      for (const row of rows) {
        waiting.push(row);
        if (waiting.length < GROUP_ROWS) continue;
        write(waiting);
        waiting = [];
      }
      return taken();
    },
    end() {
      if (waiting.length > 0) write(waiting);
      writer.finish();
      return taken();
    },
  };
}

function parquetValue(type: ColumnType, cell: Cell | undefined): unknown {
  if (cell === undefined) return null;
  switch (type) {
    case "integer":
      return BigInt(cell as number);
    case "time":
      return momentOf(cell as string) ?? null;
    case "place":
      return wkbOf(cell as unknown as Geometry);
    case "number":
    case "boolean":
    case "text":
    case "json":
      return cell;
  }
}

/** Well-known binary, without heights: a geometry that has some here and there would be none. */
function wkbOf(geometry: Geometry): Uint8Array {
  if (geometry.type !== "Point") {
    return geojsonToWkb(withoutHeights(geometry) as never);
  }
  const [longitude = 0, latitude = 0] = geometry.coordinates;
  const view = new DataView(new ArrayBuffer(21));
  view.setUint8(0, 1);
  view.setUint32(1, 1, true);
  view.setFloat64(5, longitude, true);
  view.setFloat64(13, latitude, true);
  return new Uint8Array(view.buffer);
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
