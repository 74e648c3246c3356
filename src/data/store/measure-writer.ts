import { Bulk, type Sql } from "../../sql/index.ts";
import { measurementsOf } from "../entities/measure.ts";
import type { Statement } from "../entities/statement.ts";
import { Words } from "./words.ts";

/** Writes the numbers that observations say. */
export class MeasureWriter {
  readonly #sql: Sql;
  readonly #bulk: Bulk;
  readonly #words: Words;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#words = new Words(sql);
    this.#bulk = Bulk.inserting(sql, "INSERT OR REPLACE INTO measured", 7);
  }

  put(row: number, receivedMilliseconds: number, statement: Statement): void {
    const all = measurementsOf(statement, receivedMilliseconds);
    for (const { attribute, time, value, place, told } of all) {
      const [x = null, y = null] = place ?? [];
      this.#bulk.add(this.#words.give(attribute), time, row, value, x, y, told);
    }
  }

  remove(row: number, receivedMilliseconds: number, statement: Statement): void {
    for (const { attribute, time } of measurementsOf(statement, receivedMilliseconds)) {
      const key = [this.#words.give(attribute), time, row];
      this.#sql.run("DELETE FROM measured WHERE name = ? AND time = ? AND row = ?", key);
    }
  }

  /** Writes what is left for the end of a transaction. */
  flush(): void {
    this.#bulk.flush();
  }

  /** Forgets what was left for the end of a transaction that there is none of. */
  drop(): void {
    this.#bulk.drop();
    this.#words.forget();
  }
}
