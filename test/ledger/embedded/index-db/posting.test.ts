import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addPosting,
  encodeBits,
  encodePosting,
  intersect,
  noBits,
  offsetsIn,
} from "../../../../src/ledger/embedded/index-db/posting.ts";
import { PostingBuilder } from "../../../../src/ledger/embedded/index-db/posting-builder.ts";

const offset = fc.oneof(fc.nat(16_383), fc.nat(40), fc.constantFrom(0, 31, 32, 16_352, 16_383));
const offsets = fc
  .oneof(
    fc.array(offset, { maxLength: 60 }),
    fc.array(offset, { minLength: 1000, maxLength: 5000 }),
    fc.tuple(offset, fc.nat(16_384)).map(([from, length]) => runFrom(from, length)),
  )
  .map((list) => [...new Set(list)].sort((a, b) => a - b));

function runFrom(from: number, length: number): number[] {
  return Array.from({ length: Math.min(length, 16_384 - from) }, (_, i) => from + i);
}

function encode(list: readonly number[]): Buffer {
  return encodePosting(Uint16Array.from(list), 0, list.length);
}

function decode(...postings: readonly Buffer[]): number[] {
  const bits = noBits();
  for (const posting of postings) addPosting(bits, posting);
  return offsetsIn(bits, 0);
}

describe("a posting", () => {
  test("gives back the offsets it was made of, in at most 2 048 bytes", () => {
    fc.assert(
      fc.property(offsets, (list) => {
        const bytes = encode(list);
        expect(bytes.length).toBeLessThanOrEqual(2048);
        expect(decode(bytes)).toEqual(list);
      }),
    );
  });

  test("adds to another, and meets it in what both have", () => {
    fc.assert(
      fc.property(offsets, offsets, fc.nat(16_383), (a, b, from) => {
        const both = [...new Set([...a, ...b])].sort((x, y) => x - y);
        expect(decode(encode(a), encode(b))).toEqual(both);
        const [x, y] = [noBits(), noBits()];
        addPosting(x, encode(a));
        addPosting(y, encode(b));
        intersect(x, y);
        const common = a.filter((each) => b.includes(each));
        expect(offsetsIn(x, from)).toEqual(common.filter((each) => each >= from));
        expect(encodeBits(x)).toEqual(encode(common));
      }),
      { numRuns: 50 },
    );
  });

  test("takes a few bytes for a run of neighbours", () => {
    expect(encode(runFrom(0, 16_384)).length).toBe(4);
    expect(encode([7]).length).toBe(2);
  });
});

describe("a builder of postings", () => {
  test("hands out every token in order, with the records that have it, and begins anew", () => {
    const pair = fc.tuple(
      fc.nat(16_383),
      fc.oneof(
        fc.nat(50),
        fc.nat(2 ** 21),
        fc.nat(50).map((n) => n + 2 ** 32),
      ),
    );
    fc.assert(
      fc.property(
        fc.array(pair, { maxLength: 300 }),
        fc.array(pair, { maxLength: 300 }),
        (first, second) => {
          const builder = new PostingBuilder();
          for (const pairs of [first, second]) {
            const wanted = new Map<number, Set<number>>();
            for (const [at, token] of [...pairs].sort(([a], [b]) => a - b)) {
              builder.add(token, at);
              wanted.set(token, (wanted.get(token) ?? new Set()).add(at));
            }
            const got: [number, number[]][] = [];
            builder.drain((token, ids) => got.push([token, decode(ids)]));
            const sorted = [...wanted].sort(([a], [b]) => a - b);
            expect(got).toEqual(sorted.map(([token, ids]) => [token, [...ids]]));
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
