import { type Code, err, ok } from "../../core/index.ts";
import {
  type Condition,
  contentOf,
  countLasting,
  type Entity,
  type EntityQuery,
  geometryOf,
  type JsonValue,
  LOCATION,
  lasting,
  type Operand,
  placeOf,
  still,
} from "../../data/index.ts";
import { momentOf } from "../../table/index.ts";
import type { SeenDataset } from "../data/reader.ts";
import type { Collection, Feature, FeatureQuery } from "./source.ts";

/** What the collection of a dataset is called. */
export function datasetCollectionId(code: Code): string {
  return `dataset.${code.replaceAll("/", "_")}`;
}

/** The entities of a dataset, as far as its reader may see them and they have not expired. */
export function datasetCollection(
  { code, dataset, log, view, note }: SeenDataset,
  clock: () => number,
): Collection {
  const { entities } = log;
  const { title, licence } = dataset.value;
  const names = Object.values(title);
  return {
    id: datasetCollectionId(code),
    title: names[0] ?? code,
    description: [...names, code].join(" · "),
    licence,
    isPrivate: true,
    async extent() {
      await entities.caughtUp();
      return entities.extent({}, view);
    },
    async filters() {
      await entities.caughtUp();
      const types = await entities.inventory(view);
      const found = new Set(types.flatMap(({ attributes }) => [...attributes.keys()]));
      return ["type", "time", ...[...found].filter((name) => name !== LOCATION)];
    },
    async page(asked, { limit, cursor, isCounted = true }) {
      const after = cursor === undefined ? undefined : Number(cursor);
      if (after !== undefined && (!Number.isSafeInteger(after) || after < 0)) {
        return err({ code: "HTTP_CURSOR", got: String(cursor).slice(0, 64) });
      }
      const query = queryOf(asked);
      if (query === undefined) return ok({ features: [], matched: 0 });
      await entities.caughtUp();
      const found = await entities.find(query, view, {
        limit,
        ...(after !== undefined && { after }),
      });
      const now = clock();
      const left = found.entities.flatMap((each) => lasting(each, query, now) ?? []);
      const isWhole = !isCounted || (after === undefined && found.next === undefined);
      const matched = isWhole ? left.length : await countLasting(entities, query, view, now);
      note("features", left.length);
      const next = found.next === undefined ? {} : { next: String(found.next) };
      return ok({ features: left.map(featureOf), matched, ...next });
    },
    async feature(id) {
      await entities.caughtUp();
      const found = await entities.entity(id, view);
      const entity = found && still(found, clock());
      if (entity !== undefined) note("features", 1);
      return entity && featureOf(entity);
    },
  };
}

/** @returns `undefined` where nothing can be so */
function queryOf({ filters, ...query }: FeatureQuery): EntityQuery | undefined {
  if (filters.size === 0) return query;
  // No attribute is called so: a fact of that name is what the property says.
  const { type, time, ...attributes } = Object.fromEntries(filters);
  const moment = time === undefined ? undefined : momentOf(time);
  if (time !== undefined && moment === undefined) return undefined;
  const { fromMilliseconds: from = moment, toMilliseconds: to = moment } = query;
  const span = moment !== undefined && {
    fromMilliseconds: Math.max(moment, from ?? moment),
    toMilliseconds: Math.min(moment, to ?? moment),
  };
  const parts = Object.entries(attributes).map(
    ([attribute, text]): Condition => ({
      kind: "compare",
      path: { attribute, below: [], trail: [] },
      comparison: "==",
      operands: operandsOf(text),
    }),
  );
  return {
    ...{ ...query, ...span },
    ...(type !== undefined && { types: [[type]] }),
    ...(parts.length > 0 && { condition: { kind: "and", parts } }),
  };
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

/** A value in a query is text: it may mean a number or a truth as well. */
function operandsOf(text: string): readonly Operand[] {
  const values: (string | number | boolean)[] = [text];
  if (NUMBER.test(text) && Number.isFinite(Number(text))) values.push(Number(text));
  if (text === "true" || text === "false") values.push(text === "true");
  return values.map((value) => ({ kind: "value", value }));
}

/** Of an entity that the store gives again it is the same. */
const features = new WeakMap<Entity, Feature>();

function featureOf(entity: Entity): Feature {
  const known = features.get(entity);
  if (known !== undefined) return known;
  const made = madeFeature(entity);
  features.set(entity, made);
  return made;
}

function madeFeature(entity: Entity): Feature {
  const properties: Record<string, JsonValue> = {
    type: entity.types.length === 1 ? (entity.types[0] ?? "") : entity.types,
    time: new Date(entity.time).toISOString(),
  };
  for (const [name, instances] of Object.entries(entity.attributes)) {
    if (name === LOCATION) continue;
    const values = instances.flatMap(({ said }) => contentOf(said) ?? []);
    const [first] =
      instances.length === 1 ? instances.map(({ said }) => contentOf(said)) : [values];
    if (first !== undefined) properties[name] = first;
  }
  return { id: entity.id, geometry: geometryOf(placeOf(entity)), properties };
}
