import { formatTilePath, TILE_WIDTH, type TilePath } from "../core/index.ts";
import { beginningOf } from "./beginning.ts";
import type { Copy } from "./copy.ts";
import { Stop } from "./refusal.ts";
import type { Source } from "./source.ts";
import type { Judge, Tiles } from "./tree.ts";

/** Tiles of a copy, and what it lacks from the source; what was judged right is kept. */
export function keptTiles(copy: Copy, source: Source): Tiles {
  return {
    async load(tile, judge, fresh) {
      const kept = fresh ? undefined : await rightOf(copy, tile, judge);
      if (kept !== undefined) return kept;
      const bytes = await fetchRight(source, tile, judge);
      await copy.write(tile, bytes);
      return bytes;
    },
  };
}

/** The same, but nothing is kept: while it is not known yet whether both are of one log, one must not replace the other. */
export function foreignTiles(copy: Copy, source: Source): Tiles {
  return {
    async load(tile, judge, fresh) {
      const kept = fresh ? undefined : await rightOf(copy, tile, judge);
      return kept ?? (await fetchRight(source, tile, judge));
    },
  };
}

/** Those of the copy alone. @throws Stop AUDIT_MISSING where it lacks one, or has a wrong one */
export function ownTiles(copy: Copy): Tiles {
  return {
    async load(tile, judge) {
      const kept = await rightOf(copy, tile, judge);
      if (kept === undefined) throw new Stop({ code: "AUDIT_MISSING", path: formatTilePath(tile) });
      return kept;
    },
  };
}

async function rightOf(copy: Copy, tile: TilePath, judge: Judge): Promise<Uint8Array | undefined> {
  const bytes = await copy.read(tile);
  return bytes !== undefined && judge(bytes) === undefined ? bytes : undefined;
}

async function fetchRight(source: Source, tile: TilePath, judge: Judge): Promise<Uint8Array> {
  const bytes = await fetchTile(source, tile);
  const refusal = judge(bytes);
  if (refusal !== undefined) throw new Stop(refusal);
  return bytes;
}

/** Once a tile is full, a log may drop the partial ones: they are how the full one begins. */
async function fetchTile(source: Source, tile: TilePath): Promise<Uint8Array> {
  try {
    return await source.get(formatTilePath(tile));
  } catch (missing) {
    const isMissing = missing instanceof Stop && missing.refusal.code === "AUDIT_MISSING";
    if (!isMissing || tile.width === TILE_WIDTH) throw missing;
    const full = { ...tile, width: TILE_WIDTH };
    const bytes = await source.get(formatTilePath(full)).catch(() => undefined);
    const beginning = bytes && beginningOf(full, bytes, tile.width);
    if (beginning === undefined) throw missing;
    return beginning;
  }
}
