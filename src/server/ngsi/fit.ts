import { err, ok, type Result } from "../../core/index.ts";
import { ALL, contentRules, type Entity, positionsIn } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import { after, dueOfChange } from "./changes.ts";
import type { Change } from "./gateway.ts";
import type { GatewayLog } from "./gathered.ts";

/** Whether a dataset takes a change of an entity as it is before: what the entry of a source is asked for, too. */
export type Fits = (change: Change, before: Entity | undefined) => Result<void, AnyRefusal>;

/** @returns nothing where the dataset takes whatever is said */
export function fitsOf(
  { state }: Pick<Services, "state">,
  { dataset }: Pick<GatewayLog, "dataset">,
): Fits | undefined {
  const rules = dataset && contentRules(state, dataset, state.remembered);
  if (rules === undefined) return undefined;
  return ({ id, kind, types = [], attributes = {} }, before) => {
    // These end something, and say nothing.
    if (kind === "end" || kind === "forget") return ok(undefined);
    const had = kind === "replace" ? [] : (before?.types ?? []);
    const all = [...new Set([...types, ...had])];
    return rules({ id, types: all, attributes, positions: positionsIn(attributes) }, 0);
  };
}

/** What is said to expire expires later: whoever says otherwise made a mistake (ADR 0101). */
export function isToCome(change: Change, nowMilliseconds: number): Result<void, AnyRefusal> {
  const due = dueOfChange(change);
  if (due === undefined || due > nowMilliseconds) return ok(undefined);
  return err({ code: "NGSI_DATA", path: "expiresAt", want: "a time to come" });
}

/** Whether a dataset takes changes one after the other. @returns the first refusal, with the number of its change */
export function fitAll(
  fits: Fits,
  changes: readonly Change[],
  before: ReadonlyMap<string, Entity>,
): Result<void, AnyRefusal> {
  const now = new Map<string, Entity | undefined>(before);
  for (const [observation, change] of changes.entries()) {
    const fit = fits(change, now.get(change.id));
    if (!fit.ok) return err({ ...fit.error, ...("observation" in fit.error && { observation }) });
    now.set(change.id, after(now.get(change.id), change, 0));
  }
  return ok(undefined);
}

/** The same of changes whose entities have not been read yet. */
export async function fitChanges(
  services: Pick<Services, "state" | "clock">,
  target: GatewayLog,
  changes: readonly Change[],
): Promise<Result<void, AnyRefusal>> {
  const now = services.clock();
  for (const change of changes) {
    const fit = isToCome(change, now);
    if (!fit.ok) return fit;
  }
  const fits = fitsOf(services, target);
  if (fits === undefined) return ok(undefined);
  const before = new Map<string, Entity>();
  for (const { id } of changes) {
    const entity = before.has(id) ? undefined : await target.log.entities.entity(id, ALL);
    if (entity !== undefined) before.set(id, entity);
  }
  return fitAll(fits, changes, before);
}
