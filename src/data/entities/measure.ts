import { UNITS_PER_DEGREE } from "../../core/index.ts";
import { contentOf, type JsonMap, LOCATION, observedAt } from "./entity.ts";
import { type Box, type Geometry, isGeometry, splitBox, within } from "./geometry.ts";
import { pointOn } from "./point-on.ts";
import type { Statement } from "./statement.ts";
import { type EntityView, isNameSeen } from "./view.ts";

/** A number that an observation says of an attribute. */
export type Measurement = {
  readonly attribute: string;
  /** Unix milliseconds for which it holds. */
  readonly time: number;
  readonly value: number;
  /** Where the observation says that it was made, of a shape one point of it: longitude and latitude in 1e-7 degree. */
  readonly place?: readonly [number, number];
  readonly told: Told;
};

/** What a source said itself, in facts of its own; the gateway says neither place nor time in such. */
export const TOLD = {
  /** Nothing that a limit of place or time could be held against. */
  neither: 0,
  /** Where, at a point or nowhere, and not when. */
  place: 1,
  /** Both. */
  both: 2,
  /** When; where is a shape, of which a point does not say whether it lies wholly inside of another. */
  time: 3,
} as const;

type Told = (typeof TOLD)[keyof typeof TOLD];

/** Which numbers are asked for. Times are Unix milliseconds, half-open. */
export type MeasureQuery = {
  readonly attribute: string;
  readonly fromMilliseconds?: number;
  readonly toMilliseconds?: number;
  /** In degrees, edges included. */
  readonly bbox?: Box;
};

/** What numbers are put together by. */
export type MeasureGrouping =
  | {
      readonly by: "time";
      /** Beginning and end of the stretch of time that a moment lies in. */
      readonly stretchOf: (milliseconds: number) => readonly [number, number];
    }
  | { readonly by: "place" }
  | { readonly by: "thing" };

/** Some numbers of one group; there may be more of the same. */
export type Measure = {
  /** Where the stretch of time begins. */
  readonly from?: number;
  /** 1e-7 degree; absent where none is said, or shown. */
  readonly place?: readonly [number, number];
  readonly id?: string;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
};

/**
 * The numbers that a statement says, one of each attribute, and where: of the instance without `datasetId`, else of the first.
 *
 * @param amended attributes that the gateway told otherwise since
 */
export function measurementsOf(
  { kind, timeMilliseconds, attributes }: Statement,
  receivedMilliseconds: number,
  amended: ReadonlySet<string> = UNAMENDED,
): readonly Measurement[] {
  if (kind === "amend" || kind === "forget") return [];
  const where = mainOf(attributes[LOCATION])?.value;
  const geometry = isGeometry(where) ? where : undefined;
  const place = geometry && unitsOf(pointOn(geometry));
  const isSaid = kind === "merge" && !amended.has(LOCATION);
  const isTimed = timeMilliseconds !== receivedMilliseconds;
  const toldBySource = isSaid ? toldOf(geometry, isTimed) : TOLD.neither;
  return Object.entries(attributes).flatMap(([attribute, instances]): Measurement[] => {
    const said = mainOf(instances);
    const value = said && contentOf(said);
    if (typeof value !== "number" || !Number.isFinite(value)) return [];
    const time = (said && observedAt(said)) ?? timeMilliseconds;
    const told = amended.has(attribute) ? TOLD.neither : toldBySource;
    return [{ attribute, time, value, told, ...(place && { place }) }];
  });
}

const UNAMENDED: ReadonlySet<string> = new Set();

/** Of several instances the one that stands for all of them: the one without a name, else the first. */
function mainOf(instances: readonly JsonMap[] = []): JsonMap | undefined {
  return instances.find(({ datasetId }) => datasetId === undefined) ?? instances[0];
}

function toldOf(geometry: Geometry | undefined, isTimed: boolean): Told {
  const isShape = geometry !== undefined && geometry.type !== "Point";
  if (isShape) return isTimed ? TOLD.time : TOLD.neither;
  return isTimed ? TOLD.both : TOLD.place;
}

function unitsOf([longitude = 0, latitude = 0]: readonly number[]): readonly [number, number] {
  return [Math.round(longitude * UNITS_PER_DEGREE), Math.round(latitude * UNITS_PER_DEGREE)];
}

/** What of the numbers has to be looked at; `undefined` where the reader sees none of them. */
export type MeasureBounds = {
  /** Half-open. */
  readonly from: number;
  readonly to: number;
  /** 1e-7 degree. What has no place is outside of all of them. */
  readonly boxes?: readonly Box[];
  /** What may be told, ends included; `undefined`: whatever it is. */
  readonly told: readonly [Told, Told] | undefined;
  /** Whether the reader sees places. */
  readonly isPlaced: boolean;
};

/** @see docs/spec/sharing.md, Grants: what does not say when or where it was does not exist beside such a limit */
export function measureBounds(query: MeasureQuery, view: EntityView): MeasureBounds | undefined {
  const { attribute, bbox, fromMilliseconds, toMilliseconds } = query;
  const isPlaced = isNameSeen(LOCATION, view);
  if (!isNameSeen(attribute, view) || (bbox !== undefined && !isPlaced)) return undefined;
  const { MIN_SAFE_INTEGER: least, MAX_SAFE_INTEGER: most } = Number;
  const isTimed = view.fromMilliseconds !== undefined || view.toMilliseconds !== undefined;
  const last = view.toMilliseconds;
  return {
    from: Math.max(fromMilliseconds ?? least, view.fromMilliseconds ?? least),
    to: Math.min(toMilliseconds ?? most, last === undefined ? most : last + 1),
    ...(bbox && { boxes: splitBox(bbox).map(unitBox) }),
    told: toldWithin(isTimed, view.area !== undefined),
    isPlaced,
  };
}

function toldWithin(isTimed: boolean, isPlaced: boolean): MeasureBounds["told"] {
  if (isTimed) return [TOLD.both, isPlaced ? TOLD.both : TOLD.time];
  return isPlaced ? [TOLD.place, TOLD.both] : undefined;
}

/** In 1e-7 degree. */
export function unitBox(box: Box): Box {
  const [west, south, east, north] = box.map((each) => Math.round(each * UNITS_PER_DEGREE));
  return [west ?? 0, south ?? 0, east ?? 0, north ?? 0];
}

/** Whether a place lies in the area that the reader may see. */
export function isInArea(place: Measurement["place"], area: Geometry | undefined): boolean {
  if (area === undefined) return true;
  if (place === undefined) return false;
  const coordinates = place.map((each) => each / UNITS_PER_DEGREE);
  return within({ type: "Point", coordinates }, area);
}

/** The same question answered for one number. */
export function isMeasured(
  { time, place, told }: Measurement,
  bounds: MeasureBounds,
  { area }: EntityView,
): boolean {
  if (time < bounds.from || time >= bounds.to) return false;
  const [least, most] = bounds.told ?? [told, told];
  if (told < least || told > most) return false;
  const { boxes } = bounds;
  return isInArea(place, area) && (boxes === undefined || boxes.some((box) => isIn(place, box)));
}

function isIn(place: Measurement["place"], [west, south, east, north]: Box): boolean {
  if (place === undefined) return false;
  const [x, y] = place;
  return x >= west && x <= east && y >= south && y <= north;
}
