import {
  type Entity,
  type Instance,
  type JsonMap,
  type JsonValue,
  observedAt,
  saysNothing,
  underName,
} from "./entity.ts";
import { dueOf, dueOfAll } from "./expiry.ts";
import { type Amendment, type Statement, saysWhenScoped } from "./statement.ts";

/** Where a statement stands, and when it came. */
export type Origin = {
  readonly entry: number;
  readonly at: number;
  readonly receivedMilliseconds: number;
};

/** Sources may call one thing by several types, and no more. */
const MAX_TYPES = 16;

/**
 * An entity after one more statement, in the order of the log: the same log gives the same entities.
 *
 * @returns `undefined` where it is no more, or never was
 */
export function fold(
  entity: Entity | undefined,
  statement: Statement,
  origin: Origin,
): Entity | undefined {
  if (statement.kind === "end") return undefined;
  if (statement.kind === "forget" || statement.kind === "amend") {
    return entity && retold(entity, statement, origin);
  }
  const { receivedMilliseconds: now } = origin;
  const isNew = statement.kind === "replace" || entity === undefined;
  const attributes: Record<string, readonly Instance[]> = isNew ? {} : { ...entity.attributes };
  for (const [name, said] of Object.entries(statement.attributes)) {
    const before = underName(entity?.attributes, name) ?? [];
    const instances = foldAttribute(before, said, statement.kind, origin);
    if (instances.length === 0) delete attributes[name];
    else attributes[name] = instances;
  }
  const expires = statement.expires === undefined && !isNew ? entity.expires : statement.expires;
  return withDue(entity, statement, {
    id: statement.id,
    types: typesOf(entity, statement),
    ...scopesOf(isNew ? undefined : entity, statement, now),
    created: entity?.created ?? now,
    modified: Math.max(entity?.modified ?? now, now),
    time: isNew ? statement.timeMilliseconds : Math.max(entity.time, statement.timeMilliseconds),
    ...(typeof expires === "number" && { expires }),
    attributes,
  });
}

/** Those that were observed before what stands there was said change nothing of it. */
function scopesOf(
  before: Entity | undefined,
  statement: Statement,
  now: number,
): Pick<Entity, "scopes" | "scoped"> {
  const { scopes } = statement;
  const said = saysWhenScoped(statement) ? statement.timeMilliseconds : now;
  if (scopes !== undefined && said >= (before?.scoped ?? Number.NEGATIVE_INFINITY)) {
    return { scopes, scoped: said };
  }
  const { scopes: kept = [], scoped } = before ?? {};
  return { scopes: kept, ...(scoped !== undefined && { scoped }) };
}

/** Most of what is said never expires, and is not looked through. */
function withDue(before: Entity | undefined, { kind, attributes }: Statement, now: Entity): Entity {
  const isSaid = () => kind !== "merge" && dueOfAll(undefined, attributes) !== undefined;
  if (before?.due === undefined && now.expires === undefined && !isSaid()) return now;
  const due = dueOf(now);
  return due === undefined ? now : { ...now, due };
}

/** The entity after what was said of it before is told otherwise; what it was even earlier does not come back. */
function retold(
  entity: Entity,
  { kind, amends, forgets }: Statement,
  { receivedMilliseconds: now }: Origin,
): Entity | undefined {
  if (kind === "forget" && forgets === undefined) return undefined;
  const attributes: Record<string, readonly Instance[]> = {};
  for (const [name, before] of Object.entries(entity.attributes)) {
    const left = before.flatMap((one) => {
      const isForgotten =
        forgets?.attributes.includes(name) === true &&
        (forgets.datasetId === "*" || forgets.datasetId === one.said.datasetId);
      if (isForgotten) return [];
      if (amends?.attribute !== name || !isOf(one, amends)) return [one];
      return amends.said === undefined ? [] : [{ ...one, said: amends.said, modified: now }];
    });
    if (left.length > 0) attributes[name] = left;
  }
  const { due: _, ...rest } = entity;
  const due = dueOf({ ...rest, attributes });
  const modified = Math.max(entity.modified, now);
  return { ...rest, modified, attributes, ...(due !== undefined && { due }) };
}

function isOf({ entry, at, said }: Instance, amends: Amendment): boolean {
  return entry === amends.entry && at === amends.at && said.datasetId === amends.datasetId;
}

function typesOf(entity: Entity | undefined, { kind, types }: Statement): readonly string[] {
  const before = entity === undefined || kind === "replace" ? [] : entity.types;
  const kept = kind === "set" && types.length > 0 ? [] : before;
  const all = [...new Set([...kept, ...types])].slice(0, MAX_TYPES);
  return all.length === 0 ? ["Thing"] : all;
}

function foldAttribute(
  before: readonly Instance[],
  said: readonly JsonMap[],
  kind: Statement["kind"],
  { entry, at, receivedMilliseconds }: Origin,
): readonly Instance[] {
  const isSeen = kind === "merge" || kind === "add";
  const instances = said.map((each) => {
    const old = before.find((one) => one.said.datasetId === each.datasetId);
    // What waited on a phone without a network is older than what stands here.
    if (old !== undefined && isSeen && isOlder(each, old.said)) return old;
    if (old !== undefined && isSame(old.said, each)) return old;
    const created = old?.created ?? receivedMilliseconds;
    return { said: each, created, modified: receivedMilliseconds, entry, at };
  });
  if (!isSeen) return instances;
  // What was seen says nothing of the instances that it does not name.
  const named = new Set(said.map(({ datasetId }) => datasetId));
  const all = [...before.filter((one) => !named.has(one.said.datasetId)), ...instances];
  return all.filter((one) => !saysNothing(one.said));
}

function isOlder(said: JsonMap, than: JsonMap): boolean {
  return (observedAt(said) ?? 0) < (observedAt(than) ?? Number.NEGATIVE_INFINITY);
}

/** Whether both are written as the same JSON, members in the same order. */
function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every((name, i) => {
      return name === others[i] && isSame((one as JsonMap)[name], (other as JsonMap)[name]);
    })
  );
}
