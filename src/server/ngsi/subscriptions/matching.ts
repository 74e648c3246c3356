import {
  type Entity,
  type EntityChange,
  type EntityView,
  type Instance,
  isAskedFor,
  type LookUp,
  linksAskedFor,
  seen,
  underName,
} from "../../../data/index.ts";
import { DEFAULT_TRIGGERS, queriesOf, type Subscription, type Trigger } from "./said.ts";

/** A change as the reader sees it. */
export type SeenChange = EntityChange;

/** @returns `undefined` where for the reader nothing is there before or after */
export function seenChange(
  { id, before, after }: EntityChange,
  view: EntityView,
): SeenChange | undefined {
  const old = before && seen(before, view);
  const now = after && seen(after, view);
  if (old === undefined && now === undefined) return undefined;
  return { id, ...(old && { before: old }), ...(now && { after: now }) };
}

/** Several changes of each entity as one, from before the first to after the last. */
export function joinedChanges(
  lists: readonly (readonly EntityChange[])[],
): readonly EntityChange[] {
  const joined = new Map<string, EntityChange>();
  for (const { id, before, after } of lists.flat()) {
    const known = joined.get(id);
    const first = known === undefined ? before : known.before;
    joined.set(id, { id, ...(first && { before: first }), ...(after && { after }) });
  }
  return [...joined.values()];
}

/** Whether a change is one that its subscriber asked to hear of. @param lookUp the entities that its query leads to */
export function isMatch(subscription: Subscription, change: SeenChange, lookUp?: LookUp): boolean {
  const { before, after } = change;
  const wanted = subscription.notificationTrigger ?? DEFAULT_TRIGGERS;
  const kinds = triggersOf(change, subscription.watchedAttributes);
  if (!wanted.some((each) => kinds.has(each))) return false;
  const entity = after ?? before;
  return (
    entity !== undefined &&
    queriesOf(subscription).some((query) => isAskedFor(entity, query, lookUp))
  );
}

/** Of one query about one entity. */
const MAX_LOOKED_UP = 1000;

/** Looks up the entities that the query of a subscription leads to from one that changed, as they are now. */
export async function lookedUpFor(
  { q }: Subscription,
  { before, after }: SeenChange,
  read: (id: string) => Promise<Entity | undefined>,
): Promise<LookUp> {
  const found = new Map<string, Entity | undefined>();
  const entity = after ?? before;
  let level = q && entity ? linksAskedFor(entity, q.condition) : [];
  while (level.length > 0) {
    const next: (typeof level)[number][] = [];
    for (const { id, condition } of level) {
      if (!found.has(id) && found.size >= MAX_LOOKED_UP) continue;
      const other = found.get(id) ?? (await read(id));
      found.set(id, other);
      if (other !== undefined) next.push(...linksAskedFor(other, condition));
    }
    level = next;
  }
  return (id) => found.get(id);
}

/** What happened, as far as watched attributes say. */
function triggersOf(
  { before, after }: SeenChange,
  watched: readonly string[] | undefined,
): ReadonlySet<Trigger> {
  const kinds = new Set<Trigger>();
  if (before === undefined) kinds.add("entityCreated");
  if (after === undefined) kinds.add("entityDeleted");
  const names = new Set([
    ...Object.keys(before?.attributes ?? {}),
    ...Object.keys(after?.attributes ?? {}),
  ]);
  for (const name of names) {
    if (watched?.includes(name) === false) continue;
    const { created, updated, deleted } = instancesChanged(
      change(before, name),
      change(after, name),
    );
    if (created.length > 0) kinds.add("attributeCreated");
    if (updated.length > 0) kinds.add("attributeUpdated");
    if (deleted.length > 0) kinds.add("attributeDeleted");
  }
  const isOther = watched === undefined && isFrameChanged(before, after);
  const isUpdated = isOther || [...kinds].some((kind) => kind.startsWith("attribute"));
  if (before !== undefined && after !== undefined && isUpdated) kinds.add("entityUpdated");
  return kinds;
}

function change(entity: Entity | undefined, name: string): readonly Instance[] {
  return underName(entity?.attributes, name) ?? [];
}

function isFrameChanged(before: Entity | undefined, after: Entity | undefined): boolean {
  const frame = (entity: Entity | undefined) => JSON.stringify([entity?.types, entity?.scopes]);
  return frame(before) !== frame(after);
}

export type InstancesChanged = {
  readonly created: readonly Instance[];
  readonly updated: readonly { readonly old: Instance; readonly now: Instance }[];
  readonly deleted: readonly Instance[];
};

/** Instances by their datasetId. One that was said again as it was has not changed. */
export function instancesChanged(
  before: readonly Instance[],
  after: readonly Instance[],
): InstancesChanged {
  const of = (all: readonly Instance[], { said }: Instance) =>
    all.find((each) => each.said.datasetId === said.datasetId);
  return {
    created: after.filter((each) => of(before, each) === undefined),
    updated: after.flatMap((now) => {
      const old = of(before, now);
      const isSame = old === undefined || (old.entry === now.entry && old.at === now.at);
      return isSame ? [] : [{ old, now }];
    }),
    deleted: before.filter((each) => of(after, each) === undefined),
  };
}
