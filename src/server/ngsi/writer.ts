import { ok, type Result } from "../../core/index.ts";
import { ALL, type Entity, still } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import { dueOfChange, expired } from "./changes.ts";
import { type Fits, fitAll, fitsOf, isToCome } from "./fit.ts";
import { appendByGateway, type Change } from "./gateway.ts";
import type { GatewayLog } from "./gathered.ts";
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
  /** Ends what has expired of these entities. */
  expire(target: GatewayLog, ids: readonly string[]): Promise<Result<void, AnyRefusal>>;
  /** Hears of what was written that expires, and when the first of it does. */
  onDue(listener: (target: GatewayLog, dueMilliseconds: number) => void): void;
};

export function createWriter(services: Services): Writer {
  const { clock } = services;
  const locks = new Locks();
  const listeners: ((target: GatewayLog, dueMilliseconds: number) => void)[] = [];
  const lockOf = ({ log }: GatewayLog, id: string): string => `${log.origin} ${id}`;
  const now = async ({ log }: GatewayLog, id: string): Promise<Entity | undefined> => {
    const entity = await log.entities.now(id, ALL);
    return entity && still(entity, clock());
  };
  const append = async (
    target: GatewayLog,
    changes: readonly Change[],
  ): Promise<Result<void, AnyRefusal>> => {
    const done = await appendByGateway(services, target, changes);
    const due = Math.min(...changes.map((each) => dueOfChange(each) ?? Number.POSITIVE_INFINITY));
    if (done.ok && due < Number.POSITIVE_INFINITY) {
      for (const listener of listeners) listener(target, due);
    }
    return done;
  };
  const comes: Fits = (change) => isToCome(change, clock());
  const allCome = (changes: readonly Change[]): Result<void, AnyRefusal> =>
    changes.map((each) => comes(each, undefined)).find(({ ok }) => !ok) ?? ok(undefined);
  const fitsIn = (target: GatewayLog): Fits => {
    const fits = fitsOf(services, target);
    if (fits === undefined) return comes;
    return (change, before) => {
      const fit = comes(change, before);
      return fit.ok ? fits(change, before) : fit;
    };
  };
  return {
    one: (target, id, change) =>
      locks.run([lockOf(target, id)], async () => {
        const before = await now(target, id);
        const made = change(before);
        if (!made.ok) return made;
        if (made.value === undefined) return ok(undefined);
        const fit = fitsIn(target)(made.value, before);
        return fit.ok ? append(target, [made.value]) : fit;
      }),
    many: (target, ids, changes) =>
      locks.run(
        [...new Set(ids)].map((id) => lockOf(target, id)),
        async () => {
          const before = new Map<string, Entity>();
          for (const id of new Set(ids)) {
            const entity = await now(target, id);
            if (entity !== undefined) before.set(id, entity);
          }
          const fits = fitsIn(target);
          const made = changes(before, fits);
          if (made.length === 0) return ok(undefined);
          // What an entity becomes in between matters to rules alone.
          const fit = fits === comes ? allCome(made) : fitAll(fits, made, before);
          return fit.ok ? append(target, made) : fit;
        },
      ),
    expire: (target, ids) =>
      locks.run(
        ids.map((id) => lockOf(target, id)),
        async () => {
          const ended: Change[] = [];
          for (const id of ids) {
            const entity = await target.log.entities.now(id, ALL);
            if (entity !== undefined) ended.push(...expired(entity, clock()));
          }
          return ended.length === 0 ? ok(undefined) : appendByGateway(services, target, ended);
        },
      ),
    onDue: (listener) => listeners.push(listener),
  };
}
