import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addBit,
  addPosting,
  compactPosting,
  countBits,
  encodeBits,
  encodeChange,
  hasLost,
  intersect,
  isEmpty,
  noBits,
  offsetsIn,
  segmentScratch,
} from "../../../../src/ledger/embedded/index-db/posting.ts";
import { TokenBuilder } from "../../../../src/ledger/embedded/index-db/token-builder.ts";
import type { TokenGroup } from "../../../../src/ledger/embedded/index-db/token-group.ts";

const offset = fc.oneof(
  fc.nat(32_767),
  fc.nat(40),
  fc.constantFrom(0, 31, 32, 4095, 4096, 32_736, 32_767),
);
const offsets = fc
  .oneof(
    fc.array(offset, { maxLength: 60 }),
    fc.array(offset, { minLength: 1000, maxLength: 5000 }),
    fc.tuple(offset, fc.nat(32_768)).map(([from, length]) => runFrom(from, length)),
  )
  .map((list) => [...new Set(list)].sort((a, b) => a - b));

function runFrom(from: number, length: number): number[] {
  return Array.from({ length: Math.min(length, 32_768 - from) }, (_, i) => from + i);
}

function encode(list: readonly number[]): Buffer {
  const bits = noBits();
  for (const each of list) addBit(bits, each);
  return encodeBits(bits);
}

function decode(...postings: readonly Buffer[]): number[] {
  const bits = noBits();
  for (const posting of postings) addPosting(bits, posting);
  return offsetsIn(bits, 0);
}

