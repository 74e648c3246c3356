import { err, ok, type Result } from "../../core/index.ts";
import { type EntityQuery, still } from "../../data/index.ts";
import { percentDecoded } from "../http/decoded.ts";
import { MAX_MAPPED } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { readDuration } from "./duration.ts";
import type { EntityMap } from "./entity-maps.ts";
import { isTrue } from "./parameters.ts";
import { type Ask, BASE, pathPart } from "./request.ts";

const FIELD = "NGSILD-EntityMap";
const LIFETIME_MILLISECONDS = 600_000;
const MONTH_MILLISECONDS = 30 * 86_400_000;

/** What a map says of a question. */
export type Mapped = {
  /** The question is about these alone. */
  readonly ids?: readonly string[];
  readonly isNew: boolean;
  /** To be told with the answer. */
  readonly headers: Readonly<Record<string, string>>;
};

type Ids = Promise<Result<readonly string[], AnyRefusal>>;

/**
 * The map that a request names, or a new one where it asks for one, or names one that is not there any more (§5.7.1.4, §5.7.2.4).
 *
 * @param idsOf which entities the question is about now
 */
export async function mappedOf(ask: Ask, idsOf: () => Ids): Promise<Result<Mapped, AnyRefusal>> {
  const { asked, c, maps, target } = ask;
  const named = c.req.header(FIELD);
  if (named === undefined && !isTrue(asked("entityMap"))) return ok({ isNew: false, headers: {} });
  const id = named && percentDecoded(named.replace(/^.*\//, ""));
  const known = id === undefined ? undefined : maps.find(target.log.origin, id);
  if (known !== undefined) return ok({ ids: known.ids, isNew: false, headers: placeOf(known) });
  const made = await newMap(ask, idsOf);
  return made.ok ? ok({ isNew: true, headers: placeOf(made.value) }) : made;
}

export async function newMap(ask: Ask, idsOf: () => Ids): Promise<Result<EntityMap, AnyRefusal>> {
  const lifetime = readLifetime(ask.asked("entityMapLifetime"));
  if (!lifetime.ok) return lifetime;
  const ids = await idsOf();
  return ids.ok ? ok(ask.maps.add(ask.target.log.origin, ids.value, lifetime.value)) : ids;
}

/** Where it is. */
export function placeOf({ id }: EntityMap): Readonly<Record<string, string>> {
  return { [FIELD]: `${BASE}/entityMaps/${pathPart(id)}` };
}

/** A question of what a map holds alone. */
export function withinMap(query: EntityQuery, { ids }: Mapped): EntityQuery {
  if (ids === undefined) return query;
  const mapped = new Set(ids);
  return { ...query, ids: query.ids?.filter((id) => mapped.has(id)) ?? ids };
}

/** All that a question is about now; `HTTP_ITEMS` where that is more than a map holds. */
export async function idsFound({ target, nowMilliseconds }: Ask, query: EntityQuery): Ids {
  const { entities } = target.log;
  const page = await entities.find(query, target.view, { limit: MAX_MAPPED });
  if (page.next !== undefined) {
    const got = await entities.count(query, target.view);
    return err({ code: "HTTP_ITEMS", got, max: MAX_MAPPED });
  }
  return ok(page.entities.flatMap((each) => still(each, nowMilliseconds)?.id ?? []));
}

function readLifetime(text: string | undefined): Result<number, AnyRefusal> {
  if (text === undefined) return ok(LIFETIME_MILLISECONDS);
  const read = readDuration(text);
  if (read !== undefined) return ok(read.months * MONTH_MILLISECONDS + read.milliseconds);
  const want = "a duration of ISO 8601, such as PT10M";
  return err({ code: "HTTP_PARAMETER", name: "entityMapLifetime", got: text.slice(0, 64), want });
}
