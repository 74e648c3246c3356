import { Bulk, type Sql } from "../../sql/index.ts";
import { flatten } from "../entities/condition.ts";
import { contentOf, type Entity, LOCATION, placeOf } from "../entities/entity.ts";
import { type Box, boxOf, geometryOf } from "../entities/geometry.ts";
import { cellOf } from "./cells.ts";
import type { StoredEntity } from "./decoded.ts";
import { StoredEntities } from "./stored-entities.ts";

/** Of entities that were changed last, which are mostly changed next. */
const KEPT_DECODED_CHARACTERS = 4 * 1024 * 1024;

/** Texts are looked up by so many characters of theirs. */
export const KEPT_CHARACTERS = 200;

/** What a transaction found of an entity, and what it leaves. */
type Changed = { readonly old: StoredEntity | undefined; now: StoredEntity | undefined };

/** To replace a row as a whole would write the index of ids anew. */
const OR_UPDATE = `ON CONFLICT (row) DO UPDATE SET time = excluded.time, doc = excluded.doc,
  west = excluded.west, south = excluded.south, east = excluded.east, north = excluded.north`;

/**
 * The current entities and what leads to them, written so that a change touches only what it changes. What becomes of an entity
 * within a transaction is written once, with its end: first what goes, then what comes.
 */
