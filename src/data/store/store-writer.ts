import { Bulk, type Sql } from "../../sql/index.ts";
import type { Entity } from "../entities/entity.ts";
import { fold } from "../entities/fold.ts";
import {
  isRetelling,
  measuredHistory,
  type Recorded,
  type RecordedMeasurement,
} from "../entities/measured-history.ts";
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

/** Of one thing, in the order of the log. */
const OBSERVATIONS = "SELECT row, received, doc FROM observation WHERE id = ? ORDER BY row";

/** Writes a store that is there, on a connection of its own. Each transaction tells of which entities something else is said. */
export class StoreWriter {
  readonly #sql: Sql;
  readonly #entities: EntityRows;
  readonly #measures: MeasureWriter;
  readonly #observations: Bulk;
  /** Of things whose past a transaction tells otherwise: the numbers as they were. */
  readonly #retold = new Map<string, readonly RecordedMeasurement[]>();

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
      const { observations, receivedMilliseconds } = body;
      const now = readStatements(observations, receivedMilliseconds);
      const before = this.#sql.all(
        "SELECT DISTINCT id FROM observation WHERE row >= ? AND row < ?",
        range,
      );
      const named = [...before.map(([id]) => String(id)), ...now.map((each) => each.statement.id)];
      const ids = new Set(named);
      for (const id of ids) this.#retellMeasures(id);
      this.#sql.run("DELETE FROM observation WHERE row >= ? AND row < ?", range);
      for (const { at, statement } of now) {
        this.#keep(rowOf(index, at), receivedMilliseconds, statement);
      }
      // They are read again.
      this.#observations.flush();
      for (const id of ids) this.#retell(id);
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
        for (const [id, before] of this.#retold) {
          this.#measures.change(before, this.#measuresOf(id));
        }
        this.#measures.flush();
      });
      return changed;
    } catch (cause) {
      this.#observations.drop();
      this.#entities.drop();
      this.#measures.drop();
      throw cause;
    } finally {
      this.#retold.clear();
    }
  }

  #keep(row: number, received: number, statement: Statement): void {
    const { id, timeMilliseconds } = statement;
    if (isRetelling(statement)) this.#retellMeasures(id);
    this.#observations.add(row, id, timeMilliseconds, received, JSON.stringify(statement));
    // Of what is told otherwise all of it is looked through at the end.
    if (!this.#retold.has(id)) this.#measures.put(row, received, statement);
  }

  /** Remembers what stands there of a thing, so that the end of the transaction can bring it to what is told then. */
  #retellMeasures(id: string): void {
    if (this.#retold.has(id)) return;
    this.#observations.flush();
    this.#measures.flush();
    this.#retold.set(id, this.#measuresOf(id));
  }

  #measuresOf(id: string): readonly RecordedMeasurement[] {
    const history: Recorded[] = [];
    for (const [row, received, doc] of this.#sql.all(OBSERVATIONS, [id])) {
      const statement = JSON.parse(String(doc)) as Statement;
      history.push({ row: Number(row), receivedMilliseconds: Number(received), statement });
    }
    return measuredHistory(history, rowOf);
  }

  #tell(row: number, receivedMilliseconds: number, statement: Statement): void {
    const origin = { ...placeOfRow(row), receivedMilliseconds };
    this.#entities.change(statement.id, row, (before) => fold(before, statement, origin));
  }

  #retell(id: string): void {
    let after: { row: number; entity: Entity } | undefined;
    for (const [row, received, doc] of this.#sql.all(OBSERVATIONS, [id])) {
      const origin = { ...placeOfRow(Number(row)), receivedMilliseconds: Number(received) };
      const entity = fold(after?.entity, JSON.parse(String(doc)) as Statement, origin);
      after = entity && { row: after?.row ?? Number(row), entity };
    }
    this.#entities.replace(id, after);
  }
}
