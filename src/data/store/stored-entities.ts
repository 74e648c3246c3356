import type { Sql } from "../../sql/index.ts";
import type { Entity } from "../entities/entity.ts";
import { Decoded, type StoredEntity } from "./decoded.ts";

/** Of a document that was read together with others: its own length is not known. */
const CHARACTERS_OF_ONE = 1024;

/** The current entities as they stand in a store, those that were read last decoded. */
export class StoredEntities {
  readonly #sql: Sql;
  readonly #decoded: Decoded;

  /** @param characters of documents that are kept decoded */
  constructor(sql: Sql, characters: number) {
    this.#sql = sql;
    this.#decoded = new Decoded(characters);
  }

  get(id: string): StoredEntity | undefined {
    return this.#decoded.get(id) ?? this.#one(id, true);
  }

  /** The same, of which nothing is kept: to decode one costs less than to keep many that nobody asks for again. */
  read(id: string): StoredEntity | undefined {
    return this.#decoded.get(id) ?? this.#one(id, false);
  }

  #one(id: string, isKept: boolean): StoredEntity | undefined {
    const found = this.#sql.get("SELECT row, doc FROM entity WHERE id = ?", [id]);
    if (found === undefined) return undefined;
    const doc = String(found[1]);
    const stored = { row: Number(found[0]), entity: JSON.parse(doc) as Entity };
    if (isKept) this.#decoded.set(stored, doc.length);
    return stored;
  }

  /** Those of some rows, in the order of the rows. */
  ofRows(rows: readonly number[]): readonly StoredEntity[] {
    const found: StoredEntity[] = [];
    const others: number[] = [];
    for (const row of rows) {
      const known = this.#decoded.byRow(row);
      if (known === undefined) others.push(row);
      else found.push(known);
    }
    if (others.length > 0) found.push(...this.#read("row", others));
    return found.sort((a, b) => a.row - b.row);
  }

  /** Reads those of some ids at once, so that `get` has them. @returns the ids of which there is none */
  fetch(ids: Iterable<string>): Set<string> {
    const others = new Set<string>();
    for (const id of ids) if (this.#decoded.get(id) === undefined) others.add(id);
    if (others.size === 0) return others;
    for (const { entity } of this.#read("id", [...others])) others.delete(entity.id);
    return others;
  }

  /** It is this now. */
  keep(stored: StoredEntity, characters: number): void {
    this.#decoded.set(stored, characters);
  }

  /** It is something else now. */
  forget(id: string): void {
    this.#decoded.delete(id);
  }

  /** Anything may be something else now. */
  clear(): void {
    this.#decoded.clear();
  }

  #read(by: "row" | "id", keys: readonly (string | number)[]): readonly StoredEntity[] {
    const select = `SELECT row, doc FROM entity WHERE ${by} IN (SELECT value FROM json_each(?))`;
    const found = readStored(this.#sql, select, [JSON.stringify(keys)]);
    for (const each of found) this.#decoded.set(each, CHARACTERS_OF_ONE);
    return found;
  }
}

/** What stands in rows, in order: as one text, since each row that the library hands over costs more than reading it. */
export function readStored(
  sql: Sql,
  select: string,
  args: readonly (string | number)[],
): readonly StoredEntity[] {
  const text = "'[' || group_concat('{\"row\":' || row || ',\"entity\":' || doc || '}') || ']'";
  const found = sql.get(`SELECT ${text} FROM (${select})`, args)?.[0] ?? "[]";
  return (JSON.parse(String(found)) as StoredEntity[]).sort((a, b) => a.row - b.row);
}
