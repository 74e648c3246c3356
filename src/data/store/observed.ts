import { type Entity, LOCATION, observedAt, placeOf } from "../entities/entity.ts";
import { isGeometry, within } from "../entities/geometry.ts";
import type { Statement } from "../entities/statement.ts";
import { type EntityView, isLimited, isNameSeen, isTimeSeen } from "../entities/view.ts";
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
    ...(amends && { amends }),
    ...(forgets && { forgets }),
  };
  // What is not to be told any more is told to nobody, wherever and whenever it was decided.
  if (kind === "amend" || kind === "forget") return { ...all, attributes };
  if (!isLimited(view))
    return {
      ...{ ...all, attributes },
      ...(scopes && { scopes }),
      ...(expires !== undefined && { expires }),
    };
  if (!isTimeSeen(timeMilliseconds, view)) return undefined;
  if (view.area !== undefined) {
    const place = attributes[LOCATION]?.[0]?.value ?? (entity && placeOf(entity));
    if (!isGeometry(place) || !within(place, view.area)) return undefined;
  }
  const named = Object.entries(attributes);
  const allowed = named.filter(([name]) => isNameSeen(name, view));
  // Of what says nothing but hidden things nothing is told, not even that it was said.
  if (named.length > 0 && allowed.length === 0) return undefined;
  const shown = allowed.map(([name, instances]) => [
    name,
    instances.filter((said) => isTimeSeen(observedAt(said) ?? timeMilliseconds, view)),
  ]);
  return { ...all, attributes: Object.fromEntries(shown) };
}
