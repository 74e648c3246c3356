import { type Entity, still } from "../../data/index.ts";
import type { TermContext } from "./contexts.ts";
import type { Ask } from "./request.ts";
import { entityJson, type Form, formBehind, type Links, objectsOf, shown } from "./write-entity.ts";

/** Of one answer. */
const MAX_LOOKED_UP = 1000;
const MAX_TOLD = 10_000;

type Asking = Pick<Ask, "target" | "nowMilliseconds">;
type Found = { readonly entity: Entity; readonly form: Form };

/**
 * Looks up the entities that relationships lead to, as far as the form says (GS CIM 009 §4.5.23). What the reader may not see
 * is not there.
 */
async function linkedTo(
  { target: { log, view }, nowMilliseconds }: Asking,
  entities: readonly Entity[],
  form: Form,
): Promise<{ readonly links: Links; readonly found: readonly Found[] }> {
  const known = new Map(entities.map((entity) => [entity.id, entity]));
  const links: Links = { entities: known, left: MAX_TOLD };
  const found: Found[] = [];
  let level: readonly Found[] = entities.map((entity) => ({ entity, form }));
  while (level.length > 0 && found.length < MAX_LOOKED_UP) {
    const next: Found[] = [];
    for (const { id, form: behind } of level.flatMap(linksOf)) {
      if (found.length >= MAX_LOOKED_UP) break;
      if (known.has(id)) continue;
      const there = await log.entities.entity(id, view);
      const entity = there && still(there, nowMilliseconds);
      if (entity === undefined) continue;
      known.set(id, entity);
      const one = { entity, form: behind };
      found.push(one);
      next.push(one);
    }
    level = next;
  }
  return { links, found };
}

function linksOf({ entity, form }: Found): readonly { readonly id: string; readonly form: Form }[] {
  if (form.join === undefined || form.join.levels < 1) return [];
  return Object.entries(shown(entity.attributes, form)).flatMap(([name, instances]) =>
    instances
      .flatMap(({ said }) => objectsOf(said))
      .filter((id) => form.join?.around.has(id) === false)
      .map((id) => ({ id, form: formBehind(name, form) })),
  );
}

/** Entities with those that they lead to, inside of them or behind them. */
export async function withLinked(
  ask: Asking,
  entities: readonly Entity[],
  context: TermContext,
  form: Form,
): Promise<readonly object[]> {
  const told = (each: Found, links?: Links) => entityJson(each.entity, context, each.form, links);
  if (form.join === undefined) return entities.map((entity) => told({ entity, form }));
  const { links, found } = await linkedTo(ask, entities, form);
  const whole = entities.map((entity) => told({ entity, form }, links));
  if (form.join.kind === "inline") return whole;
  return [...whole, ...found.map((each) => told(each))];
}
