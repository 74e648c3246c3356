import { type Condition, tokensIn } from "./condition.ts";
import { postingKey, tokenOfKey } from "./layout.ts";
import { addPosting, type Bits, countBits, intersect, isEmpty, noBits, unite } from "./posting.ts";
import type { Sql } from "./sql.ts";

/** What a full bucket says of a query's tokens: read once, asked for each phase. */
export class Bucket {
  readonly #sql: Sql;
  readonly #bucket: number;
  readonly #postings: ReadonlyMap<number, Buffer>;

  constructor(sql: Sql, bucket: number, conditions: readonly Condition[]) {
    this.#sql = sql;
    this.#bucket = bucket;
    this.#postings = readPostings(sql, bucket, [...new Set(conditions.flatMap(tokensIn))]);
  }

  /** The records that meet a condition, or once did; `undefined` for none. */
  candidates(condition: Condition): Bits | undefined {
    switch (condition.kind) {
      case "token":
        return bitsOf(this.#postings.get(condition.token));
      case "ranges":
        return this.#inRanges(condition.of);
      case "any":
        return union(condition.of.map((each) => this.candidates(each)));
      case "all":
        return this.#intersection(condition.of);
    }
  }

  #inRanges(ranges: readonly (readonly [number, number])[]): Bits | undefined {
    const keys = ranges.map((range) => range.map((each) => postingKey(this.#bucket, each)));
    const rows = this.#sql.all(
      `SELECT ids FROM json_each(?) AS range CROSS JOIN posting
       WHERE posting.key BETWEEN range.value ->> 0 AND range.value ->> 1`,
      [JSON.stringify(keys)],
    );
    if (rows.length === 0) return undefined;
    const bits = noBits();
    for (const [ids] of rows) addPosting(bits, ids as Buffer);
    return bits;
  }

  #intersection(of: readonly Condition[]): Bits | undefined {
    // A token that nobody has ends it before anything is decoded.
    if (of.some((each) => each.kind === "token" && !this.#postings.has(each.token))) {
      return undefined;
    }
    let bits: Bits | undefined;
    for (const each of of) {
      const part = this.candidates(each);
      if (part === undefined) return undefined;
      if (bits === undefined) bits = part;
      else intersect(bits, part);
    }
    return bits === undefined || isEmpty(bits) ? undefined : bits;
  }
}

/** Of many parts that must all hold, so few pick nearly the same records. */
const ENOUGH_PARTS = 4;

/**
 * Leaves out of a condition what narrows it least, as one bucket shows it: the row decides anyway, and each token costs a
 * read in each bucket.
 */
export function thinOut(sql: Sql, bucket: number, condition: Condition): Condition {
  if (condition.kind === "token" || condition.kind === "ranges") return condition;
  const of = condition.of.map((each) => thinOut(sql, bucket, each));
  if (condition.kind === "any" || of.length <= ENOUGH_PARTS) return { kind: condition.kind, of };
  const view = new Bucket(sql, bucket, of);
  const sized = of.map((part) => ({ part, size: sizeOf(view.candidates(part)) }));
  sized.sort((a, b) => a.size - b.size);
  return { kind: "all", of: sized.slice(0, ENOUGH_PARTS).map(({ part }) => part) };
}

function sizeOf(bits: Bits | undefined): number {
  return bits === undefined ? 0 : countBits(bits);
}

function readPostings(sql: Sql, bucket: number, tokens: readonly number[]): Map<number, Buffer> {
  const postings = new Map<number, Buffer>();
  if (tokens.length === 0) return postings;
  const keys = JSON.stringify(tokens.map((each) => postingKey(bucket, each)));
  const rows = sql.all(
    "SELECT key, ids FROM posting WHERE key IN (SELECT value FROM json_each(?))",
    [keys],
  );
  for (const [key, ids] of rows) postings.set(tokenOfKey(Number(key)), ids as Buffer);
  return postings;
}

function bitsOf(ids: Buffer | undefined): Bits | undefined {
  if (ids === undefined) return undefined;
  const bits = noBits();
  addPosting(bits, ids);
  return bits;
}

function union(parts: readonly (Bits | undefined)[]): Bits | undefined {
  let bits: Bits | undefined;
  for (const part of parts) {
    if (bits === undefined) bits = part;
    else if (part !== undefined) unite(bits, part);
  }
  return bits;
}
