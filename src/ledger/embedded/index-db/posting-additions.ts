import { bucketOf, offsetOf, postingKey } from "./layout.ts";
import { addBit, encodeBits, noBits } from "./posting.ts";
import { mergePostings, type PostingEntry } from "./posting-merge.ts";
import { type Findable, visitTokens } from "./row-tokens.ts";
import type { Sql } from "./sql.ts";

const MAX_PENDING = 200_000;

/**
 * New tokens of records whose bucket is sealed. Tokens that a record lost stay with it: a posting says "perhaps", and the
 * row decides.
 */
export class PostingAdditions {
  readonly #sql: Sql;
  readonly #offsets = new Map<number, number[]>();
  #pending = 0;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  add(id: number, before: Findable, after: Findable): void {
    const had = new Set<number>();
    visitTokens(before, (token) => had.add(token));
    visitTokens(after, (token) => {
      if (!had.has(token)) this.#put(postingKey(bucketOf(id), token), offsetOf(id));
      had.add(token);
    });
    if (this.#pending > MAX_PENDING) this.flush();
  }

  flush(): void {
    const entries: PostingEntry[] = [];
    for (const [key, offsets] of this.#offsets) {
      const bits = noBits();
      for (const offset of offsets) addBit(bits, offset);
      entries.push({ key, ids: encodeBits(bits) });
    }
    entries.sort((a, b) => a.key - b.key);
    mergePostings(this.#sql, entries);
    this.#offsets.clear();
    this.#pending = 0;
  }

  #put(key: number, offset: number): void {
    const offsets = this.#offsets.get(key);
    if (offsets === undefined) this.#offsets.set(key, [offset]);
    else offsets.push(offset);
    this.#pending += 1;
  }
}
