import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Box, Code } from "../../../../src/core/index.ts";
import { cellRanges, visitCells } from "../../../../src/ledger/embedded/index-db/cells.ts";
import { documentOf } from "../../../../src/ledger/embedded/index-db/document.ts";
import { facetNames } from "../../../../src/ledger/embedded/index-db/facets.ts";
import { EDGE, GramStream, gramsOf } from "../../../../src/ledger/embedded/index-db/grams.ts";
import {
  aliasKey,
  codeKey,
  facetToken,
  firstId,
  POSTING_KEYS,
  postingKey,
} from "../../../../src/ledger/embedded/index-db/layout.ts";
import { partsOf } from "../../../../src/ledger/embedded/index-db/name-parts.ts";
import type { RecordFields } from "../../../../src/ledger/embedded/index-db/record-fields.ts";
import { tokensOf as tokensOfRecord } from "../../../../src/ledger/embedded/index-db/token-changes.ts";

const field = fc
  .array(fc.constantFrom(..."石家庄路灯abc019./-é中\u{20000}"), { maxLength: 12 })
  .map((characters) => characters.join(""));
const fields = fc.array(field, { minLength: 1, maxLength: 4 });

function documentFrom(texts: readonly string[]): string {
  return EDGE + texts.map((text) => text + EDGE).join("");
}

function tokensOf(document: string): number[] {
  const tokens: number[] = [];
  const grams = new GramStream({ token: (token) => tokens.push(token), group: () => undefined });
  grams.text(document);
  grams.end();
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
          expect(mayHold(tokensOf(documentFrom(texts)), part)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("tell most texts apart that do not hold a part", () => {
    const tokens = tokensOf(documentFrom(["石家庄市", "shijiazhuangshi"]));
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
    expect(tokensOf(documentFrom(["路灯000123"]))).toHaveLength("路灯000123".length + 1);
  });

  test("keep a whole number together with any bucket, below the keys of codes and aliases", () => {
    const lastBucket = firstId(4) / 32_768 - 1;
    const key = postingKey(lastBucket, 2 ** 38 - 1);
    expect(Number.isSafeInteger(key)).toBe(true);
    expect(key).toBeLessThan(POSTING_KEYS);
    expect(postingKey(1, 0) - postingKey(0, 2 ** 38 - 1)).toBe(1);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(codeKey(a)).toBeGreaterThanOrEqual(POSTING_KEYS);
        expect(codeKey(a)).toBeLessThan(POSTING_KEYS + 2 ** 51);
        expect(aliasKey(a)).toBeGreaterThanOrEqual(POSTING_KEYS + 2 ** 51);
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

describe("the tokens of a record", () => {
  const name = fc
    .array(fc.constantFrom("石家庄", "路灯", "lamp ", "B-", "7", "012", "2３", "é", "\u{20000}"), {
      maxLength: 6,
    })
    .map((parts) => parts.join(""));
  const codes = ["MA", "MA.156", "MA.156.1301/LAMP/0012-A", "MA.156.1301.02", "MA.156.1301/LAMP/7"];

  test("are at least those of its document, and no more than those of its fields", () => {
    const described = fc.record({ names: fc.array(name), aliases: fc.array(name) });
    fc.assert(
      fc.property(fc.constantFrom(...codes), described, (text, { names, aliases }) => {
        const [code, fields] = [text as Code, { ...NO_FIELDS, names, aliases }];
        const document = documentOf(code, fields);
        const got = tokensOfRecord({ code, fields });
        for (const token of tokensOf(document)) expect(got.has(token)).toBe(true);
        const facets = facetNames(code, fields).map(facetToken);
        const texts = spellings(code, fields).map((each) => EDGE + each + EDGE);
        const allowed = new Set([...facets, ...texts.flatMap(tokensOf)]);
        for (const token of got) expect(allowed.has(token)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("tell records of one parent apart by kind, class, status and registration", () => {
    const group = (fields: Partial<RecordFields>) =>
      tokensOfRecord({ code: "MA.156.1301/A/1" as Code, fields: { ...NO_FIELDS, ...fields } });
    const plain = group({});
    for (const fields of [
      { kind: "device" },
      { class: "LAMP" },
      { status: "retired" },
      { registration: "00" },
    ]) {
      expect([...group(fields)].filter((token) => !plain.has(token))).toHaveLength(1);
    }
  });
});

const NO_FIELDS: RecordFields = {
  generation: 1,
  kind: "thing",
  class: "",
  status: "active",
  parentGeneration: 1,
  registration: "",
  names: [],
  aliases: [],
  box: undefined,
};

/** Everything that a record is spelt by, be it the same twice. */
function spellings(code: Code, { names, aliases }: RecordFields): string[] {
  const folded = code.toLowerCase();
  const spelt = [...names, ...aliases].flatMap((each) => {
    const parts = partsOf(each);
    return (["text", "pinyin", "initials"] as const).map((key) =>
      parts.map((part) => part[key].text).join(""),
    );
  });
  return ["", folded, folded.slice(folded.search(/[^./]*$/)), ...spelt];
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
