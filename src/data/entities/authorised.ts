import { UNITS_PER_DEGREE } from "../../core/index.ts";
import type { Bounds } from "../../table/index.ts";
import type { View } from "../authorised-view.ts";
import { type Box, polygonOf } from "./geometry.ts";
import type { EntityView } from "./view.ts";

/** What questions about entities are bounded by for whoever reads a dataset through this view. */
export function entityView({ columns, area, time }: View): EntityView {
  return {
    ...(columns && { attributes: [...columns] }),
    ...(area && { area: polygonOf(degrees(area)) }),
    ...(time && Number.isFinite(time.since) && { fromMilliseconds: time.since }),
    // Half-open there, both included here, and whole milliseconds in both.
    ...(time && Number.isFinite(time.before) && { toMilliseconds: time.before - 1 }),
  };
}

function degrees(bounds: Bounds): Box {
  const [west, south, east, north] = bounds;
  return [
    west / UNITS_PER_DEGREE,
    south / UNITS_PER_DEGREE,
    east / UNITS_PER_DEGREE,
    north / UNITS_PER_DEGREE,
  ];
}
