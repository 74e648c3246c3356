import { type Condition, type LookUp, satisfies } from "./condition.ts";
import { type Entity, placeOf, underName } from "./entity.ts";
import {
  type Box,
  boxOf,
  distanceMetres,
  equals,
  type Geometry,
  geometryOf,
  intersects,
  isInBox,
  overlaps,
  polygonOf,
  splitBox,
  within,
} from "./geometry.ts";
import { type Pattern, searchPattern } from "./pattern.ts";

/** Which entities are asked for; everything that is given must hold. */
export type EntityQuery = {
  readonly ids?: readonly string[];
  readonly idPattern?: Pattern;
  /** One of these combinations: all types of it. */
  readonly types?: readonly (readonly string[])[];
  /** At least one of these attributes. */
  readonly attributes?: readonly string[];
  readonly condition?: Condition;
  readonly place?: PlaceCondition;
  /** One of these: a scope in each pattern of it. */
  readonly scopes?: readonly (readonly ScopePattern[])[];
  /** The box that its location shares a point with. */
  readonly bbox?: Box;
  /** Of its newest observation, Unix milliseconds, both included. */
  readonly fromMilliseconds?: number;
  readonly toMilliseconds?: number;
  /** Something of it expires by then, Unix milliseconds. */
  readonly dueMilliseconds?: number;
};

/** Parts of a scope; `+` is any one part, `#` at the end any number of them. */
export type ScopePattern = readonly string[];

export type PlaceCondition = {
  readonly attribute: string;
  readonly geometry: Geometry;
  readonly relation:
    | "within"
    | "contains"
    | "intersects"
    | "equals"
    | "disjoint"
    | "overlaps"
    | { readonly minMetres?: number; readonly maxMetres?: number };
};

/** Whether an entity, as its reader sees it, is one that is asked for. */
export function isAskedFor(entity: Entity, query: EntityQuery, lookUp?: LookUp): boolean {
  const { ids, idPattern, types, attributes, condition, place, bbox } = query;
  return (
    (ids === undefined || ids.includes(entity.id)) &&
    (types === undefined || types.some((all) => all.every((one) => entity.types.includes(one)))) &&
    (attributes === undefined ||
      attributes.some((name) => Object.hasOwn(entity.attributes, name))) &&
    isInTime(entity.time, query) &&
    (query.dueMilliseconds === undefined ||
      (entity.due ?? Number.POSITIVE_INFINITY) <= query.dueMilliseconds) &&
    (bbox === undefined || isPlacedIn(entity, bbox)) &&
    (idPattern === undefined || searchPattern(idPattern, entity.id)) &&
    (place === undefined || isPlaced(entity, place)) &&
    areScopesAskedFor(entity.scopes, query.scopes) &&
    (condition === undefined || satisfies(entity, condition, lookUp))
  );
}

/** Whether scopes that hold at once are some that are asked for. */
export function areScopesAskedFor(
  scopes: readonly string[],
  asked: EntityQuery["scopes"],
): boolean {
  return asked === undefined || asked.some((all) => all.every((one) => isScoped(scopes, one)));
}

function isScoped(scopes: readonly string[], pattern: ScopePattern): boolean {
  return scopes.some((scope) => {
    const parts = scope.split("/").filter(Boolean);
    const isOpen = pattern.at(-1) === "#";
    const named = isOpen ? pattern.slice(0, -1) : pattern;
    const isLong = isOpen ? parts.length >= named.length : parts.length === named.length;
    return isLong && named.every((part, i) => part === "+" || part === parts[i]);
  });
}

function isInTime(time: number, { fromMilliseconds, toMilliseconds }: EntityQuery): boolean {
  return (
    (fromMilliseconds === undefined || time >= fromMilliseconds) &&
    (toMilliseconds === undefined || time <= toMilliseconds)
  );
}

function isPlacedIn(entity: Entity, bbox: Box): boolean {
  const place = geometryOf(placeOf(entity));
  if (place === undefined) return false;
  if (place.type === "Point") return splitBox(bbox).some((box) => isInBox(place.coordinates, box));
  return splitBox(bbox).some((box) => intersects(place, polygonOf(box)));
}

function isPlaced(entity: Entity, { attribute, geometry, relation }: PlaceCondition): boolean {
  return (underName(entity.attributes, attribute) ?? []).some(({ said }) => {
    const place = geometryOf(said.value);
    return place !== undefined && isRelated(place, geometry, relation);
  });
}

function isRelated(
  place: Geometry,
  geometry: Geometry,
  relation: PlaceCondition["relation"],
): boolean {
  if (typeof relation === "object") {
    const { minMetres = 0, maxMetres = Number.POSITIVE_INFINITY } = relation;
    const metres = distanceMetres(place, geometry);
    return metres >= minMetres && metres <= maxMetres;
  }
  switch (relation) {
    case "within":
      return within(place, geometry);
    case "contains":
      return within(geometry, place);
    case "intersects":
      return intersects(place, geometry);
    case "disjoint":
      return !intersects(place, geometry);
    case "equals":
      return equals(place, geometry);
    case "overlaps":
      return overlaps(place, geometry);
  }
}

// A degree of latitude has at least as many metres anywhere on the sphere.
const METRES_PER_DEGREE = 111_000;

/** Boxes outside of which no location can satisfy the query; `undefined` where it may be anywhere. */
export function boxesOf({ bbox, place }: EntityQuery): readonly Box[] | undefined {
  if (bbox !== undefined) return splitBox(bbox);
  if (place === undefined || place.attribute !== "location") return undefined;
  const { relation, geometry } = place;
  if (relation === "disjoint") return undefined;
  const metres = typeof relation === "object" ? relation.maxMetres : 0;
  if (metres === undefined) return undefined;
  return widened(boxOf(geometry), metres / METRES_PER_DEGREE);
}

function widened([west, south, east, north]: Box, degrees: number): readonly Box[] | undefined {
  const widest = Math.max(Math.abs(south - degrees), Math.abs(north + degrees));
  if (widest >= 89) return undefined;
  const across = degrees / Math.cos((widest * Math.PI) / 180);
  const [left, right] = [west - across, east + across];
  if (right - left >= 360) return undefined;
  const [low, high] = [south - degrees, north + degrees];
  return splitBox([left < -180 ? left + 360 : left, low, right > 180 ? right - 360 : right, high]);
}
