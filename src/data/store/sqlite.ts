import { hex, InvariantError } from "../../core/index.ts";
import { turn } from "../../log/index.ts";
import type { Sql } from "../../sql/index.ts";
import type { Entity } from "../entities/entity.ts";
import type { Measure, MeasureGrouping, MeasureQuery } from "../entities/measure.ts";
import { type EntityQuery, isAskedFor } from "../entities/query.ts";
import type { Statement } from "../entities/statement.ts";
import { type EntityView, isLimited, seen } from "../entities/view.ts";
import type {
  EntityPage,
  EntityStore,
  Extent,
  HistoryQuery,
  Inventory,
  Observed,
  PageOf,
  StoredEntry,
  StoreLog,
} from "../port.ts";
import { closeDatabase, openDatabase, readMeta } from "./database.ts";
import type { StoredEntity } from "./decoded.ts";
import { ExtentSum } from "./extent.ts";
import { InventoryCollector } from "./inventory.ts";
import { Measures } from "./measures.ts";
import { observedIn } from "./observed.ts";
import { type Plan, planOf } from "./plan.ts";
import { readStored, StoredEntities } from "./stored-entities.ts";
import { type WriterOfStore, writerOfStore } from "./writer-thread.ts";

/** Of entities that were asked for last. */
const KEPT_DECODED_CHARACTERS = 8 * 1024 * 1024;
/** Rows that are looked at before others have their turn. */
const TURN_ROWS = 256;

/**
 * The default driver: SQLite with an R*Tree, one file for each dataset. What is taken in is written in a thread of its own; who
 * asks reads, on another connection, what the last transaction left.
 */
export function openSqliteStore(file: string, log: StoreLog, anew = false): EntityStore {
  const isOf = (position: number, hash: string): boolean => {
    if (anew) return false;
    if (position === 0) return true;
    const last = log.hashOf(position - 1);
    return last !== undefined && hex(last) === hash;
  };
  return new SqliteStore(openDatabase(file, log.origin, isOf), log, writerOfStore(file));
}

class SqliteStore implements EntityStore {
  readonly #sql: Sql;
  readonly #log: StoreLog;
  readonly #writer: WriterOfStore;
  readonly #entities: StoredEntities;
  readonly #measures: Measures;
  #onChange: (id: string) => void = () => {};
  #position: number;

  constructor(sql: Sql, log: StoreLog, writer: WriterOfStore) {
    this.#sql = sql;
    this.#log = log;
    this.#writer = writer;
    this.#entities = new StoredEntities(sql, KEPT_DECODED_CHARACTERS);
    this.#measures = new Measures(sql);
    this.#position = Number(readMeta(sql, "position"));
  }

  get position(): number {
    return this.#position;
  }

  onChange(listener: (id: string) => void): void {
    this.#onChange = listener;
  }

  async take(entries: readonly StoredEntry[]): Promise<void> {
    const end = this.#position + entries.length;
    const last = this.#log.hashOf(end - 1);
    const changed = await this.#writer.take(entries, { end, last: last ? hex(last) : "" });
    this.#position = end;
    this.#changed(changed);
  }

  suspect(index: number): Promise<void> {
    return this.#writer.suspect(index);
  }

  async suspected(): Promise<readonly number[]> {
    const rows = this.#sql.all("SELECT name FROM meta WHERE name LIKE 'suspect %'");
    return rows.map(([name]) => Number(String(name).slice("suspect ".length)));
  }

  async retake(entry: StoredEntry): Promise<void> {
    if (entry.index >= this.#position) {
      throw new InvariantError(`entry ${entry.index} was not taken in`);
    }
    this.#changed(await this.#writer.retake(entry));
  }

