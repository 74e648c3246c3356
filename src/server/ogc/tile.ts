import { geoJSONToTile } from "@maplibre/geojson-vt";
import { fromGeojsonVt } from "@maplibre/vt-pbf";
import type { Box, Geometry, JsonValue } from "../../data/index.ts";
import { MAX_TILE_BYTES, MAX_TILE_POSITIONS } from "../limits.ts";
import type { Feature } from "./source.ts";

/** A tile of WebMercatorQuad (17-083r4 Annex D): level, row from the north, column from the west. */
export type TilePlace = { readonly z: number; readonly y: number; readonly x: number };

export type Tile = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether features were left out, because it would have become too large. */
  readonly isPartial: boolean;
};

const EXTENT = 4096;
/** Around a tile, in its own units: what is drawn across its edge is drawn on both sides. */
const BUFFER = 64;
const MAX_LEVEL = 24;
const NUMBER = /^(?:0|[1-9]\d{0,7})$/;

/** @returns `undefined` where there is no such tile */
export function readTilePlace(z: string, y: string, x: string): TilePlace | undefined {
  if (![z, y, x].every((each) => NUMBER.test(each))) return undefined;
  const place = { z: Number(z), y: Number(y), x: Number(x) };
  const side = 2 ** place.z;
  return place.z <= MAX_LEVEL && place.y < side && place.x < side ? place : undefined;
}

/** What a tile and its edge cover, in degrees. */
export function boxOfTile({ z, y, x }: TilePlace): Box {
  const edge = BUFFER / EXTENT;
  return [
    Math.max(-180, longitudeAt(x - edge, z)),
    latitudeAt(y + 1 + edge, z),
    Math.min(180, longitudeAt(x + 1 + edge, z)),
    latitudeAt(y - edge, z),
  ];
}

function longitudeAt(column: number, z: number): number {
  return (column / 2 ** z) * 360 - 180;
}

function latitudeAt(row: number, z: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / 2 ** z))) * 180) / Math.PI;
}

/** Mapbox Vector Tile 2, one layer. Ids are texts, and stand as the property `id`. */
export function encodeTile(
  layer: string,
  features: readonly Feature[],
  { z, y, x }: TilePlace,
): Tile {
  let drawn = withinPositions(features);
  let isPartial = drawn.length < features.length;
  for (;;) {
    const data = { type: "FeatureCollection", features: drawn.map(drawable) };
    const options = { maxZoom: MAX_LEVEL, extent: EXTENT, buffer: BUFFER, clip: true };
    const tile = geoJSONToTile(data as never, z, x, y, options);
    const layers = tile.features.length > 0 ? { [layer]: tile } : {};
    const bytes = new Uint8Array(fromGeojsonVt(layers, { version: 2, extent: EXTENT }));
    if (bytes.length <= MAX_TILE_BYTES) return { bytes, isPartial };
    drawn = drawn.slice(0, Math.floor(drawn.length / 2));
    isPartial = true;
  }
}

/** As many as have no more positions together than can be drawn in one go. */
function withinPositions(features: readonly Feature[]): readonly Feature[] {
  let left = MAX_TILE_POSITIONS;
  const end = features.findIndex(({ geometry }) => {
    left -= geometry === undefined ? 0 : countOf(geometry.coordinates);
    return left < 0;
  });
  return end < 0 ? features : features.slice(0, end);
}

function countOf(nested: Geometry["coordinates"]): number {
  if (typeof nested[0] === "number") return 1;
  return (nested as readonly Geometry["coordinates"][]).reduce(
    (sum: number, each) => sum + countOf(each),
    0,
  );
}

/** A tile tells whole numbers in 64 bits; what is not exact any more is told as text, as what has parts is. */
function isHuge(value: JsonValue): boolean {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
}

function drawable({ id, geometry, properties }: Feature): object {
  const plain: { [name: string]: JsonValue } = {};
  for (const [name, value] of Object.entries(properties)) {
    plain[name] = typeof value === "object" || isHuge(value) ? JSON.stringify(value) : value;
  }
  return { type: "Feature", geometry: geometry ?? null, properties: { ...plain, id } };
}
