import { BUCKET_IDS, firstIdOf, offsetOf, postingKey } from "./layout.ts";
import { PostingBuilder } from "./posting-builder.ts";
import { mergePostings, type PostingEntry } from "./posting-merge.ts";
import { type Findable, findableOf, visitTokens } from "./row-tokens.ts";
import { Bulk, type Sql } from "./sql.ts";

/** More pairs than this (documents of extraordinary length) are written in parts. */
const MAX_PAIRS = 4_000_000;

/** Writes the postings of full buckets, once: what changes later is merged in. */
export class Sealer {
  readonly #sql: Sql;
  readonly #builder = new PostingBuilder();
  readonly #postings: Bulk;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#postings = new Bulk(sql, "INSERT INTO posting", 2);
  }

  /** `recent` are rows at hand, which need not be read again: all from some id on. */
  seal(bucket: number, recent: ReadonlyMap<number, Findable>): void {
    const first = firstIdOf(bucket);
    let isWhole = true;
    for (const [id, row] of this.#rows(first, first + BUCKET_IDS, recent)) {
      const offset = offsetOf(id);
      visitTokens(row, (token) => this.#builder.add(token, offset));
      if (this.#builder.size > MAX_PAIRS) {
        this.#merge(bucket);
        isWhole = false;
      }
    }
    if (isWhole) this.#write(bucket);
    else this.#merge(bucket);
  }

  *#rows(
    first: number,
    end: number,
    recent: ReadonlyMap<number, Findable>,
  ): Generator<[number, Findable]> {
    let id = first;
    while (id < end && !recent.has(id)) id++;
    const stored = this.#sql.all("SELECT id, doc, facts FROM record WHERE id >= ? AND id < ?", [
      first,
      id,
    ]);
    for (const [at, doc, facts] of stored) {
      yield [Number(at), findableOf(String(doc), String(facts))];
    }
    for (; id < end; id++) {
      const row = recent.get(id);
      if (row !== undefined) yield [id, row];
    }
  }

  #write(bucket: number): void {
    this.#builder.drain((token, ids) => this.#postings.add(postingKey(bucket, token), ids));
    this.#postings.flush();
  }

  #merge(bucket: number): void {
    const entries: PostingEntry[] = [];
    this.#builder.drain((token, ids) => entries.push({ key: postingKey(bucket, token), ids }));
    mergePostings(this.#sql, entries);
  }
}
