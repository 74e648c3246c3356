import { ok, type Result } from "../../core/index.ts";
import { ALL, type Entity } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import { type Fits, fitAll, fitsOf } from "./fit.ts";
import { appendByGateway, type Change } from "./gateway.ts";
import { Locks } from "./locks.ts";
import type { Target } from "./target.ts";

/** Reads what an entity is, has it changed, and writes the change; nobody changes the same entity in between. */
export type Writer = {
  one(
    target: Target,
    id: string,
    change: (before: Entity | undefined) => Result<Change | undefined, AnyRefusal>,
  ): Promise<Result<void, AnyRefusal>>;
  /** The same of many, in one entry; what the dataset does not take is refused with all of it, unless it is left out. */
  many(
    target: Target,
    ids: readonly string[],
    changes: (before: ReadonlyMap<string, Entity>, fits: Fits) => readonly Change[],
  ): Promise<Result<void, AnyRefusal>>;
};

export function createWriter(services: Services): Writer {
  const locks = new Locks();
  const lockOf = ({ log }: Target, id: string): string => `${log.origin} ${id}`;
  return {
    one: (target, id, change) =>
      locks.run([lockOf(target, id)], async () => {
        const before = await target.log.entities.now(id, ALL);
        const made = change(before);
        if (!made.ok) return made;
        if (made.value === undefined) return ok(undefined);
        const fit = fitsOf(services, target)?.(made.value, before);
        return fit?.ok === false ? fit : appendByGateway(services, target, [made.value]);
      }),
    many: (target, ids, changes) =>
      locks.run(
        [...new Set(ids)].map((id) => lockOf(target, id)),
        async () => {
          const before = new Map<string, Entity>();
          for (const id of new Set(ids)) {
            const entity = await target.log.entities.now(id, ALL);
            if (entity !== undefined) before.set(id, entity);
          }
          const fits = fitsOf(services, target);
          const made = changes(before, fits ?? (() => ok(undefined)));
          if (made.length === 0) return ok(undefined);
          const fit = fits && fitAll(fits, made, before);
          return fit?.ok === false ? fit : appendByGateway(services, target, made);
        },
      ),
  };
}
