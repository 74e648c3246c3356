import {
  type CborValue,
  isCborMap,
  isShown,
  type Observation,
  UNITS_PER_DEGREE,
} from "../core/index.ts";
import { type Geometry, isGeometry, type Position } from "./geometry.ts";
import { type JsonMap, type JsonValue, jsonOf } from "./json.ts";
import { momentOf } from "./where-and-when.ts";

/** What stands in one field of a table; a place is a geometry, a time is RFC 3339 as it was said. */
export type Cell = JsonValue;

/** One line of a table: fields by the names of their columns. */
export type Row = ReadonlyMap<string, Cell>;

/** Where an observation stands, and how it came there. No name of a fact begins with `_`. */
export type Place = {
  readonly entry: number;
  readonly observation: number;
  readonly source: string;
  readonly receivedMilliseconds: number;
};

/**
 * What an observation says, as far as it is shown: each fact under its name. Where `id`, `type`, `time` or `place` say something
 * else than such a fact should, it stands under that name with `_` before it.
 *
 * @returns `undefined` where nothing of it is shown
 */
export function rowOf(observation: Observation, place: Place): Row | undefined {
  const shown = observation.filter(isShown);
  if (shown.length === 0) return undefined;
  const row = new Map<string, Cell>([
    ["_entry", place.entry],
    ["_observation", place.observation],
    ["_source", place.source],
    ["_received", new Date(place.receivedMilliseconds).toISOString()],
  ]);
  const isByGateway = shown.some(({ name }) => name === "@op");
  const isPlaced = shown.some(({ name }) => name === "place");
  for (const { name, value } of shown) {
    const typed = readFrame(name, value);
    if (typed !== undefined) row.set(name, typed);
    else if (FRAME.has(name)) row.set(`_${name}`, jsonOf(value));
    else if (!isByGateway || name.startsWith("@")) row.set(name, jsonOf(value));
    else setInstances(row, name, value, isPlaced);
  }
  return row;
}

const FRAME: ReadonlySet<string> = new Set(["id", "type", "time", "place"]);

function readFrame(name: string, value: CborValue): Cell | undefined {
  switch (name) {
    case "id":
      return typeof value === "string" ? value : undefined;
    case "type":
      return typesOf(value);
    case "time":
      return momentOf(value) === undefined ? undefined : String(value);
    case "place":
      return geometryOfPlace(value) as JsonMap | undefined;
    default:
      return undefined;
  }
}

function typesOf(value: CborValue): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((each) => typeof each === "string") ? value.join(" ") : undefined;
}

/** What the gateway wrote are the instances of an attribute in the form of NGSI-LD; one that has ended has none. */
function setInstances(
  row: Map<string, Cell>,
  name: string,
  value: CborValue,
  isPlaced: boolean,
): void {
  const all = jsonOf(value);
  const [first, ...more] = Array.isArray(all) ? (all as readonly JsonValue[]) : [all];
  if (first === undefined) return;
  const said = isMap(first) ? contentOf(first) : undefined;
  if (more.length > 0 || said === undefined) row.set(name, all);
  else if (name === "location" && !isPlaced && isGeometry(said)) row.set("place", said as JsonMap);
  else row.set(name, said);
}

function isMap(value: JsonValue): value is JsonMap {
  return typeof value === "object" && !Array.isArray(value);
}

/** The thing itself that an instance of an attribute says, whatever its type: GS CIM 009 §4.5. */
export function contentOf(said: JsonMap): JsonValue | undefined {
  return (
    said.value ??
    said.object ??
    said.languageMap ??
    said.vocab ??
    said.json ??
    said.valueList ??
    said.objectList
  );
}

/** A position or a list of them in 1e-7 degree, a geometry of a record, or GeoJSON, as a geometry in degrees. */
function geometryOfPlace(value: CborValue): Geometry | undefined {
  const geometry = isCborMap(value) ? geometryOfMap(value) : positioned(value);
  return isGeometry(geometry) ? geometry : undefined;
}

function geometryOfMap(value: { readonly [name: string]: CborValue | undefined }): unknown {
  const { coordinates, type, point, line, polygon, cell } = value;
  if (coordinates !== undefined) {
    return { type, coordinates: jsonOf(coordinates) };
  }
  if (point !== undefined) return { type: "Point", coordinates: degrees(point) };
  if (line !== undefined) return { type: "LineString", coordinates: degrees(line) };
  if (polygon !== undefined) return { type: "Polygon", coordinates: degrees(polygon) };
  const [west, south, east, north] = (degrees(cell) ?? []) as Position;
  const corners = [west, south, west, north, east, north, east, south, west, south];
  const ring = [0, 2, 4, 6, 8].map((i) => corners.slice(i, i + 2));
  return { type: "Polygon", coordinates: [ring] };
}

function positioned(value: CborValue): unknown {
  const coordinates = degrees(value);
  const isOne = Array.isArray(coordinates) && typeof coordinates[0] === "number";
  return { type: isOne ? "Point" : "MultiPoint", coordinates };
}

function degrees(value: CborValue | undefined): unknown {
  if (typeof value === "number") return value / UNITS_PER_DEGREE;
  return Array.isArray(value) ? value.map(degrees) : undefined;
}
