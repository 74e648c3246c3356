import { err, ok, type Result } from "../../../core/index.ts";
import { type Attributes, type Entity, type EntityQuery, isAskedFor } from "../../../data/index.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import { type Order, readOrder } from "../order.ts";
import type { NgsiQuery } from "../query.ts";
import type { Ask } from "../request.ts";
import { type Evolution, evolutionsOf, isTold } from "./evolution.ts";
import type { TemporalForm } from "./form.ts";

/** Entities of a page, and of how many it is one. */
export type Selected = {
  readonly entities: readonly Entity[];
  readonly count: number;
  /** There are more behind them. */
  readonly isMore: boolean;
};

/** Of one question that is put to what was so, or that is to be ordered: all of it is looked at. */
const MAX_CANDIDATES = 10_000;
const TURN_ENTITIES = 500;
/** Where nothing but the time is asked for, of so many it is looked up who has something to tell of it. */
const MAX_LOOKED_UP = 1000;

/**
 * The entities that a question over time is about. What they are called and of which types they are is asked of them as they are
 * now; in which scopes, what attributes say and where they are, of what was so in the time that is asked for (GS CIM 009
 * §5.7.4.4). Where nothing but the time is asked for of more than can be looked up, pages and count are of all there are, of which
 * a page then tells those that have something to tell.
 *
 * @returns a page of them, else `HTTP_ITEMS`, `HTTP_PARAMETER` of an order
 */
export async function selected(
  ask: Ask,
  { query, limit, offset, withCount }: NgsiQuery,
  form: TemporalForm,
): Promise<Result<Selected, AnyRefusal>> {
  const { target, asked, context } = ask;
  const { entities } = target.log;
  const order = readOrder(asked, context);
  if (!order.ok) return order;
  const { condition, place, attributes, ...frame } = query;
  const isOpen = [condition, place, attributes, form.scopes, order.value].every(
    (each) => each === undefined,
  );
  if (isOpen) {
    const few = await entities.find(frame, target.view, { limit: MAX_LOOKED_UP });
    const all = few.next === undefined ? few.entities : undefined;
    const found = all && (await soInThatTime(ask, all, {}, form));
    if (found?.ok) return ok(partOf(found.value, offset, limit));
    const page = await entities.find(query, target.view, { limit, offset });
    const count = withCount ? await entities.count(query, target.view) : 0;
    return ok({ entities: page.entities, count, isMore: page.next !== undefined });
  }
  const all = await entities.find(frame, target.view, { limit: MAX_CANDIDATES });
  if (all.next !== undefined) {
    const got = await entities.count(frame, target.view);
    return err({ code: "HTTP_ITEMS", got, max: MAX_CANDIDATES });
  }
  const then: EntityQuery = {
    ...(condition && { condition }),
    ...(place && { place }),
    ...(attributes && { attributes }),
  };
  const found = await soInThatTime(ask, all.entities, then, form);
  if (!found.ok) return found;
  return ok(partOf(inOrder(found.value, order.value), offset, limit));
}

function partOf(all: readonly Entity[], offset: number, limit: number): Selected {
  const end = offset + limit;
  return { entities: all.slice(offset, end), count: all.length, isMore: all.length > end };
}

function inOrder(entities: readonly Entity[], order: Order | undefined): readonly Entity[] {
  return order === undefined ? entities : [...entities].sort(order);
}

async function soInThatTime(
  ask: Ask,
  candidates: readonly Entity[],
  query: EntityQuery,
  form: TemporalForm,
): Promise<Result<readonly Entity[], AnyRefusal>> {
  const { only: _, ...whole } = form.form;
  const found: Entity[] = [];
  for (let i = 0; i < candidates.length; i += TURN_ENTITIES) {
    const some = candidates.slice(i, i + TURN_ENTITIES);
    const ids = some.map(({ id }) => id);
    const evolutions = await evolutionsOf(ask, ids, { ...form, form: whole });
    if (!evolutions.ok) return evolutions;
    for (const entity of some) {
      const evolution = evolutions.value.get(entity.id);
      if (!isTold(evolution)) continue;
      const then = { ...entity, attributes: attributesOf(evolution) };
      if (isAskedFor(then, query)) found.push(entity);
    }
  }
  return ok(found);
}

/** All that was so at any moment, as if it were so at once. */
function attributesOf({ attributes }: Evolution): Attributes {
  const entries = [...attributes].map(([name, moments]) => [
    name,
    moments.map(({ said, received: created, modified, entry, at }) => ({
      ...{ said, created, modified, entry, at },
    })),
  ]);
  return Object.fromEntries(entries);
}
