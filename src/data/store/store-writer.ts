import { Bulk, type Sql } from "../../sql/index.ts";
import type { Entity } from "../entities/entity.ts";
import { fold } from "../entities/fold.ts";
import {
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

/** Before which all rows are. */
const NO_ROW = Number.MAX_SAFE_INTEGER;

const OBSERVATIONS = "SELECT row, received, doc FROM observation WHERE id = ?";

/** What a transaction tells otherwise of one thing: nothing from before `from`, and nothing that stands before `until`. */
type Retold = {
  readonly from: number;
  readonly until: number;
  /** The numbers that stand there. */
  readonly before: readonly RecordedMeasurement[];
};

/** From which row on a statement tells otherwise what was said; `undefined` where it does not. */
function retoldFrom(row: number, { kind, amends }: Statement): number | undefined {
  if (kind === "forget") return 0;
  if (kind !== "amend" || amends === undefined) return undefined;
  // A thing may have a long past, and it is mostly the newest of it that is amended.
  const from = rowOf(amends.entry, amends.at);
  return from < row ? from : undefined;
}

/** Writes a store that is there, on a connection of its own. Each transaction tells of which entities something else is said. */
export class StoreWriter {
  readonly #sql: Sql;
  readonly #entities: EntityRows;
  readonly #measures: MeasureWriter;
  readonly #observations: Bulk;
  /** Things whose past a transaction tells otherwise. */
  readonly #retold = new Map<string, Retold>();

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
      for (const id of ids) this.#retellMeasures(id, 0, NO_ROW);
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
        for (const [id, { from, before }] of this.#retold) {
          this.#measures.change(before, this.#measuresOf(id, from, NO_ROW));
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
    const from = retoldFrom(row, statement);
    if (from !== undefined) this.#retellMeasures(id, from, row);
    this.#observations.add(row, id, timeMilliseconds, received, JSON.stringify(statement));
    // Of what is told otherwise all of it is looked through at the end.
    if (!this.#retold.has(id)) this.#measures.put(row, received, statement);
  }

  /**
   * Remembers what stands there of a thing from a row on, so that the end of the transaction can bring it to what is told then.
   *
   * @param until before which row nothing was told otherwise in this transaction
   */
  #retellMeasures(id: string, from: number, until: number): void {
    const known = this.#retold.get(id);
    if (known !== undefined && known.from <= from) return;
    this.#observations.flush();
    this.#measures.flush();
    const begun = known?.until ?? until;
    const more = this.#measuresOf(id, from, begun);
    const earlier = more.filter(({ row }) => known === undefined || row < known.from);
    const before = [...earlier, ...(known?.before ?? [])];
    this.#retold.set(id, { from, until: begun, before });
  }

  /** What the observations from one row on say, as it is told before another one. */
  #measuresOf(id: string, from: number, until: number): readonly RecordedMeasurement[] {
    const history: Recorded[] = [];
    const some = `${OBSERVATIONS} AND row >= ? AND row < ? ORDER BY row`;
    for (const [row, received, doc] of this.#sql.all(some, [id, from, until])) {
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
    for (const [row, received, doc] of this.#sql.all(`${OBSERVATIONS} ORDER BY row`, [id])) {
      const origin = { ...placeOfRow(Number(row)), receivedMilliseconds: Number(received) };
      const entity = fold(after?.entity, JSON.parse(String(doc)) as Statement, origin);
      after = entity && { row: after?.row ?? Number(row), entity };
    }
    this.#entities.replace(id, after);
  }
}
