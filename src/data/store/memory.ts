import type { Entity } from "../entities/entity.ts";
import { fold } from "../entities/fold.ts";
import { isMeasured, type Measure, measureBounds } from "../entities/measure.ts";
import { measuredHistory, type Recorded } from "../entities/measured-history.ts";
import { type EntityQuery, isAskedFor } from "../entities/query.ts";
import { readStatements, type Statement } from "../entities/statement.ts";
import { type EntityView, seen } from "../entities/view.ts";
import type {
  EntityStore,
  Extent,
  HistoryQuery,
  Inventory,
  Observed,
  PageOf,
  StoredEntry,
} from "../port.ts";
import { ExtentSum } from "./extent.ts";
import { collectInventory } from "./inventory.ts";
import { observedIn } from "./observed.ts";
import { placeOfRow, rowOf } from "./rows.ts";

type Row = { readonly row: number; readonly entity: Entity };

/** The contract word for word, all of it in memory: for tests, and to compare others with. */
export function memoryEntityStore(): EntityStore {
  const entries = new Map<number, StoredEntry>();
  const suspects = new Set<number>();
  let listener: (id: string) => void = () => {};
  const tell = ({ body }: StoredEntry): void => {
    const all = readStatements(body.observations, body.receivedMilliseconds);
    for (const { statement } of all) listener(statement.id);
  };

  const statements = (): { row: number; received: number; statement: Statement }[] =>
    [...entries.values()]
      .sort((a, b) => a.index - b.index)
      .flatMap(({ index, body: { observations, receivedMilliseconds: received } }) =>
        readStatements(observations, received).map(({ at, statement }) => ({
          ...{ row: rowOf(index, at), received, statement },
        })),
      );

  const all = (view: EntityView): Row[] => {
    const rows = new Map<string, Row>();
    for (const { row, received, statement } of statements()) {
      const before = rows.get(statement.id);
      const origin = { ...placeOfRow(row), receivedMilliseconds: received };
      const entity = fold(before?.entity, statement, origin);
      if (entity === undefined) rows.delete(statement.id);
      else rows.set(statement.id, { row: before?.row ?? row, entity });
    }
    return [...rows.values()]
      .flatMap(({ row, entity }) => {
        const shown = seen(entity, view);
        return shown ? [{ row, entity: shown }] : [];
      })
      .sort((a, b) => a.row - b.row);
  };

  const asked = (query: EntityQuery, view: EntityView) => {
    const shown = all(view);
    const lookUp = (id: string) => shown.find(({ entity }) => entity.id === id)?.entity;
    return shown.filter(({ entity }) => isAskedFor(entity, query, lookUp));
  };

  return {
    get position() {
      return entries.size;
    },
    onChange(told) {
      listener = told;
    },
    async take(more) {
      for (const entry of more) {
        tell(entry);
        entries.set(entry.index, entry);
      }
    },
    async suspect(index) {
      suspects.add(index);
    },
    suspected: async () => [...suspects],
    async retake(entry) {
      const before = entries.get(entry.index);
      if (before !== undefined) tell(before);
      tell(entry);
      entries.set(entry.index, entry);
      suspects.delete(entry.index);
    },
    read: (id) => all({}).find(({ entity }) => entity.id === id)?.entity,
    stateOf: async (id) => ({
      entity: all({}).find(({ entity }) => entity.id === id)?.entity,
      position: entries.size,
    }),
    entity: async (id, view) => all(view).find(({ entity }) => entity.id === id)?.entity,
    async find(query, view, { limit, after = -1, offset = 0 }: PageOf) {
      const rows = asked(query, view).filter(({ row }) => row > after);
      const page = rows.slice(offset, offset + limit);
      const next = rows.length > offset + limit ? page.at(-1)?.row : undefined;
      return { entities: page.map(({ entity }) => entity), ...(next !== undefined && { next }) };
    },
    count: async (query, view) => asked(query, view).length,
    inventory: async (view): Promise<Inventory> =>
      collectInventory(all(view).map(({ entity }) => entity)),
    async extent(query, view): Promise<Extent> {
      const sum = new ExtentSum();
      for (const { entity } of asked(query, view)) sum.add(entity);
      return sum.extent;
    },
    async *measure(query, view, grouping): AsyncGenerator<Measure> {
      const bounds = measureBounds(query, view);
      if (bounds === undefined) return;
      const histories = new Map<string, Recorded[]>();
      for (const { row, received: receivedMilliseconds, statement } of statements()) {
        const history = histories.get(statement.id) ?? [];
        history.push({ row, receivedMilliseconds, statement });
        histories.set(statement.id, history);
      }
      for (const [id, history] of histories) {
        for (const each of measuredHistory(history, rowOf)) {
          if (each.attribute !== query.attribute || !isMeasured(each, bounds, view)) continue;
          const { time, place, value } = each;
          const one = { count: 1, sum: value, min: value, max: value };
          if (grouping.by === "time") yield { ...one, from: grouping.stretchOf(time)[0] };
          else if (grouping.by === "thing") yield { ...one, id };
          else yield { ...one, ...(place && bounds.isPlaced && { place }) };
        }
      }
    },
    async *history(query: HistoryQuery, view): AsyncGenerator<Observed> {
      const shown = new Map(all({}).map(({ entity }) => [entity.id, entity]));
      for (const { row, received, statement } of statements()) {
        const observed = observedIn(row, received, statement, view, shown.get(statement.id));
        if (observed !== undefined && isInHistory(observed, query)) yield observed;
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

function isInHistory(observed: Observed, query: HistoryQuery): boolean {
  const { ids, types, fromMilliseconds, toMilliseconds } = query;
  const { id, timeMilliseconds: time } = observed;
  return (
    (ids === undefined || ids.includes(id)) &&
    (types === undefined || types.some((type) => observed.types.includes(type))) &&
    (fromMilliseconds === undefined || time >= fromMilliseconds) &&
    (toMilliseconds === undefined || time < toMilliseconds)
  );
}
