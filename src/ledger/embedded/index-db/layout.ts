import { type Code, codeShape, InvariantError } from "../../../core/index.ts";
import { hash31, hash50 } from "./text-hash.ts";

// How the index numbers things. Every record has an id: its rank, then its position among those of the rank in the order
// of first registration. So the order of ids is the order of results: divisions before departments before classes before
// things. A bucket is a run of 32 768 ids; what is found by a token is kept bucket by bucket, so that a query walks the
// buckets in order and stops when its page is full. Within a bucket ids are told by chunk, 4 096 of them each.

const BUCKET_BITS = 15;
/** Ids in a bucket. */
export const BUCKET_IDS: number = 2 ** BUCKET_BITS;
/** Ids in a chunk. */
export const CHUNK_IDS: number = 4096;

/** 134 million records of each rank. */
const RANK_IDS = 2 ** 27;

/** The root, countries and divisions; departments; classes; things. */
export const RANKS: readonly number[] = [0, 1, 2, 3];

export function rankOf(code: Code): number {
  const shape = codeShape(code);
  if (shape === "item") return 3;
  if (shape === "class") return 2;
  return shape === "department" ? 1 : 0;
}

/** The first id of a rank; of one beyond the last rank, the end of all ids. */
export function firstId(rank: number): number {
  return rank * RANK_IDS;
}

export function idAt(rank: number, position: number): number {
  if (position >= RANK_IDS) throw new InvariantError(`rank ${rank} is full`);
  return firstId(rank) + position;
}

export function rankOfId(id: number): number {
  return Math.floor(id / RANK_IDS);
}

export function bucketOf(id: number): number {
  return id >>> BUCKET_BITS;
}

export function firstIdOf(bucket: number): number {
  return bucket * BUCKET_IDS;
}

/** Position within the bucket. */
export function offsetOf(id: number): number {
  return id & (BUCKET_IDS - 1);
}

// A token is a number below 2^38, and a bucket one below 2^14. Tokens are of four families:
//
//   0 …              three ASCII characters of a text
//   2^32 …           two characters of which at least one is not ASCII
//   2^33 …           a facet: kind, class, parent, and the like, by hash
//   2^34 …           a cell of the map
const TOKENS = 2 ** 38;

/** Two neighbouring UTF-16 units. */
export function pairToken(first: number, second: number): number {
  return 2 ** 32 + first * 65536 + second;
}

/** Three neighbouring ASCII characters; the third is 0 where the text does not go on in ASCII. */
export function tripleToken(first: number, second: number, third: number): number {
  return (first << 14) | (second << 7) | third;
}

/** Triples are below this. */
export const TRIPLES: number = 2 ** 21;

/** Two facets may share a token: whatever a token finds is judged by the record. */
export function facetToken(facet: string): number {
  return 2 ** 33 + hash31(facet);
}

export const CELL_TOKENS: number = 2 ** 34;

// Keys under which runs keep what leads to records:
//
//   0 …              bucket, token: the ids of the bucket that have it
//   2^52 …           a code, by hash: ids
//   2^52 + 2^51 …    a value of aliases, by hash: where the frames of these aliases begin

/** Keys of tokens are below this. */
export const POSTING_KEYS: number = 2 ** 52;

/** Bucket first, so that a bucket lies together. */
export function postingKey(bucket: number, token: number): number {
  return bucket * TOKENS + token;
}

export function codeKey(code: string): number {
  return POSTING_KEYS + hash50(code);
}

export function aliasKey(value: string): number {
  return POSTING_KEYS + 2 ** 51 + hash50(value);
}