export class EntityRows {
  readonly #sql: Sql;
  readonly #changed = new Map<string, Changed>();
  /** Ids that a transaction asked for and that are not there. */
  readonly #absent = new Set<string>();
  readonly #stored: StoredEntities;
  readonly #entities: Bulk;
  readonly #said: Bulk;
  readonly #saidNoMore: Bulk;
  readonly #typed: Bulk;
  readonly #places: Bulk;
  readonly #spots: Bulk;
  readonly #spotsNoMore: Bulk;
  readonly #tallies: Bulk;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#stored = new StoredEntities(sql, KEPT_DECODED_CHARACTERS);
    this.#entities = Bulk.inserting(sql, "INSERT INTO entity", 8, OR_UPDATE);
    this.#said = Bulk.inserting(sql, "INSERT OR IGNORE INTO said", 3);
    this.#saidNoMore = Bulk.deleting(sql, "said", ["attribute", "value", "row"]);
    this.#typed = Bulk.inserting(sql, "INSERT OR IGNORE INTO typed", 2);
    this.#places = Bulk.inserting(sql, "INSERT INTO place", 5);
    this.#spots = Bulk.inserting(sql, "INSERT INTO spot", 4);
    this.#spotsNoMore = Bulk.deleting(sql, "spot", ["cell", "row"]);
    const add = "ON CONFLICT (type, attribute, kind) DO UPDATE SET n = n + excluded.n";
    this.#tallies = Bulk.inserting(sql, "INSERT INTO tally", 4, add);
  }

  /** Reads what a transaction is going to change, all of it at once. */
  prepare(ids: ReadonlySet<string>): void {
    if (ids.size < FEW) return;
    for (const id of this.#stored.fetch(ids)) this.#absent.add(id);
  }

  /** @param row of the observation that the entity begins with, if it was not there */
  change(id: string, row: number, to: (before: Entity | undefined) => Entity | undefined): void {
    const { old, now } = this.#changed.get(id) ?? this.#found(id);
    const entity = to(now?.entity);
    this.#changed.set(id, { old, now: entity && { row: now?.row ?? row, entity } });
  }

  /** Whatever was there before. */
  replace(id: string, now: StoredEntity | undefined): void {
    const { old } = this.#changed.get(id) ?? this.#found(id);
    this.#changed.set(id, { old, now });
  }

  #found(id: string): Changed {
    const old = this.#absent.has(id) ? undefined : this.#stored.get(id);
    return { old, now: old };
  }

  /** Writes what is left for the end of a transaction. @returns the ids of what it changed */
  flush(): readonly string[] {
    const ids: string[] = [];
    const tallies = new Tallies();
    for (const { old, now } of this.#changed.values()) {
      const isSame = old !== undefined && old.row === now?.row;
      if (old === now) continue;
      if (old !== undefined) this.#takeAway(old, isSame ? now : undefined);
      if (old !== undefined) tallies.add(old.entity, -1);
      if (now !== undefined) tallies.add(now.entity, 1);
    }
    for (const each of [this.#saidNoMore, this.#spotsNoMore]) each.flush();
    for (const [id, { old, now }] of this.#changed) {
      if (old === now) continue;
      ids.push(id);
      if (now === undefined) this.#stored.forget(id);
      else this.#bring(old?.row === now.row ? old : undefined, now);
    }
    for (const each of [this.#entities, this.#said, this.#typed]) each.flush();
    for (const each of [this.#places, this.#spots]) each.flush();
    tallies.write(this.#sql, this.#tallies);
    this.#changed.clear();
    this.#absent.clear();
    return ids;
  }

  /** Forgets what was left for the end of a transaction that there is none of. */
  drop(): void {
    for (const each of [this.#saidNoMore, this.#spotsNoMore, this.#entities]) each.drop();
    for (const each of [this.#said, this.#typed, this.#places, this.#spots]) each.drop();
    this.#changed.clear();
    this.#absent.clear();
    this.#stored.clear();
  }

  /** What leads to an entity and will not; its row as well, where it is no more. */
  #takeAway({ row, entity }: StoredEntity, now: StoredEntity | undefined): void {
    if (now === undefined) this.#sql.run("DELETE FROM entity WHERE row = ?", [row]);
    const around = boxAround(entity);
    if (around !== undefined && !isSameBox(around, now && boxAround(now.entity))) {
      const cell = cellOfPoint(around);
      if (cell === undefined) this.#sql.run("DELETE FROM place WHERE row = ?", [row]);
      else this.#spotsNoMore.add(cell, row);
    }
    for (const [attribute, value] of missing(valuesOf(entity), now && valuesOf(now.entity))) {
      this.#saidNoMore.add(attribute, value, row);
    }
    for (const type of entity.types) {
      if (now?.entity.types.includes(type)) continue;
      this.#sql.run("DELETE FROM typed WHERE type = ? AND row = ?", [type, row]);
    }
  }

  #bring(old: StoredEntity | undefined, { row, entity }: StoredEntity): void {
    const place = geometryOf(placeOf(entity));
    const [west, south, east, north] = place ? boxOf(place) : [null, null, null, null];
    const doc = JSON.stringify(entity);
    this.#stored.keep({ row, entity }, doc.length);
    this.#entities.add(row, entity.id, entity.time, doc, west, south, east, north);
    for (const [attribute, value] of missing(valuesOf(entity), old && valuesOf(old.entity))) {
      this.#said.add(attribute, value, row);
    }
    for (const type of entity.types) {
      if (!old?.entity.types.includes(type)) this.#typed.add(type, row);
    }
    const around = boxAround(entity);
    if (around === undefined || isSameBox(old && boxAround(old.entity), around)) return;
    const [w, s, e, n] = around;
    const cell = cellOfPoint(around);
    if (cell === undefined) this.#places.add(row, w, e, s, n);
    else this.#spots.add(cell, row, w, s);
  }
}

/** Fewer are read one by one as fast. */
const FEW = 4;

type Value = readonly [attribute: string, value: string | number];

/** Stands where attributes do, for when the first of an entity expires: no attribute is called so. */
export const DUE = "@due";

function valuesOf({ attributes, due }: Entity): readonly Value[] {
  const values: Value[] = due === undefined ? [] : [[DUE, due]];
  for (const name of Object.keys(attributes)) {
    for (const { said } of attributes[name] ?? []) {
      const value = contentOf(said);
      if (value === undefined) continue;
      for (const each of flatten(value)) {
        if (typeof each === "number") values.push([name, each]);
        else if (typeof each === "string") values.push([name, keptText(each)]);
      }
    }
  }
  return values;
}

export function keptText(text: string): string {
  return text.slice(0, KEPT_CHARACTERS);
}

/** What of these is not among the others. */
function missing(values: readonly Value[], others: readonly Value[] = []): readonly Value[] {
  if (others.length === 0) return values;
  const known = new Map<string, Set<string | number>>();
  for (const [name, value] of others) {
    const all = known.get(name);
    if (all === undefined) known.set(name, new Set([value]));
    else all.add(value);
  }
  return values.filter(([name, value]) => known.get(name)?.has(value) !== true);
}

type Counts = Map<string, Map<string, Map<string, number>>>;

/** Many entities of a transaction change the same few tallies: they are summed up, and written with its end. */
class Tallies {
  readonly #counts: Counts = new Map();

  add({ types, attributes }: Entity, by: 1 | -1): void {
    this.#count("", "", "", by);
    const names = Object.keys(attributes);
    for (const type of types) {
      this.#count(type, "", "", by);
      for (const name of names) {
        this.#count(type, name, "", by);
        const instances = attributes[name] ?? [];
        const kinds = instances.map(({ said }) => String(said.type));
        for (const [i, kind] of kinds.entries()) {
          if (kinds.indexOf(kind) === i) this.#count(type, name, kind, by);
        }
      }
    }
  }

  write(sql: Sql, bulk: Bulk): void {
    let isFewer = false;
    for (const [type, byName] of this.#counts) {
      for (const [name, byKind] of byName) {
        for (const [kind, by] of byKind) {
          if (by !== 0) bulk.add(type, name, kind, by);
          isFewer ||= by < 0;
        }
      }
    }
    bulk.flush();
    if (isFewer) sql.run("DELETE FROM tally WHERE n = 0");
  }

  #count(type: string, name: string, kind: string, by: 1 | -1): void {
    const byName = within(this.#counts, type, () => new Map<string, Map<string, number>>());
    const byKind = within(byName, name, () => new Map<string, number>());
    byKind.set(kind, (byKind.get(kind) ?? 0) + by);
  }
}

function within<T>(map: Map<string, T>, key: string, made: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = made();
  map.set(key, value);
  return value;
}

function isSameBox(one: Box | undefined, other: Box | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.every((edge, i) => edge === other[i]);
}

/** Around all that is said of where an entity is: a question about places looks at each of them. */
function boxAround({ attributes }: Entity): Box | undefined {
  let around: Box | undefined;
  for (const { said } of attributes[LOCATION] ?? []) {
    const place = geometryOf(said.value);
    if (place === undefined) continue;
    const box = boxOf(place);
    around = around === undefined ? box : boxAroundBoth(around, box);
  }
  return around;
}

/** Of what is at a point and nowhere else. */
function cellOfPoint([west, south, east, north]: Box): number | undefined {
  return west === east && south === north ? cellOf([west, south]) : undefined;
}

function boxAroundBoth(one: Box, other: Box): Box {
  return [
    Math.min(one[0], other[0]),
    Math.min(one[1], other[1]),
    Math.max(one[2], other[2]),
    Math.max(one[3], other[3]),
  ];
}
