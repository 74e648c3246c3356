import {
  ALL,
  type Entity,
  type EntityReader,
  type EntityView,
  type JsonMap,
} from "../../../data/index.ts";
import type { TermContext } from "../contexts.ts";
import { entityJson } from "../write-entity.ts";
import { formOf } from "./entities-told.ts";
import type { SeenChange } from "./matching.ts";
import type { Subscription } from "./said.ts";

type Json = { readonly [name: string]: unknown };

/** Entities that one notification looks up. */
const MAX_LINKED = 1000;

/**
 * Puts in what relationships lead to, where a subscription asks for that (GS CIM 009 §4.5.23): one level, of the same dataset,
 * as far as its reader sees it.
 */
export async function withLinked(
  subscription: Subscription,
  changes: readonly SeenChange[],
  told: readonly Json[],
  from: { readonly entities: EntityReader; readonly view: EntityView } | undefined,
  context: TermContext,
): Promise<readonly Json[]> {
  const { join = "@none", attributes, pick } = subscription.notification;
  if (join === "@none" || from === undefined) return told;
  const { only: _, without: __, ...form } = formOf(subscription);
  const linked = new Map<string, Entity>();
  for (const { after } of changes) {
    for (const id of objectsOf(after, attributes ?? pick)) {
      if (linked.has(id) || linked.size >= MAX_LINKED) continue;
      const entity = await from.entities.entity(id, from.view ?? ALL);
      if (entity !== undefined) linked.set(id, entity);
    }
  }
  const json = new Map([...linked].map(([id, each]) => [id, entityJson(each, context, form)]));
  if (join === "flat") {
    const known = new Set(told.map(({ id }) => id));
    return [...told, ...[...json.values()].filter(({ id }) => !known.has(id))];
  }
  return told.map((each) => inlined(each, json, form.style === "simplified"));
}

function objectsOf(
  entity: Entity | undefined,
  names: readonly string[] | undefined,
): readonly string[] {
  return Object.entries(entity?.attributes ?? {}).flatMap(([name, instances]) =>
    names?.includes(name) === false
      ? []
      : instances.flatMap(({ said }) => (said.type === "Relationship" ? idsOf(said) : [])),
  );
}

function idsOf({ object }: JsonMap): readonly string[] {
  return [object].flat().filter((each): each is string => typeof each === "string");
}

function inlined(entity: Json, linked: ReadonlyMap<string, Json>, isSimple: boolean): Json {
  const entries = Object.entries(entity).map(([name, value]) => [
    name,
    name === "id" ? value : inlinedIn(value, linked, isSimple),
  ]);
  return Object.fromEntries(entries);
}

function inlinedIn(value: unknown, linked: ReadonlyMap<string, Json>, isSimple: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => inlinedIn(each, linked, isSimple));
  if (isSimple) return typeof value === "string" ? (linked.get(value) ?? value) : value;
  const object = typeof value === "object" && value !== null ? (value as Json).object : undefined;
  const found = typeof object === "string" ? linked.get(object) : undefined;
  return found === undefined ? value : { ...(value as Json), entity: found };
}
