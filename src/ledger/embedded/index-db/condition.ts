import { postingKey, tokenOfKey } from "./layout.ts";
import { addPosting, type Bits, intersect, noBits } from "./posting.ts";
import type { Sql } from "./sql.ts";

/** Which records of a bucket may be meant, in terms of the tokens they must have. */
export type Condition =
  | { readonly kind: "all"; readonly of: readonly Condition[] }
  | { readonly kind: "any"; readonly of: readonly Condition[] }
  | { readonly kind: "token"; readonly token: number }
  /** One token at least of `[from, to]`. */
  | { readonly kind: "range"; readonly from: number; readonly to: number };

export function all(of: readonly Condition[]): Condition {
  return { kind: "all", of: of.flatMap((each) => (each.kind === "all" ? each.of : [each])) };
}

export function any(of: readonly Condition[]): Condition {
  return { kind: "any", of };
}

export function token(number: number): Condition {
  return { kind: "token", token: number };
}

export function range([from, to]: readonly [number, number]): Condition {
  return { kind: "range", from, to };
}

/** The single tokens that a condition speaks of. */
export function tokensIn(condition: Condition): number[] {
  if (condition.kind === "token") return [condition.token];
  return condition.kind === "range" ? [] : condition.of.flatMap(tokensIn);
}

/**
 * The records of a bucket that meet a condition, or once did; `undefined` for none.
 *
 * @param tokens those in the condition
 */
export function candidates(
  sql: Sql,
  bucket: number,
  condition: Condition,
  tokens: readonly number[],
): Bits | undefined {
  const postings = new Map<number, Buffer>();
  if (tokens.length > 0) {
    const keys = JSON.stringify(tokens.map((each) => postingKey(bucket, each)));
    const rows = sql.all(
      "SELECT key, ids FROM posting WHERE key IN (SELECT value FROM json_each(?))",
      [keys],
    );
    for (const [key, ids] of rows) postings.set(tokenOfKey(Number(key)), ids as Buffer);
  }
  return judge({ sql, bucket, postings }, condition);
}

type Bucket = {
  readonly sql: Sql;
  readonly bucket: number;
  readonly postings: ReadonlyMap<number, Buffer>;
};

function judge(bucket: Bucket, condition: Condition): Bits | undefined {
  switch (condition.kind) {
    case "token":
      return bitsOf(bucket.postings.get(condition.token));
    case "range":
      return inRange(bucket, condition);
    case "any":
      return union(condition.of.map((each) => judge(bucket, each)));
    case "all":
      return intersection(bucket, condition.of);
  }
}

function bitsOf(ids: Buffer | undefined): Bits | undefined {
  if (ids === undefined) return undefined;
  const bits = noBits();
  addPosting(bits, ids);
  return bits;
}

function inRange({ sql, bucket }: Bucket, { from, to }: { from: number; to: number }) {
  const rows = sql.all("SELECT ids FROM posting WHERE key BETWEEN ? AND ?", [
    postingKey(bucket, from),
    postingKey(bucket, to),
  ]);
  if (rows.length === 0) return undefined;
  const bits = noBits();
  for (const [ids] of rows) addPosting(bits, ids as Buffer);
  return bits;
}

function union(parts: readonly (Bits | undefined)[]): Bits | undefined {
  let bits: Bits | undefined;
  for (const part of parts) {
    if (bits === undefined) bits = part;
    else if (part !== undefined)
      for (const [i, word] of part.entries()) bits[i] = (bits[i] ?? 0) | word;
  }
  return bits;
}

function intersection(bucket: Bucket, of: readonly Condition[]): Bits | undefined {
  // A token that nobody has ends it before anything is decoded.
  if (of.some((each) => each.kind === "token" && !bucket.postings.has(each.token)))
    return undefined;
  let bits: Bits | undefined;
  for (const each of of) {
    const part = judge(bucket, each);
    if (part === undefined) return undefined;
    if (bits === undefined) bits = part;
    else intersect(bits, part);
  }
  return bits;
}
