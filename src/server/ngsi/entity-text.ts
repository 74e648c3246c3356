import type { Entity } from "../../data/index.ts";
import type { ByteText } from "../http/json-bytes.ts";
import { byteText, ToldTexts } from "../http/told-texts.ts";
import type { TermContext } from "./contexts.ts";
import { entityJson, type Form } from "./write-entity.ts";

/** Entities as JSON. */
export type EntityTexts = {
  /** Made once for each entity that the store gives again. */
  kept(entity: Entity): ByteText;
  /** Of an entity that the store does not keep either. */
  once(entity: Entity): ByteText;
};

/**
 * The forms that say nothing but how: whole, as they are asked for most.
 *
 * @returns `undefined` in a form that leaves something out or adds something
 */
export function entityTexts(context: TermContext, form: Form): EntityTexts | undefined {
  const { style, withTimes, ...rest } = form;
  if (Object.values(rest).some((part) => part !== undefined)) return undefined;
  const how = wayOf(context, `${style} ${withTimes}`);
  const json = (entity: Entity) => entityJson(entity, context, form);
  return {
    kept: (entity) => TEXTS.of(entity, how, () => json(entity)),
    once: (entity) => TEXTS.known(entity, how) ?? byteText(json(entity)),
  };
}

const TEXTS = new ToldTexts<Entity>();
const ways = new WeakMap<TermContext, Map<string, object>>();

function wayOf(context: TermContext, name: string): object {
  const known = ways.get(context) ?? new Map<string, object>();
  ways.set(context, known);
  const way = known.get(name) ?? {};
  known.set(name, way);
  return way;
}
