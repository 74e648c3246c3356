import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Geometry, Position } from "../../../src/core/index.ts";
import { type MapContent, mapFigure } from "../../../src/server/pages/map.ts";
import {
  directionOf,
  distanceWords,
  metresBetween,
  roundDown,
} from "../../../src/server/pages/scale.ts";

const position: fc.Arbitrary<Position> = fc.tuple(
  fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
  fc.integer({ min: -900_000_000, max: 900_000_000 }),
);
const near = ([x, y]: Position): fc.Arbitrary<Position> =>
  fc
    .tuple(fc.integer({ min: -50_000, max: 50_000 }), fc.integer({ min: -50_000, max: 50_000 }))
    .map(([east, north]) => [x + east, y + north] as const);
const shape: fc.Arbitrary<Geometry> = fc.oneof(
  position.map((point) => ({ point })),
  position.chain((point) =>
    fc.array(near(point), { minLength: 2, maxLength: 64 }).map((line) => ({ line })),
  ),
  position.chain((point) =>
    fc.array(near(point), { minLength: 4, maxLength: 16 }).map((ring) => ({ polygon: [ring] })),
  ),
  position.map(([x, y]) => ({ cell: [x, y, x + 100_000, y + 100_000] as const })),
  fc.array(position, { minLength: 2, maxLength: 5 }).map((line) => ({ line })),
);
const anchor = fc.option(
  fc.record({
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    name: fc.string({ maxLength: 20 }),
  }),
  { nil: undefined },
);

describe("the small map", () => {
  test("draws every shape inside its frame, wherever on earth, in little", () => {
    fc.assert(
      fc.property(shape, anchor, (drawn, beside) => {
        const content = { shape: drawn, alternative: "x", ...(beside && { anchor: beside }) };
        const { markup } = mapFigure(content, "zh");
        expect(markup).not.toMatch(/NaN|Infinity|undefined|<script/);
        expect(markup.length).toBeLessThan(6000);
        for (const [, x, y] of markup.matchAll(
          /<(?:circle class="ink" cx|rect class="ink" x)="([^"]+)" c?y="([^"]+)"/g,
        )) {
          expect(Number(x)).toBeGreaterThanOrEqual(0);
          expect(Number(x)).toBeLessThanOrEqual(360);
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(200);
        }
      }),
    );
  });

  test("has no number run into a mark, its name or the arrow", () => {
    const taken = /<(?:circle class="halo" cx|rect class="ink" x)="([^"]+)" c?y="([^"]+)"/g;
    const texts = /<text x="([^"]+)" y="([^"]+)">([^<]+)°</g;
    fc.assert(
      fc.property(position, anchor, (point, beside) => {
        const content = { shape: { point }, alternative: "x", ...(beside && { anchor: beside }) };
        const { markup } = mapFigure(content, "zh");
        const marks = [...markup.matchAll(taken)].map(([, x, y]) => [Number(x), Number(y)]);
        for (const [, left, bottom, digits = ""] of markup.matchAll(texts)) {
          const right = Number(left) + 6 * digits.length;
          expect(right > 344 && Number(bottom) < 38).toBe(false);
          for (const [x = 0, y = 0] of marks) {
            const isBeside = x < Number(left) || x > right;
            const isAbove = y > Number(bottom) || y < Number(bottom) - 8;
            expect(isBeside || isAbove).toBe(true);
          }
        }
      }),
    );
  });

  test("leaves out the number that the name of a place would cover", () => {
    const at = (longitude: number, latitude: number) => ({
      shape: { point: [longitude * 1e7, latitude * 1e7] } as const,
      alternative: "x",
    });
    const lamp = at(114.5371, 38.0427);
    const beside = { longitude: 114.5149, latitude: 38.0423, name: "石家庄市" };
    const numbers = (content: MapContent) =>
      [...mapFigure(content, "zh").markup.matchAll(/>(\d+\.\d+°)</g)].map(([, text]) => text);
    expect(numbers({ ...lamp, anchor: beside })).not.toContain("38.042°");
    expect(numbers({ ...lamp, anchor: beside })).toContain("38.040°");
  });

  test("escapes what it is given", () => {
    const place = { longitude: 114.5, latitude: 38 };
    const content = {
      shape: { point: [1_145_000_000, 380_100_000] },
      anchor: { ...place, name: "<b>" },
      alternative: '"><i>',
    } as const;
    const { markup } = mapFigure(content, "en");
    expect(markup).toContain("&lt;b&gt;");
    expect(markup).not.toMatch(/<[bi]>/);
  });
});

describe("distances and directions", () => {
  const shijiazhuang = { longitude: 114.5149, latitude: 38.0423 };

  test("of known places", () => {
    // By the great circle from Shijiazhuang to Beijing some 262 km.
    const offset = metresBetween(shijiazhuang, { longitude: 116.3974, latitude: 39.9093 });
    expect(Math.hypot(offset.east, offset.north) / 1000).toBeCloseTo(264, -1);
    expect(directionOf(offset).en).toBe("north-east");
  });

  test.each([
    [0, 1, "north"],
    [1, 0, "east"],
    [0, -1, "south"],
    [-1, 0, "west"],
    [-1, 1, "north-west"],
    [-0.1, 1, "north"],
  ])("%d east and %d north is %s", (east, north, words) => {
    expect(directionOf({ east, north }).en).toBe(words);
  });

  test.each([
    [0.4, "0 m", "0 米"],
    [890, "890 m", "890 米"],
    [1000, "1 km", "1 公里"],
    [3456, "3.5 km", "3.5 公里"],
    [264_000, "264 km", "264 公里"],
  ])("%d metres are %s", (metres, en, zh) => {
    expect(distanceWords(metres)).toEqual({ en, zh });
  });

  test.each([
    [0.0034, 0.002],
    [1, 1],
    [4.9, 2],
    [5, 5],
    [99, 50],
  ])("%d down to %d", (value, down) => {
    expect(roundDown(value)).toBeCloseTo(down, 9);
  });
});
