import { type Entity, type JsonMap, LOCATION, observedAt } from "../entities/entity.ts";
import type { Amendment, Statement } from "../entities/statement.ts";
import {
  arrivalAt,
  arrivalIn,
  type EntityView,
  isLimited,
  isNameSeen,
  isTimeSeen,
} from "../entities/view.ts";
import type { Observed } from "../port.ts";
import { placeOfRow } from "./rows.ts";

/**
 * An observation as its reader sees it; `undefined` where for the reader there is none.
 *
 * @param entity what it was about, as it is now: where an observation says no place, that of the thing counts
 */
export function observedIn(
  row: number,
  receivedMilliseconds: number,
  { id, types, timeMilliseconds, kind, attributes, scopes, expires, amends, forgets }: Statement,
  view: EntityView,
  entity: Entity | undefined,
): Observed | undefined {
  const all = {
    ...{ row, ...placeOfRow(row), id, types, timeMilliseconds, receivedMilliseconds, kind },
    ...(forgets && { forgets }),
  };
  // What is not to be told any more is told to nobody, wherever and whenever it was decided.
  if (kind === "forget") return { ...all, attributes };
  if (kind === "amend") {
    const told = amends && amendedIn(amends, receivedMilliseconds, view, entity);
    return { ...all, attributes, ...(told && { amends: told }) };
  }
  if (!isLimited(view))
    return {
      ...{ ...all, attributes },
      ...(scopes && { scopes }),
      ...(expires !== undefined && { expires }),
    };
  if (!isTimeSeen(timeMilliseconds, view)) return undefined;
  const arrived = arrivedWith(attributes, timeMilliseconds, view, entity);
  if (arrived === undefined) return undefined;
  const named = Object.entries(attributes);
  const allowed = named.filter(([name]) => isNameSeen(name, view));
  // Of what says nothing but hidden things nothing is told, not even that it was said.
  if (named.length > 0 && allowed.length === 0) return undefined;
  const shown = allowed.map(([name, instances]): Said => {
    const left = instances.filter((said) => {
      const time = observedAt(said) ?? timeMilliseconds;
      return time >= arrived && isTimeSeen(time, view);
    });
    return [name, left];
  });
  if (isSaying(allowed) && !isSaying(shown)) return undefined;
  return { ...all, attributes: Object.fromEntries(shown) };
}

type Said = readonly [name: string, instances: readonly JsonMap[]];

/** Whether there is a value in it, and not only that there is none. */
function isSaying(all: readonly Said[]): boolean {
  return all.some(([, instances]) => instances.length > 0);
}

/**
 * Since when the thing is where the observation was made: there, where it says that, else where the thing is now. `undefined`
 * where that is not wholly inside the area that the reader may see.
 */
function arrivedWith(
  attributes: Statement["attributes"],
  modified: number,
  { area }: EntityView,
  entity: Entity | undefined,
): number | undefined {
  if (area === undefined) return Number.NEGATIVE_INFINITY;
  const places = attributes[LOCATION] ?? [];
  if (places.length > 0)
    return arrivalAt(
      area,
      places.map((said) => ({ said, modified })),
    );
  return entity && arrivalIn(area, entity);
}

/** What was amended is told no more as it was; as it is now only to whom that may be told. */
function amendedIn(
  { said, ...of }: Amendment,
  received: number,
  view: EntityView,
  entity: Entity | undefined,
): Amendment {
  if (said === undefined || !isNameSeen(of.attribute, view)) return of;
  const time = observedAt(said) ?? received;
  const arrived = arrivedWith({ [of.attribute]: [said] }, received, view, entity);
  const isSeen = arrived !== undefined && time >= arrived && isTimeSeen(time, view);
  return isSeen ? { ...of, said } : of;
}