  #changed(ids: readonly string[]): void {
    for (const id of ids) {
      this.#entities.forget(id);
      this.#onChange(id);
    }
  }

  async entity(id: string, view: EntityView): Promise<Entity | undefined> {
    return this.#seen(id, view);
  }

  read(id: string): Entity | undefined {
    return this.#entities.read(id)?.entity;
  }

  async stateOf(id: string): Promise<{ entity: Entity | undefined; position: number }> {
    // In one question, so that both are of the same transaction.
    const text = `SELECT m.value, e.doc FROM meta m LEFT JOIN entity e ON e.id = ? WHERE m.name = 'position'`;
    const [position, doc] = this.#sql.get(text, [id]) ?? [];
    const isThere = doc !== null && doc !== undefined;
    const entity = isThere ? (JSON.parse(String(doc)) as Entity) : undefined;
    return { entity, position: Number(position) };
  }

  #seen(id: string, view: EntityView): Entity | undefined {
    const found = this.#entities.get(id);
    return found && seen(found.entity, view);
  }

  async find(query: EntityQuery, view: EntityView, page: PageOf): Promise<EntityPage> {
    const { limit, after, offset = 0 } = page;
    const rows: { row: number; entity: Entity }[] = [];
    let skipped = 0;
    for await (const some of this.#asked(query, view, after, offset + limit + 1)) {
      for (const each of some) {
        if (skipped < offset) skipped += 1;
        else rows.push(each);
        if (rows.length > limit) break;
      }
      if (rows.length > limit) break;
    }
    const entities = rows.slice(0, limit).map(({ entity }) => entity);
    const next = rows.length > limit ? rows[limit - 1]?.row : undefined;
    return { entities, ...(next !== undefined && { next }) };
  }

  async count(query: EntityQuery, view: EntityView): Promise<number> {
    const { where, args, isExact } = planOf(query, view);
    if (isExact) {
      if (where === "1") return this.#tallied("");
      return Number(this.#sql.get(`SELECT COUNT(*) FROM entity e WHERE ${where}`, args)?.[0]);
    }
    let count = 0;
    for await (const some of this.#asked(query, view)) for (const _ of some) count += 1;
    return count;
  }

  async inventory(view: EntityView): Promise<Inventory> {
    if (!isLimited(view)) return this.#inventory();
    const collector = new InventoryCollector();
    for await (const some of this.#asked({}, view)) {
      for (const { entity } of some) collector.add(entity);
    }
    return collector.inventory;
  }

  async extent(query: EntityQuery, view: EntityView): Promise<Extent> {
    const { where, args, isExact } = planOf(query, view);
    if (isExact) {
      const row = this.#sql.get(
        `SELECT COUNT(*), MIN(time), MAX(time), MIN(west), MIN(south), MAX(east), MAX(north)
         FROM entity e WHERE ${where}`,
        args,
      );
      const [entities, from, to, west, south, east, north] = (row ?? []).map(Number);
      const isPlaced = row?.[3] !== null;
      return {
        entities: entities ?? 0,
        ...(isPlaced && { bbox: [west ?? 0, south ?? 0, east ?? 0, north ?? 0] as const }),
        ...(entities && { fromMilliseconds: from ?? 0, toMilliseconds: to ?? 0 }),
      };
    }
    const sum = new ExtentSum();
    for await (const some of this.#asked(query, view)) {
      for (const { entity } of some) sum.add(entity);
    }
    return sum.extent;
  }

  measure(
    query: MeasureQuery,
    view: EntityView,
    grouping: MeasureGrouping,
  ): AsyncGenerator<Measure> {
    return this.#measures.read(query, view, grouping);
  }

  async *history(query: HistoryQuery, view: EntityView): AsyncGenerator<Observed> {
    const { ids, types, fromMilliseconds, toMilliseconds } = query;
    const { MIN_SAFE_INTEGER: least, MAX_SAFE_INTEGER: most } = Number;
    const named = ids === undefined ? "" : "AND id IN (SELECT value FROM json_each(?))";
    const args = [
      ...[fromMilliseconds ?? least, toMilliseconds ?? most],
      ...(ids === undefined ? [] : [JSON.stringify(ids)]),
    ];
    let after = -1;
    for (;;) {
      const rows = this.#sql.all(
        `SELECT row, received, doc FROM observation
         WHERE row > ? AND time >= ? AND time < ? ${named} ORDER BY row LIMIT ${TURN_ROWS}`,
        [after, ...args],
      );
      for (const [row, received, doc] of rows) {
        after = Number(row);
        const statement = JSON.parse(String(doc)) as Statement;
        if (types !== undefined && !types.some((type) => statement.types.includes(type))) continue;
        const entity = view.area && this.#entities.get(statement.id)?.entity;
        const observed = observedIn(after, Number(received), statement, view, entity);
        if (observed !== undefined) yield observed;
      }
      if (rows.length < TURN_ROWS) return;
      await turn();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#entities.clear();
    await this.#writer.close();
    closeDatabase(this.#sql);
  }

  /** In the order of their rows, many at once: to wait for each would cost more than to look at it. `most` is how many are wanted at most. */
  async *#asked(
    query: EntityQuery,
    view: EntityView,
    after = -1,
    most: number = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<Iterable<StoredEntity>> {
    const plan = planOf(query, view);
    const lookUp = (id: string) => this.#seen(id, view);
    const isAsked = (entity: Entity) => isAskedFor(entity, query, lookUp);
    const all = plan.isNarrow ? this.#few(plan, after) : this.#many(plan, after, most);
    for await (const some of all) yield seenOf(some, view, isAsked);
  }

  /** All rows at once, then what they hold piece by piece: the index that leads to them knows no order. */
  async *#few({ narrow }: Plan, after: number): AsyncGenerator<readonly StoredEntity[]> {
    const { text, args } = narrow;
    const found = this.#sql.get(`SELECT json_group_array(row) FROM (${text})`, args);
    const rows = (JSON.parse(String(found?.[0])) as number[])
      .filter((row) => row > after)
      .sort((a, b) => a - b);
    for (let i = 0; i < rows.length; i += TURN_ROWS) {
      yield this.#entities.ofRows(rows.slice(i, i + TURN_ROWS));
      if (i + TURN_ROWS < rows.length) await turn();
    }
  }

  async *#many(
    { where, args }: Plan,
    after: number,
    most: number,
  ): AsyncGenerator<readonly StoredEntity[]> {
    const limit = Math.min(TURN_ROWS, most);
    let last = after;
    for (;;) {
      const found = readStored(
        this.#sql,
        `SELECT e.row, e.doc FROM entity e WHERE e.row > ? AND (${where}) ORDER BY e.row LIMIT ${limit}`,
        [last, ...args],
      );
      yield found;
      last = found.at(-1)?.row ?? last;
      if (found.length < limit) return;
      await turn();
    }
  }

  #tallied(type: string): number {
    const text = "SELECT n FROM tally WHERE type = ? AND attribute = '' AND kind = ''";
    return Number(this.#sql.get(text, [type])?.[0] ?? 0);
  }

  #inventory(): Inventory {
    type Found = { entities: number; attributes: Map<string, { count: number; types: string[] }> };
    const found = new Map<string, Found>();
    const rows = this.#sql.all(
      "SELECT type, attribute, kind, n FROM tally WHERE type != '' ORDER BY type, attribute, kind",
    );
    for (const [type, attribute, kind, n] of rows) {
      const of = found.get(String(type)) ?? { entities: 0, attributes: new Map() };
      found.set(String(type), of);
      const one = of.attributes.get(String(attribute));
      if (attribute === "") of.entities = Number(n);
      else if (kind === "") of.attributes.set(String(attribute), { count: Number(n), types: [] });
      else one?.types.push(String(kind));
    }
    return [...found]
      .map(([type, { entities, attributes }]) => ({ type, entities, attributes }))
      .sort((a, b) => (a.type < b.type ? -1 : 1));
  }
}

/** What a reader sees of these and asked for: each looked at when it is wanted. */
function* seenOf(
  some: readonly StoredEntity[],
  view: EntityView,
  isAsked: (entity: Entity) => boolean,
): Generator<StoredEntity> {
  for (const { row, entity: stored } of some) {
    const entity = seen(stored, view);
    if (entity !== undefined && isAsked(entity)) yield { row, entity };
  }
}
