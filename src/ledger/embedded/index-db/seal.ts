import { bucketOf, CHUNK_IDS, offsetOf, postingKey } from "./layout.ts";
import { PostingBuilder } from "./posting-builder.ts";
import { FINDABLE, type Findable, findableOf, visitTokens } from "./row-tokens.ts";
import { Bulk, type Sql } from "./sql.ts";

/** More pairs than this (documents of extraordinary length) are written in parts. */
const MAX_PAIRS = 2_000_000;

/** Writes the postings of full chunks, once: what changes later is merged in. */
export class Sealer {
  readonly #sql: Sql;
  readonly #builder = new PostingBuilder();
  readonly #postings: Bulk;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#postings = new Bulk(
      sql,
      "INSERT INTO posting",
      2,
      "ON CONFLICT (key) DO UPDATE SET ids = CAST(ids || excluded.ids AS BLOB)",
    );
  }

  /** `first` is the first id of the chunk; `recent` are rows at hand, which need not be read: all from some id on. */
  seal(first: number, recent: ReadonlyMap<number, Findable>): void {
    for (const [id, row] of this.#rows(first, first + CHUNK_IDS, recent)) {
      visitTokens(row, (token) => this.#builder.add(token, id - first));
      if (this.#builder.size > MAX_PAIRS) this.#write(first);
    }
    this.#write(first);
  }

  *#rows(
    first: number,
    end: number,
    recent: ReadonlyMap<number, Findable>,
  ): Generator<[number, Findable]> {
    let id = first;
    while (id < end && !recent.has(id)) id++;
    const stored = this.#sql.all(`SELECT id, ${FINDABLE} FROM record WHERE id >= ? AND id < ?`, [
      first,
      id,
    ]);
    for (const [at, ...columns] of stored) yield [Number(at), findableOf(columns)];
    for (; id < end; id++) {
      const row = recent.get(id);
      if (row !== undefined) yield [id, row];
    }
  }

  #write(first: number): void {
    const bucket = bucketOf(first);
    this.#builder.drain(Math.floor(offsetOf(first) / CHUNK_IDS), (token, segment) =>
      this.#postings.add(postingKey(bucket, token), segment),
    );
    this.#postings.flush();
  }
}
