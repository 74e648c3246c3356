import { UNITS_PER_DEGREE } from "../../core/index.ts";
import type { RecordAnswer } from "../../sdk/index.ts";

type StatementJson = { readonly value?: unknown; readonly validFrom: string };
type Statements = { readonly [name: string]: StatementJson };

/** What of a record goes into a table: cells by header; `import` reads these headers again. Commitments stay out. */
export function rowOf({ record, effective, place }: RecordAnswer): Map<string, string> {
  const row = new Map<string, string>([
    ["code", record.code],
    ["kind", record.kind],
    ["status", effective.status],
  ]);
  const put = (header: string, value: unknown) => {
    if (value !== undefined) row.set(header, String(value));
  };
  put("class", record.class);
  for (const [language, name] of Object.entries(record.names as Statements)) {
    put(`name:${language}`, name.value);
  }
  put("longitude", place?.longitude);
  put("latitude", place?.latitude);
  put("stage", (record.stage as StatementJson | undefined)?.value);
  for (const { scheme, value } of record.aliases) put(`alias:${scheme}`, value);
  for (const [name, statement] of Object.entries(record.attributes as Statements)) {
    put(`attribute:${name}`, statement.value);
  }
  return row;
}

/** A GeoJSON feature; its properties have the same names as the columns of the table. */
export function featureOf(answer: RecordAnswer): { readonly [member: string]: unknown } {
  const { longitude: _x, latitude: _y, ...properties } = Object.fromEntries(rowOf(answer));
  return { type: "Feature", id: answer.code, geometry: geometryOf(answer), properties };
}

function geometryOf({ record, place }: RecordAnswer): unknown {
  const { geometry } = record;
  const shape = geometry !== undefined && "value" in geometry ? geometry.value : undefined;
  if (shape !== undefined && "line" in shape) {
    return { type: "LineString", coordinates: shape.line.map(degrees) };
  }
  if (shape !== undefined && "polygon" in shape) {
    return { type: "Polygon", coordinates: shape.polygon.map((ring) => ring.map(degrees)) };
  }
  if (place === undefined) return null;
  return { type: "Point", coordinates: [place.longitude, place.latitude] };
}

function degrees([x, y]: readonly [number, number]): [number, number] {
  return [x / UNITS_PER_DEGREE, y / UNITS_PER_DEGREE];
}
