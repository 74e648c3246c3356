import { isDeepStrictEqual } from "node:util";
import { Bulk, type Sql } from "../../sql/index.ts";
import { measurementsOf } from "../entities/measure.ts";
import type { RecordedMeasurement } from "../entities/measured-history.ts";
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
    for (const each of measurementsOf(statement, receivedMilliseconds)) this.#add({ ...each, row });
  }

  /** Brings what a thing's observations say from what it was to what it is told now. */
  change(before: readonly RecordedMeasurement[], now: readonly RecordedMeasurement[]): void {
    const left = new Map(now.map((each) => [keyOf(each), each]));
    for (const each of before) {
      const key = keyOf(each);
      if (isDeepStrictEqual(left.get(key), each)) left.delete(key);
      else if (!left.has(key)) this.#remove(each);
    }
    for (const each of left.values()) this.#add(each);
  }

  #add({ row, attribute, time, value, place, told }: RecordedMeasurement): void {
    const [x = null, y = null] = place ?? [];
    this.#bulk.add(this.#words.give(attribute), time, row, value, x, y, told);
  }

  #remove({ row, attribute, time }: RecordedMeasurement): void {
    const key = [this.#words.give(attribute), time, row];
    this.#sql.run("DELETE FROM measured WHERE name = ? AND time = ? AND row = ?", key);
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

function keyOf({ row, time, attribute }: RecordedMeasurement): string {
  return `${row} ${time} ${attribute}`;
}
