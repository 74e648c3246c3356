import { type CborValue, isShown, type Observation } from "../core/index.ts";
import { isGeometry } from "./geometry.ts";
import { type JsonMap, type JsonValue, jsonOf } from "./json.ts";
import { geometryOfPlace } from "./place.ts";
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
