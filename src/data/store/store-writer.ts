import { Bulk, type Sql } from "../../sql/index.ts";
import type { Entity } from "../entities/entity.ts";
import { fold } from "../entities/fold.ts";
import { readStatements, type Statement } from "../entities/statement.ts";
import type { StoredEntry } from "../port.ts";
import { openToWrite, writeMeta } from "./database.ts";
import { EntityRows } from "./entity-rows.ts";
import { MeasureWriter } from "./measure-writer.ts";
import { placeOfRow, rowOf } from "./rows.ts";

/** How far the store is with what is taken in. */
export type Progress = {
  readonly end: number;
  /** Hash of the last entry, in hex. */
  readonly last: string;
};

/** Writes a store that is there, on a connection of its own. Each transaction tells of which entities something else is said. */
export class StoreWriter {
  readonly #sql: Sql;
  readonly #entities: EntityRows;
  readonly #measures: MeasureWriter;
  readonly #observations: Bulk;

  constructor(file: string) {
    const sql = openToWrite(file);
    this.#sql = sql;
    this.#entities = new EntityRows(sql);
    this.#measures = new MeasureWriter(sql);
    this.#observations = Bulk.inserting(sql, "INSERT INTO observation", 5);
  }

  /** All of them or none. */
  take(entries: readonly StoredEntry[], { end, last }: Progress): readonly string[] {
    return this.#transaction(() => {
      this.#takeAll(entries);
      writeMeta(this.#sql, "position", String(end));
      writeMeta(this.#sql, "last", last);
    });
  }

  /** Durable when it returns. */
  suspect(index: number): void {
    this.#sql.exec("PRAGMA synchronous = FULL");
    writeMeta(this.#sql, `suspect ${index}`, "");
    this.#sql.exec("PRAGMA synchronous = OFF");
  }

  /** Everything that the entry named before or names now is told again from its beginning. */
  retake({ index, body }: StoredEntry): readonly string[] {
    const range = [rowOf(index, 0), rowOf(index + 1, 0)];
    return this.#transaction(() => {
      const named = new Set<string>();
      const note = () => {
        const rows = this.#sql.all(
          "SELECT DISTINCT id FROM observation WHERE row >= ? AND row < ?",
          range,
        );
        for (const [id] of rows) named.add(String(id));
      };
      note();
      const old = "SELECT row, received, doc FROM observation WHERE row >= ? AND row < ?";
      for (const [row, received, doc] of this.#sql.all(old, range)) {
        const statement = JSON.parse(String(doc)) as Statement;
        this.#measures.remove(Number(row), Number(received), statement);
      }
      this.#sql.run("DELETE FROM observation WHERE row >= ? AND row < ?", range);
      const { observations, receivedMilliseconds } = body;
      for (const { at, statement } of readStatements(observations, receivedMilliseconds)) {
        this.#keep(rowOf(index, at), receivedMilliseconds, statement);
      }
      // They are read again.
      this.#observations.flush();
      note();
      for (const id of named) this.#retell(id);
      this.#sql.run("DELETE FROM meta WHERE name = ?", [`suspect ${index}`]);
    });
  }

  close(): void {
    this.#entities.drop();
    this.#sql.close();
  }

  #takeAll(entries: readonly StoredEntry[]): void {
    const said = entries.flatMap(({ index, body: { observations, receivedMilliseconds } }) =>
      readStatements(observations, receivedMilliseconds).map(({ at, statement }) => ({
        ...{ row: rowOf(index, at), receivedMilliseconds, statement },
      })),
    );
    this.#entities.prepare(new Set(said.map(({ statement }) => statement.id)));
    for (const { row, receivedMilliseconds, statement } of said) {
      this.#keep(row, receivedMilliseconds, statement);
      this.#tell(row, receivedMilliseconds, statement);
    }
  }

  /** @returns the ids of what it changed */
  #transaction(work: () => void): readonly string[] {
    let changed: readonly string[] = [];
    try {
      this.#sql.transaction(() => {
        work();
        this.#observations.flush();
        changed = this.#entities.flush();
        this.#measures.flush();
      });
      return changed;
    } catch (cause) {
      this.#observations.drop();
      this.#entities.drop();
      this.#measures.drop();
      throw cause;
    }
  }

  #keep(row: number, received: number, statement: Statement): void {
    const { id, timeMilliseconds } = statement;
    this.#observations.add(row, id, timeMilliseconds, received, JSON.stringify(statement));
    this.#measures.put(row, received, statement);
  }

  #tell(row: number, receivedMilliseconds: number, statement: Statement): void {
    const origin = { ...placeOfRow(row), receivedMilliseconds };
    this.#entities.change(statement.id, row, (before) => fold(before, statement, origin));
  }

  #retell(id: string): void {
    let after: { row: number; entity: Entity } | undefined;
    const all = "SELECT row, received, doc FROM observation WHERE id = ? ORDER BY row";
    for (const [row, received, doc] of this.#sql.all(all, [id])) {
      const origin = { ...placeOfRow(Number(row)), receivedMilliseconds: Number(received) };
      const entity = fold(after?.entity, JSON.parse(String(doc)) as Statement, origin);
      after = entity && { row: after?.row ?? Number(row), entity };
    }
    this.#entities.replace(id, after);
  }
}
