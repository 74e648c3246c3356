import { type Condition, tokensIn } from "./condition.ts";
import { postingKey } from "./layout.ts";
import {
  addPosting,
  type Bits,
  countBits,
  hasLost,
  intersect,
  isEmpty,
  noBits,
  unite,
} from "./posting.ts";
import type { Entry, KeyRange, Runs } from "./runs/runs.ts";

/** What a bucket says of a query's tokens: read once, asked for each phase. */
export class Bucket {
  readonly #runs: Runs;
  readonly #bucket: number;
  /** By token; several for one token where several runs know it. */
  readonly #postings: ReadonlyMap<number, readonly Buffer[]>;

  constructor(runs: Runs, bucket: number, conditions: readonly Condition[]) {
    this.#runs = runs;
    this.#bucket = bucket;
    this.#postings = readPostings(runs, bucket, [...new Set(conditions.flatMap(tokensIn))]);
  }

  /** The records that meet a condition; `undefined` for none. */
  candidates(condition: Condition): Bits | undefined {
    switch (condition.kind) {
      case "token":
        return bitsOf(this.#postings.get(condition.token) ?? []);
      case "ranges":
        return this.#inRanges(condition.of);
      case "any":
        return union(condition.of.map((each) => this.candidates(each)));
      case "all":
        return this.#intersection(condition.of);
    }
  }

  #inRanges(ranges: readonly KeyRange[]): Bits | undefined {
    const entries = this.#runs.find(
      ranges.map(([from, to]) => [postingKey(this.#bucket, from), postingKey(this.#bucket, to)]),
    );
    return entries.length === 0 ? undefined : unionOf(byKey(entries).values());
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
export function thinOut(runs: Runs, bucket: number, condition: Condition): Condition {
  if (condition.kind === "token" || condition.kind === "ranges") return condition;
  const of = condition.of.map((each) => thinOut(runs, bucket, each));
  if (condition.kind === "any" || of.length <= ENOUGH_PARTS) return { kind: condition.kind, of };
  const view = new Bucket(runs, bucket, of);
  const sized = of.map((part) => ({ part, size: sizeOf(view.candidates(part)) }));
  sized.sort((a, b) => a.size - b.size);
  return { kind: "all", of: sized.slice(0, ENOUGH_PARTS).map(({ part }) => part) };
}

function sizeOf(bits: Bits | undefined): number {
  return bits === undefined ? 0 : countBits(bits);
}

function readPostings(
  runs: Runs,
  bucket: number,
  tokens: readonly number[],
): Map<number, Buffer[]> {
  const keys = tokens.map((each) => postingKey(bucket, each));
  const found = byKey(runs.find(keys.map((each) => [each, each])));
  return new Map([...found].map(([key, values]) => [key - postingKey(bucket, 0), values]));
}

/** In the order of the runs: later ones say what was lost. */
function byKey(entries: readonly Entry[]): Map<number, Buffer[]> {
  const values = new Map<number, Buffer[]>();
  for (const { key, value } of entries) {
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return values;
}

/** The records that one of several tokens leads to. */
function unionOf(tokens: Iterable<readonly Buffer[]>): Bits {
  const bits = noBits();
  for (const postings of tokens) {
    // What one token lost, another may have.
    const part = postings.some(hasLost) ? noBits() : bits;
    for (const posting of postings) addPosting(part, posting);
    if (part !== bits) unite(bits, part);
  }
  return bits;
}

function bitsOf(postings: readonly Buffer[]): Bits | undefined {
  if (postings.length === 0) return undefined;
  const bits = noBits();
  for (const posting of postings) addPosting(bits, posting);
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
