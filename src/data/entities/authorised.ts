import type { View } from "../authorised-view.ts";
import type { Bounds } from "../where-and-when.ts";
import type { Geometry } from "./geometry.ts";
import type { EntityView } from "./view.ts";

/** What questions about entities are bounded by for whoever reads a dataset through this view. */
export function entityView({ columns, area, time }: View): EntityView {
  return {
    ...(columns && { attributes: [...columns] }),
    ...(area && { area: boxAround(area) }),
    ...(time && Number.isFinite(time.since) && { fromMilliseconds: time.since }),
    // Half-open there, both included here, and whole milliseconds in both.
    ...(time && Number.isFinite(time.before) && { toMilliseconds: time.before - 1 }),
  };
}

const UNITS_A_DEGREE = 1e7;

function boxAround(bounds: Bounds): Geometry {
  const [west, south, east, north] = bounds.map((each) => each / UNITS_A_DEGREE) as [
    number,
    number,
    number,
    number,
  ];
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ] as const;
  return { type: "Polygon", coordinates: [corners] };
}
