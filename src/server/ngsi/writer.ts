import { ok, type Result } from "../../core/index.ts";
import { ALL, type Entity } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
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
  /** The same of many, in one entry. */
  many(
    target: Target,
    ids: readonly string[],
    changes: (before: ReadonlyMap<string, Entity>) => readonly Change[],
  ): Promise<Result<void, AnyRefusal>>;
};

export function createWriter(services: Services): Writer {
  const locks = new Locks();
  const lockOf = ({ log }: Target, id: string): string => `${log.origin} ${id}`;
  return {
    one: (target, id, change) =>
      locks.run([lockOf(target, id)], async () => {
        await target.log.entities.caughtUp();
        const made = change(await target.log.entities.entity(id, ALL));
        if (!made.ok) return made;
        return made.value === undefined
          ? ok(undefined)
          : appendByGateway(services, target, [made.value]);
      }),
    many: (target, ids, changes) =>
      locks.run(
        [...new Set(ids)].map((id) => lockOf(target, id)),
        async () => {
          await target.log.entities.caughtUp();
          const before = new Map<string, Entity>();
          for (const id of new Set(ids)) {
            const entity = await target.log.entities.entity(id, ALL);
            if (entity !== undefined) before.set(id, entity);
          }
          const made = changes(before);
          return made.length === 0 ? ok(undefined) : appendByGateway(services, target, made);
        },
      ),
  };
}
