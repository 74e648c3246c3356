import { type Attributes, type Entity, type Instance, LOCATION, observedAt } from "./entity.ts";
import { type Geometry, isGeometry, within } from "./geometry.ts";

/**
 * What of a dataset a reader may see. It goes into every question to the store, so that what is outside it neither appears
 * nor counts, sorts or matches. A part that is left out does not limit.
 */
export type EntityView = {
  /** Names of facts. */
  readonly attributes?: readonly string[];
  /** What is not wholly inside does not exist for the reader, nor does what has no place. */
  readonly area?: Geometry;
  /** Unix milliseconds, both included, of when it was seen. */
  readonly fromMilliseconds?: number;
  readonly toMilliseconds?: number;
};

/** The owner's, and everybody's of open data. */
export const ALL: EntityView = {};

export function isLimited(view: EntityView): boolean {
  return Object.values(view).some((part) => part !== undefined);
}

/** An entity as the reader sees it; `undefined` where for the reader there is none. */
export function seen(entity: Entity, view: EntityView): Entity | undefined {
  if (!isLimited(view)) return entity;
  const { area } = view;
  const arrived = area === undefined ? Number.NEGATIVE_INFINITY : arrivalIn(area, entity);
  if (arrived === undefined) return undefined;
  const attributes: Record<string, readonly Instance[]> = {};
  for (const [name, instances] of Object.entries(entity.attributes)) {
    if (!isNameSeen(name, view)) continue;
    const left = instances.filter(({ said, modified }) => {
      const time = observedAt(said) ?? modified;
      return time >= arrived && isTimeSeen(time, view);
    });
    if (left.length > 0) attributes[name] = left;
  }
  // Beyond its span nothing tells that the thing was there.
  const isTimed = view.fromMilliseconds !== undefined || view.toMilliseconds !== undefined;
  if (isTimed && Object.keys(attributes).length === 0) return undefined;
  const isScopeSeen = entity.scopes.length === 0 || areScopesSeen(entity, view, arrived);
  const scopes = isScopeSeen ? entity.scopes : [];
  const { expires, ...told } = entity;
  return {
    ...{ ...told, ...momentsOf(entity, attributes), scopes, attributes },
    ...(expires !== undefined && view.attributes?.includes(EXPIRES) !== false && { expires }),
  };
}

/** Scopes are a fact like any other, of which one word says all. */
function areScopesSeen({ scoped }: Entity, view: EntityView, arrived: number): boolean {
  if (view.attributes !== undefined && !view.attributes.includes(SCOPES)) return false;
  return scoped !== undefined && scoped >= arrived && isTimeSeen(scoped, view);
}

/** The facts that say them, and when an entity is no more. */
const SCOPES = "@scope";
const EXPIRES = "@expires";

/** What is said of a place, and when, where it does not say so itself. */
export type Placing = Pick<Instance, "said" | "modified">;

/**
 * Since when an entity is where it is, as far as is known; `undefined` where that is not wholly inside the area. What was seen
 * before was seen elsewhere, perhaps outside.
 */
export function arrivalIn(
  area: Geometry,
  { attributes }: Pick<Entity, "attributes">,
): number | undefined {
  return arrivalAt(area, attributes[LOCATION] ?? []);
}

/** The same of one or several places. */
export function arrivalAt(area: Geometry, places: readonly Placing[]): number | undefined {
  const isInside = places.every(({ said }) => isGeometry(said.value) && within(said.value, area));
  if (places.length === 0 || !isInside) return undefined;
  return Math.min(...places.map(({ said, modified }) => observedAt(said) ?? modified));
}

export function isNameSeen(name: string, { attributes }: EntityView): boolean {
  if (attributes === undefined || attributes.includes(name)) return true;
  return name === LOCATION && attributes.includes("place");
}

export function isTimeSeen(
  time: number,
  { fromMilliseconds, toMilliseconds }: EntityView,
): boolean {
  return (
    time >= (fromMilliseconds ?? Number.NEGATIVE_INFINITY) &&
    time <= (toMilliseconds ?? Number.POSITIVE_INFINITY)
  );
}

/** Of what is seen alone: else they would tell that something hidden has changed. */
function momentsOf(
  entity: Entity,
  attributes: Attributes,
): Pick<Entity, "created" | "modified" | "time"> {
  const all = Object.values(attributes).flat();
  if (all.length === 0) {
    return { created: entity.created, modified: entity.created, time: entity.created };
  }
  return {
    created: Math.min(...all.map(({ created }) => created)),
    modified: Math.max(...all.map(({ modified }) => modified)),
    time: Math.max(...all.map(({ said, modified }) => observedAt(said) ?? modified)),
  };
}
