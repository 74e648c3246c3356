import { type Attributes, type Entity, isJsonMap, type JsonMap, MEMBERS } from "./entity.ts";

// GS CIM 009 §4.22: an entity, an attribute or an attribute of one may say when it is no more. Until somebody says so in the
// log, whoever tells an entity leaves out what has come to its end.

/** When the first of an entity expires; `undefined` where nothing of it does. */
export function dueOf({
  expires,
  attributes,
}: Pick<Entity, "expires" | "attributes">): number | undefined {
  let due = expires;
  for (const name in attributes) {
    for (const { said } of attributes[name] ?? []) due = earlier(due, dueOfSaid(said));
  }
  return due;
}

/** The same of what is said of attributes, and of a time that is said beside it. */
export function dueOfAll(
  expires: number | undefined,
  attributes: { readonly [name: string]: readonly JsonMap[] },
): number | undefined {
  let due = expires;
  for (const name in attributes) {
    for (const said of attributes[name] ?? []) due = earlier(due, dueOfSaid(said));
  }
  return due;
}

// Asked of all that is said, of which next to nothing expires: so without lists of what is in it.
function dueOfSaid(said: JsonMap): number | undefined {
  let due = expiryOf(said);
  for (const name in said) {
    const below = MEMBERS.has(name) ? undefined : said[name];
    if (isJsonMap(below)) due = earlier(due, dueOfSaid(below));
  }
  return due;
}

function expiryOf({ expiresAt }: JsonMap): number | undefined {
  const time = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** What is left of an entity at a moment, in Unix milliseconds; the same object where nothing of it has expired. */
export function still(entity: Entity, now: number): Entity | undefined {
  if (entity.due === undefined || entity.due > now) return entity;
  if (entity.expires !== undefined && entity.expires <= now) return undefined;
  const attributes: Record<string, Attributes[string]> = {};
  for (const [name, instances] of Object.entries(entity.attributes)) {
    const left = instances.flatMap((each) => {
      const said = stillSaid(each.said, now);
      if (said === undefined) return [];
      return [said === each.said ? each : { ...each, said }];
    });
    if (left.length > 0) attributes[name] = left;
  }
  const { due: _, ...rest } = entity;
  const due = dueOf({ ...rest, attributes });
  return { ...rest, attributes, ...(due !== undefined && { due }) };
}

function stillSaid(said: JsonMap, now: number): JsonMap | undefined {
  const due = dueOfSaid(said);
  if (due === undefined || due > now) return said;
  if ((expiryOf(said) ?? Number.POSITIVE_INFINITY) <= now) return undefined;
  const members = Object.entries(said).flatMap(([name, each]) => {
    const left = !MEMBERS.has(name) && isJsonMap(each) ? stillSaid(each, now) : each;
    return left === undefined ? [] : [[name, left] as const];
  });
  return Object.fromEntries(members);
}
