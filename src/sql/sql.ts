import Database from "libsql";

/** What a column holds, as libsql hands it out. */
export type Cell = number | string | Buffer | null;
export type Row = readonly Cell[];
type Connection = InstanceType<typeof Database>;
type Statement = ReturnType<Connection["prepare"]>;

const MAX_STATEMENTS = 128;

/** A connection that prepares each statement once, and whose rows are arrays. */
export class Sql {
  readonly #db: Connection;
  readonly #statements = new Map<string, Statement>();

  constructor(file: string) {
    this.#db = new Database(file);
  }

  all(text: string, args: readonly unknown[] = []): Row[] {
    return this.#prepare(text).all(args) as Row[];
  }

  get(text: string, args: readonly unknown[] = []): Row | undefined {
    return this.#prepare(text).get(args) as Row | undefined;
  }

  run(text: string, args: readonly unknown[] = []): void {
    this.#prepare(text).run(args);
  }

  /** Statements without arguments. */
  exec(text: string): void {
    this.#db.exec(text);
  }

  /** Everything in `work`, or nothing. */
  transaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (cause) {
      this.#db.exec("ROLLBACK");
      throw cause;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(text: string): Statement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    const statement = this.#db.prepare(text);
    if (statement.reader) statement.raw();
    this.#statements.set(text, statement);
    return statement;
  }
}

const ROWS_AT_ONCE = 64;

/** Writes rows, or takes them away, many at a time: a call of the library costs more than the row that it is about. */
export class Bulk {
  readonly #sql: Sql;
  readonly #text: (rows: number) => string;
  readonly #full: string;
  readonly #columns: number;
  #args: unknown[] = [];

  private constructor(sql: Sql, columns: number, text: (rows: number) => string) {
    this.#sql = sql;
    this.#columns = columns;
    this.#text = text;
    this.#full = text(ROWS_AT_ONCE);
  }

  /** `insert` is the statement up to `VALUES`, `conflict` what follows the rows. */
  static inserting(sql: Sql, insert: string, columns: number, conflict = ""): Bulk {
    const row = `(${Array(columns).fill("?").join(",")})`;
    return new Bulk(
      sql,
      columns,
      (rows) => `${insert} VALUES ${Array(rows).fill(row).join(",")} ${conflict}`,
    );
  }

  /** Rows by what some columns of theirs are: a key, since each is looked up by itself. */
  static deleting(sql: Sql, table: string, columns: readonly string[]): Bulk {
    const row = `(${columns.map((name) => `${name} = ?`).join(" AND ")})`;
    return new Bulk(
      sql,
      columns.length,
      (rows) => `DELETE FROM ${table} WHERE ${Array(rows).fill(row).join(" OR ")}`,
    );
  }

  add(...row: unknown[]): void {
    this.#args.push(...row);
    if (this.#args.length < ROWS_AT_ONCE * this.#columns) return;
    this.#sql.run(this.#full, this.#args);
    this.#args = [];
  }

  /** Forgets what was not written. */
  drop(): void {
    this.#args = [];
  }

  flush(): void {
    for (let rows = ROWS_AT_ONCE / 2; rows >= 1; rows /= 2) {
      if (this.#args.length < rows * this.#columns) continue;
      this.#sql.run(this.#text(rows), this.#args.splice(0, rows * this.#columns));
    }
  }
}
