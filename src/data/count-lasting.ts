import type { Condition } from "./entities/condition.ts";
import type { Entity } from "./entities/entity.ts";
import { still } from "./entities/expiry.ts";
import { type EntityQuery, isAskedFor } from "./entities/query.ts";
import type { EntityView } from "./entities/view.ts";
import type { EntityReader } from "./port.ts";

const PAGE = 1000;
/** Entities that one count looks at: while a log takes nothing, all that has expired waits for its end. */
const MAX_LOOKED_AT = 10_000;

/** What is left of an entity that was found, if that is still what was asked for. Links are not followed anew. */
export function lasting(entity: Entity, query: EntityQuery, now: number): Entity | undefined {
  const left = still(entity, now);
  if (left === undefined || left === entity) return left;
  const { dueMilliseconds: _, condition, ...rest } = query;
  const isJudged = condition !== undefined && !hasLinks(condition);
  return isAskedFor(left, isJudged ? { ...rest, condition } : rest) ? left : undefined;
}

function hasLinks(condition: Condition): boolean {
  const { kind } = condition;
  if (kind === "and" || kind === "or") return condition.parts.some(hasLinks);
  return kind === "linked";
}

/**
 * How many entities match and have not expired: what has and is not ended in the log yet is found by the time when it was due,
 * and taken off. Mostly that is nothing, and costs one look into the index.
 */
export async function countLasting(
  entities: EntityReader,
  query: EntityQuery,
  view: EntityView,
  now: number,
): Promise<number> {
  let gone = 0;
  let after: number | undefined;
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += PAGE) {
    const due = { ...query, dueMilliseconds: now };
    const at = after === undefined ? {} : { after };
    const page = await entities.find(due, view, { limit: PAGE, ...at });
    gone += page.entities.filter((each) => lasting(each, query, now) === undefined).length;
    after = page.next;
    if (after === undefined) break;
  }
  return (await entities.count(query, view)) - gone;
}
