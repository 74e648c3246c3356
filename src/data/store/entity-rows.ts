import type { Sql } from "../../sql/index.ts";
import { flatten } from "../entities/condition.ts";
import { contentOf, type Entity, LOCATION } from "../entities/entity.ts";
import { type Box, boxOf, geometryOf } from "../entities/geometry.ts";

/** Texts are looked up by so many characters of theirs. */
export const KEPT_CHARACTERS = 200;

export type StoredEntity = { readonly row: number; readonly entity: Entity };

const INSERT =
  "INSERT INTO entity (row, id, time, doc, west, south, east, north) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
const UPDATE =
  "UPDATE entity SET time = ?, doc = ?, west = ?, south = ?, east = ?, north = ? WHERE row = ?";

/** The current entities and what leads to them, written so that a change touches only what it changes. */
export class EntityRows {
  readonly #sql: Sql;
  readonly #tallies = new Map<string, number>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get(id: string): StoredEntity | undefined {
    const found = this.#sql.get("SELECT row, doc FROM entity WHERE id = ?", [id]);
    if (found === undefined) return undefined;
    return { row: Number(found[0]), entity: JSON.parse(String(found[1])) as Entity };
  }

  /** What was there before is given, so that it need not be read again. */
  put(row: number, entity: Entity, before: Entity | undefined): void {
    const place = geometryOf(entity.attributes[LOCATION]?.[0]?.said.value);
    const [west, south, east, north] = place ? boxOf(place) : [null, null, null, null];
    const said = [entity.time, JSON.stringify(entity), west, south, east, north];
    // To replace a row would write the index of ids anew.
    if (before !== undefined) this.#sql.run(UPDATE, [...said, row]);
    else this.#sql.run(INSERT, [row, entity.id, ...said]);
    this.#diff(row, before, entity);
    const [old, around] = [before && boxAround(before), boxAround(entity)];
    if (JSON.stringify(old) === JSON.stringify(around)) return;
    if (old !== undefined) this.#sql.run("DELETE FROM place WHERE row = ?", [row]);
    if (around !== undefined) {
      const [w, s, e, n] = around;
      this.#sql.run("INSERT INTO place VALUES (?, ?, ?, ?, ?)", [row, w, e, s, n]);
    }
  }

  remove({ row, entity }: StoredEntity): void {
    this.#sql.run("DELETE FROM entity WHERE row = ?", [row]);
    this.#sql.run("DELETE FROM place WHERE row = ?", [row]);
    this.#diff(row, entity, undefined);
  }

  #diff(row: number, before: Entity | undefined, after: Entity | undefined): void {
    const values = change(before && valuesOf(before), after && valuesOf(after));
    for (const [attribute, value] of values.gone) {
      const where = "attribute = ? AND value = ? AND row = ?";
      this.#sql.run(`DELETE FROM said WHERE ${where}`, [attribute, value, row]);
    }
    for (const [attribute, value] of values.come) {
      this.#sql.run("INSERT OR IGNORE INTO said VALUES (?, ?, ?)", [attribute, value, row]);
    }
    const types = change(
      before?.types.map((type) => [type] as const),
      after?.types.map((type) => [type] as const),
    );
    for (const [type] of types.gone) {
      this.#sql.run("DELETE FROM typed WHERE type = ? AND row = ?", [type, row]);
    }
    for (const [type] of types.come) {
      this.#sql.run("INSERT OR IGNORE INTO typed VALUES (?, ?)", [type, row]);
    }
    const tallies = change(before && talliesOf(before), after && talliesOf(after));
    for (const tally of tallies.gone) this.#tally(tally, -1);
    for (const tally of tallies.come) this.#tally(tally, 1);
  }

  /** Many entities of a transaction change the same few tallies: they are summed up, and written with its end. */
  #tally(tally: Tally, by: 1 | -1): void {
    const key = JSON.stringify(tally);
    this.#tallies.set(key, (this.#tallies.get(key) ?? 0) + by);
  }

  /** Writes what is left for the end of a transaction. */
  flush(): void {
    for (const [key, by] of this.#tallies) {
      if (by === 0) continue;
      const tally = JSON.parse(key) as Tally;
      this.#sql.run(
        `INSERT INTO tally VALUES (?, ?, ?, ?)
         ON CONFLICT (type, attribute, kind) DO UPDATE SET n = n + excluded.n`,
        [...tally, by],
      );
      if (by > 0) continue;
      this.#sql.run(
        "DELETE FROM tally WHERE type = ? AND attribute = ? AND kind = ? AND n = 0",
        tally,
      );
    }
    this.#tallies.clear();
  }

  /** Forgets what was left for the end of a transaction that there is none of. */
  drop(): void {
    this.#tallies.clear();
  }
}

type Value = readonly [attribute: string, value: string | number];
type Tally = readonly [type: string, attribute: string, kind: string];

function valuesOf({ attributes }: Entity): readonly Value[] {
  return Object.entries(attributes).flatMap(([name, instances]) =>
    instances.flatMap(({ said }) => {
      const value = contentOf(said);
      return (value === undefined ? [] : flatten(value)).flatMap((each): Value[] => {
        if (typeof each === "number") return [[name, each]];
        return typeof each === "string" ? [[name, keptText(each)]] : [];
      });
    }),
  );
}

export function keptText(text: string): string {
  return text.slice(0, KEPT_CHARACTERS);
}

function talliesOf({ types, attributes }: Entity): readonly Tally[] {
  const names = Object.entries(attributes);
  return [...types, ""].flatMap((type): Tally[] => [
    [type, "", ""],
    ...(type === "" ? [] : names).flatMap(([name, instances]): Tally[] => [
      [type, name, ""],
      ...[...new Set(instances.map(({ said }) => String(said.type)))].map(
        (kind): Tally => [type, name, kind],
      ),
    ]),
  ]);
}

/** What is in one list and not in the other. */
function change<T extends readonly (string | number)[]>(
  before: readonly T[] = [],
  after: readonly T[] = [],
): { readonly gone: readonly T[]; readonly come: readonly T[] } {
  const [old, now] = [keyed(before), keyed(after)];
  return {
    gone: [...old].flatMap(([key, each]) => (now.has(key) ? [] : [each])),
    come: [...now].flatMap(([key, each]) => (old.has(key) ? [] : [each])),
  };
}

function keyed<T extends readonly (string | number)[]>(all: readonly T[]): ReadonlyMap<string, T> {
  return new Map(all.map((each) => [JSON.stringify(each), each]));
}

/** Around all that is said of where an entity is: a question about places looks at each of them. */
function boxAround({ attributes }: Entity): Box | undefined {
  const boxes = (attributes[LOCATION] ?? []).flatMap(({ said }) => {
    const place = geometryOf(said.value);
    return place === undefined ? [] : [boxOf(place)];
  });
  if (boxes.length === 0) return undefined;
  return [
    Math.min(...boxes.map(([west]) => west)),
    Math.min(...boxes.map(([, south]) => south)),
    Math.max(...boxes.map(([, , east]) => east)),
    Math.max(...boxes.map(([, , , north]) => north)),
  ];
}