describe("a posting", () => {
  test("gives back the offsets it was made of, in at most 514 bytes for 4 096 ids", () => {
    fc.assert(
      fc.property(offsets, (list) => {
        const bytes = encode(list);
        expect(bytes.length).toBeLessThanOrEqual(8 * 514);
        expect(decode(bytes)).toEqual(list);
      }),
    );
  });

  test("adds to another, and meets it in what both have", () => {
    fc.assert(
      fc.property(offsets, offsets, fc.nat(32_767), (a, b, from) => {
        const inB = new Set(b);
        const both = [...new Set([...a, ...b])].sort((x, y) => x - y);
        expect(decode(encode(a), encode(b))).toEqual(both);
        // Segments of one chunk may stand behind each other.
        expect(decode(Buffer.concat([encode(b), encode(a)]))).toEqual(both);
        const [x, y] = [noBits(), noBits()];
        addPosting(x, encode(a));
        addPosting(y, encode(b));
        intersect(x, y);
        const common = a.filter((each) => inB.has(each));
        expect(offsetsIn(x, from)).toEqual(common.filter((each) => each >= from));
        expect([countBits(x), isEmpty(x)]).toEqual([common.length, common.length === 0]);
        expect(encodeBits(x)).toEqual(encode(common));
      }),
      { numRuns: 50 },
    );
  });

  test("that grew by many parts is put together in as much room as one of a piece", () => {
    const parts = Array.from({ length: 5000 }, (_, i) => encode([i * 6]));
    const grown = Buffer.concat(parts);
    const compact = compactPosting(grown, true);
    expect(compact.length).toBeLessThanOrEqual(8 * 514);
    expect(decode(compact)).toEqual(decode(grown));
    const small = encode([1, 7]);
    expect(compactPosting(small, true)).toBe(small);
  });

  test("leaves what was lost later, however its parts were put together before", () => {
    const change = fc.tuple(offsets, offsets).map(([lost, gained]) => ({
      lost: lost.filter((each) => !gained.includes(each)),
      gained,
    }));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.nat(5),
        fc.nat(5),
        (changes, a, b) => {
          const now = new Set<number>();
          for (const { lost, gained } of changes) {
            for (const each of lost) now.delete(each);
            for (const each of gained) now.add(each);
          }
          const parts = changes.map(({ lost, gained }) => encodeChange(lost, gained));
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const middle = compactPosting(Buffer.concat(parts.slice(from, to)), from === 0);
          const merged = [...parts.slice(0, from), middle, ...parts.slice(to)];
          const wanted = [...now].sort((x, y) => x - y);
          expect(decode(...parts)).toEqual(wanted);
          expect(decode(...merged)).toEqual(wanted);
          const whole = compactPosting(Buffer.concat(merged), true);
          expect(decode(whole)).toEqual(wanted);
          expect(hasLost(whole)).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("takes a few bytes for a run of neighbours", () => {
    expect(encode(runFrom(0, 4096)).length).toBe(6);
    expect(encode([7]).length).toBe(4);
  });
});

describe("a builder of tokens", () => {
  test("hands out every token in order, with the records that have it, and begins anew", () => {
    const token = fc.oneof(
      fc.nat(50),
      fc.nat(2 ** 21),
      fc.nat(50).map((n) => n + 2 ** 32),
      fc.maxSafeNat().map((n) => 2 ** 21 + (n % 2 ** 36)),
    );
    const groups = fc.array(
      fc.array(token, { minLength: 1, maxLength: 5 }).map((tokens) => ({ tokens })),
      { minLength: 1, maxLength: 4 },
    );
    const offset = fc.oneof(fc.nat(4095), fc.nat(40), fc.constantFrom(31, 32, 63, 4095));
    const told = fc.oneof(
      token,
      fc.nat(3).map((i) => ({ group: i })),
    );
    const pairs = fc.array(fc.tuple(offset, told), { maxLength: 300 });
    fc.assert(
      fc.property(pairs, pairs, groups, fc.nat(7), (first, second, known, chunk) => {
        const builder = new TokenBuilder();
        for (const each of [first, second]) {
          const resolved = each.map(([at, what]) => {
            const isToken = typeof what === "number";
            return [at, isToken ? what : present(known[what.group % known.length])] as const;
          });
          expectBuilt(builder, resolved, chunk);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("puts the runs of groups and of tokens together", () => {
    const [even, odd, many] = [{ tokens: [5, 9] }, { tokens: [5, 7] }, { tokens: [5] }];
    const pairs: [number, number | TokenGroup][] = [];
    for (let at = 0; at < 4096; at++) pairs.push([at, at % 2 === 0 ? even : odd]);
    for (let at = 100; at < 3000; at++) pairs.push([at, many]);
    pairs.push([17, 9], [4095, 9]);
    expectBuilt(new TokenBuilder(), pairs, 7);
  });

  test("has room for as many tokens and runs as come", () => {
    const pairs: [number, number][] = [];
    for (let at = 0; at < 4096; at++) {
      for (let i = 0; i < 25; i++) pairs.push([at, (at * 31 + i * 1009) % 40_000]);
    }
    for (let i = 0; i < 20_000; i++) pairs.push([4095, 2 ** 33 + i]);
    expectBuilt(new TokenBuilder(), pairs, 3);
  });
});

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not there");
  return value;
}

function expectBuilt(
  builder: TokenBuilder,
  pairs: readonly (readonly [offset: number, what: number | TokenGroup])[],
  chunk: number,
): void {
  const wanted = new Map<number, Set<number>>();
  for (const [at, what] of [...pairs].sort(([a], [b]) => a - b)) {
    builder.next(at);
    if (typeof what === "number") builder.token(what);
    else builder.group(what);
    for (const token of typeof what === "number" ? [what] : what.tokens) {
      wanted.set(token, (wanted.get(token) ?? new Set()).add(chunk * 4096 + at));
    }
  }
  const got: [number, number[]][] = [];
  builder.drain(chunk, (token, length) =>
    got.push([token, decode(Buffer.from(segmentScratch.subarray(0, length)))]),
  );
  const sorted = [...wanted].sort(([a], [b]) => a - b);
  expect(got).toEqual(sorted.map(([token, ids]) => [token, [...ids]]));
}
