import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Box } from "../../../../src/core/index.ts";
import { cellRanges, visitCells } from "../../../../src/ledger/embedded/index-db/cells.ts";
import { EDGE, gramsOf, visitGrams } from "../../../../src/ledger/embedded/index-db/grams.ts";
import {
  aliasKey,
  codeKey,
  facetToken,
  firstId,
  POSTING_KEYS,
  postingKey,
} from "../../../../src/ledger/embedded/index-db/layout.ts";

const field = fc
  .array(fc.constantFrom(..."石家庄路灯abc019./-é中\u{20000}"), { maxLength: 12 })
  .map((characters) => characters.join(""));
const fields = fc.array(field, { minLength: 1, maxLength: 4 });

function documentOf(texts: readonly string[]): string {
  return EDGE + texts.map((text) => text + EDGE).join("");
}

function tokensOf(document: string): number[] {
  const tokens: number[] = [];
  visitGrams(document, (token) => tokens.push(token));
  return tokens;
}

/** Whether a document with these tokens may hold the part. */
function mayHold(tokens: readonly number[], part: string): boolean {
  const wanted = gramsOf(part);
  const inSome = wanted.ranges.some(([from, to]) =>
    tokens.some((token) => token >= from && token <= to),
  );
  return (
    wanted.tokens.every((token) => tokens.includes(token)) && (wanted.ranges.length === 0 || inSome)
  );
}

describe("the tokens of a text", () => {
  test("are found by every part of every field, with or without its edges", () => {
    fc.assert(
      fc.property(
        fields,
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        (texts, a, b, head, tail) => {
          const text = texts[a % texts.length] ?? "";
          const start = head ? 0 : a % (text.length + 1);
          const end = tail ? text.length : start + (b % (text.length - start + 1));
          const part = (head ? EDGE : "") + text.slice(start, end) + (tail ? EDGE : "");
          fc.pre(part.replaceAll(EDGE, "") !== "");
          expect(mayHold(tokensOf(documentOf(texts)), part)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("tell most texts apart that do not hold a part", () => {
    const tokens = tokensOf(documentOf(["石家庄市", "shijiazhuangshi"]));
    for (const part of [
      "家石",
      "庄庄",
      "zj",
      "jiaz ",
      `${EDGE}家`,
      `石${EDGE}`,
      "庄市s",
      "x",
      "京",
    ]) {
      expect(mayHold(tokens, part), part).toBe(false);
    }
  });

  test("are one for each position, however long the text", () => {
    expect(tokensOf(documentOf(["路灯000123"]))).toHaveLength("路灯000123".length + 1);
  });

  test("keep a whole number together with any bucket, below the keys of codes and aliases", () => {
    const lastBucket = firstId(4) / 32_768 - 1;
    const key = postingKey(lastBucket, 2 ** 36 - 1);
    expect(Number.isSafeInteger(key)).toBe(true);
    expect(key).toBeLessThan(POSTING_KEYS);
    expect(postingKey(1, 0) - postingKey(0, 2 ** 36 - 1)).toBe(1);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(codeKey(a)).toBeGreaterThanOrEqual(POSTING_KEYS);
        expect(codeKey(a)).toBeLessThan(2 ** 51);
        expect(aliasKey(a)).toBeGreaterThanOrEqual(2 ** 51);
        expect(Number.isSafeInteger(aliasKey(a))).toBe(true);
        expect(facetToken(a)).toBeGreaterThanOrEqual(2 ** 33);
        expect(facetToken(a)).toBeLessThan(2 ** 34);
        fc.pre(a !== b);
        expect(codeKey(a)).not.toBe(codeKey(b));
      }),
    );
  });

  test("tell numbered names apart by hash", () => {
    const keys = new Set<number>();
    for (let i = 0; i < 200_000; i++) keys.add(codeKey(`MA.156.1301.02/LAMP/${i}`));
    expect(keys.size).toBe(200_000);
  });
});

function cellTokens(place: Box): number[] {
  const tokens: number[] = [];
  visitCells(place, (token) => tokens.push(token));
  return tokens;
}

const WORLD = { x: 1_800_000_000, y: 900_000_000 };
const size = fc.oneof(fc.constant(0), fc.nat(1_000), fc.nat(10_000_000), fc.nat(4_000_000_000));
const box: fc.Arbitrary<Box> = fc
  .tuple(
    fc.integer({ min: -WORLD.x, max: WORLD.x }),
    fc.integer({ min: -WORLD.y, max: WORLD.y }),
    size,
    size,
  )
  .map(([x, y, w, h]) => [x, y, Math.min(x + w, WORLD.x), Math.min(y + h, WORLD.y)]);

/** A box that shares at least one point with another. */
function touching(other: Box, w: number, h: number, x: number, y: number): Box {
  const [west, south, east, north] = other;
  const at = [west + (x % (east - west + 1)), south + (y % (north - south + 1))] as const;
  return [
    Math.max(at[0] - w, -WORLD.x),
    Math.max(at[1] - h, -WORLD.y),
    Math.min(at[0] + w, WORLD.x),
    Math.min(at[1] + h, WORLD.y),
  ];
}

describe("the cells of the map", () => {
  test("are found by every box that shares a point", () => {
    fc.assert(
      fc.property(box, size, size, fc.nat(), fc.nat(), (place, w, h, x, y) => {
        const ranges = cellRanges(touching(place, w, h, x, y));
        const found = cellTokens(place).some((token) =>
          ranges.some(([from, to]) => token >= from && token <= to),
        );
        expect(found).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test("are few for any place, and few ranges for any look-up", () => {
    fc.assert(
      fc.property(box, (place) => {
        expect(cellTokens(place).length).toBeLessThanOrEqual(28);
        expect(cellRanges(place).length).toBeLessThanOrEqual(96);
      }),
    );
  });

  test("are not found from afar", () => {
    const lamp = cellTokens([1_145_000_000, 380_000_000, 1_145_000_000, 380_000_000]);
    const ranges = cellRanges([1_147_000_000, 380_000_000, 1_147_100_000, 380_100_000]);
    expect(lamp.some((token) => ranges.some(([from, to]) => token >= from && token <= to))).toBe(
      false,
    );
  });
});
