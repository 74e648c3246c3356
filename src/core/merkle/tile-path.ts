import { err, ok, type Result } from "../result.ts";

// c2sp.org/tlog-tiles, below the prefix of the log:
//
//   path  = "tile/" ( level / "entries" ) "/" index [ ".p/" width ]
//   level = "0" … "63", no leading zero
//   index = *( "x" 3DIGIT "/" ) 3DIGIT          ; groups of three digits, the first one not x000
//   width = "1" … "255", no leading zero

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256;

/** Levels of the tree within one tile. */
export const TILE_HEIGHT = 8;

/** Names a tile of hashes or a bundle of entries; `width` is 256 where the path names a full one. */
export type TilePath =
  | {
      readonly kind: "hashes";
      readonly level: number;
      readonly index: number;
      readonly width: number;
    }
  | { readonly kind: "entries"; readonly index: number; readonly width: number };

export type TilePathRefusal = { readonly code: "TILE_PATH"; readonly path: string };

const GRAMMAR =
  /^tile\/(?<kind>entries|\d|[1-5]\d|6[0-3])\/(?<index>(?:x\d{3}\/)*\d{3})(?:\.p\/(?<width>[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?$/;

/** Reads the one spelling of a tile's path, without a leading slash: `tile/0/x001/067.p/12`. */
export function parseTilePath(path: string): Result<TilePath, TilePathRefusal> {
  const refusal = err({ code: "TILE_PATH", path } as const);
  const groups = GRAMMAR.exec(path)?.groups;
  if (groups === undefined) return refusal;
  const {
    kind,
    index: digits,
    width: partial,
  } = groups as {
    kind: string;
    index: string;
    width?: string;
  };
  const index = Number(digits.replaceAll(/[x/]/g, ""));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  const tile: TilePath =
    kind === "entries"
      ? { kind, index, width }
      : { kind: "hashes", level: Number(kind), index, width };
  // Formatting again refuses x000 in front; the check before it, an index too large to be exact.
  return Number.isSafeInteger(index) && formatTilePath(tile) === path ? ok(tile) : refusal;
}

export function formatTilePath(tile: TilePath): string {
  const level = tile.kind === "entries" ? "entries" : tile.level;
  const suffix = tile.width === TILE_WIDTH ? "" : `.p/${tile.width}`;
  return `tile/${level}/${formatIndex(tile.index)}${suffix}`;
}

function formatIndex(index: number): string {
  const last = String(index % 1000).padStart(3, "0");
  const above = Math.floor(index / 1000);
  return above === 0 ? last : `${formatGroups(above)}/${last}`;
}

function formatGroups(index: number): string {
  return formatIndex(index).replaceAll(/(?<=^|\/)(?=\d)/g, "x");
}

/** How many hashes all tiles of a level hold in a tree of `size` leaves. */
export function tileRow(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}
