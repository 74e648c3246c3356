import { describe, expect, test } from "vitest";
import { GeoJsonCutter, type GeoJsonPiece } from "../../src/cli/import/geojson-pieces.ts";

/** The pieces of a text that comes in parts of so many units. */
function cut(text: string, length: number): readonly GeoJsonPiece[] {
  const cutter = new GeoJsonCutter();
  const pieces: GeoJsonPiece[] = [];
  for (let i = 0; i < text.length; i += length) {
    pieces.push(...cutter.take(text.slice(i, i + length)));
  }
  cutter.end();
  return pieces;
}

const TRICKY = [
  { type: "Feature", properties: { a: 'x"}],[{\\"', b: "\\", '\\"features"': [1, [2]] } },
  { type: "Feature", properties: null, geometry: { coordinates: [[[1, 2]], []] } },
  { type: "Feature", id: ',"features":[', properties: { features: [{ features: [] }] } },
];
const HEAD = { name: '{"features":[', bbox: [1, 2], crs: { properties: { name: "CRS84" } } };

describe("a file of GeoJSON is cut into features, wherever its parts end:", () => {
  test.each([1, 2, 3, 7, 64, 1_000_000])("a collection, %i at a time", (length) => {
    const text = JSON.stringify({ ...HEAD, features: TRICKY, type: "FeatureCollection" }, null, 1);
    const pieces = cut(`\ufeff ${text}\n`, length);
    expect(pieces.slice(0, -1).map(({ kind }) => kind)).toEqual(TRICKY.map(() => "member"));
    expect(pieces.slice(0, -1).map(({ text }) => JSON.parse(text))).toEqual(TRICKY);
    expect(pieces.at(-1)).toMatchObject({ kind: "whole", isEmptied: true });
    const whole = JSON.parse(pieces.at(-1)?.text ?? "");
    expect(whole).toEqual({ ...HEAD, features: [], type: "FeatureCollection" });
  });

  test.each([1, 5, 1_000_000])("a feature a line, %i at a time", (length) => {
    const lines = TRICKY.map((each) => `\u001e${JSON.stringify(each)}\r\n`).join("\n");
    const pieces = cut(lines, length);
    expect(pieces.map(({ text }) => JSON.parse(text))).toEqual(TRICKY);
    expect(pieces.every((each) => each.kind === "whole" && !each.isEmptied)).toBe(true);
  });
});

test.each([
  "[]",
  "null",
  "not json",
  '{"features":[1]}',
  '{"features":[{},]}',
  '{"features":[,{}]}',
  '{"features":[{} {}]}',
  '{"features":[{}',
  '{"features":[{}]',
  '{"type":"Fea',
  '{"a":"\\',
])("%s is none", (text) => {
  for (const length of [1, 100]) expect(() => cut(text, length)).toThrow(RangeError);
});

test("an endless value is given up", () => {
  const cutter = new GeoJsonCutter();
  const take = (text: string) => [...cutter.take(text)];
  take('{"a":"');
  const part = "x".repeat(16 * 1024 * 1024);
  expect(() => {
    for (let i = 0; i < 5; i++) take(part);
  }).toThrow("too long");
});
