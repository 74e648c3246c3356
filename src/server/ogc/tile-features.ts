import { ok, type Result } from "../../core/index.ts";
import type { Box } from "../../data/index.ts";
import { MAX_TILE_FEATURES } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Collection, Feature } from "./source.ts";

/** Parts of a tile along each side, of which each shows as many as any other. */
const PARTS = 8;
const MAX_PART_FEATURES = Math.floor(MAX_TILE_FEATURES / PARTS ** 2);

/** What a tile shows of a collection, and whether that is not all. */
export type TileFeatures = { readonly features: readonly Feature[]; readonly isPartial: boolean };

/**
 * All features of a box; where they are too many, some from everywhere in it: the first ones that came stand side by side as
 * often as not, and a map of them would show one street.
 */
export async function featuresOfTile(
  { page }: Pick<Collection, "page">,
  box: Box,
): Promise<Result<TileFeatures, AnyRefusal>> {
  const all = await pageOf(box, MAX_TILE_FEATURES);
  if (!all.ok) return all;
  if (all.value.next === undefined) return ok({ features: all.value.features, isPartial: false });
  const parts: (readonly Feature[])[] = [];
  for (const part of partsOf(box)) {
    const some = await pageOf(part, MAX_PART_FEATURES);
    if (!some.ok) return some;
    parts.push(some.value.features);
  }
  return ok({ features: inTurns(parts), isPartial: true });

  function pageOf(bbox: Box, limit: number) {
    return page({ bbox, filters: new Map() }, { limit, cursor: undefined, isCounted: false });
  }
}

function* partsOf([west, south, east, north]: Box): Generator<Box> {
  const [width, height] = [(east - west) / PARTS, (north - south) / PARTS];
  for (let y = 0; y < PARTS; y++) {
    for (let x = 0; x < PARTS; x++) {
      const [left, bottom] = [west + x * width, south + y * height];
      yield [left, bottom, left + width, bottom + height];
    }
  }
}

/** One of each part, then the next one of each, so that whatever has to be left out later is missing everywhere alike. */
function inTurns(parts: readonly (readonly Feature[])[]): Feature[] {
  // What lies in two parts stands in both.
  const found = new Map<string, Feature>();
  for (let i = 0; i < MAX_PART_FEATURES; i++) {
    for (const part of parts) {
      const feature = part[i];
      if (feature !== undefined) found.set(feature.id, feature);
    }
  }
  return [...found.values()];
}
