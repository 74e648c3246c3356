import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTilePath, parseTilePath, tileRow } from "../../../src/core/merkle/index.ts";

const lines = (name: string) =>
  readFileSync(new URL(`../../../vectors/merkle/tile-paths/${name}.txt`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "");

describe("parseTilePath", () => {
  test.each(lines("valid"))("reads %s and writes it the same", (path) => {
    const tile = parseTilePath(path);
    expect(tile.ok && formatTilePath(tile.value)).toBe(path);
  });

  test.each(lines("invalid"))("refuses %s", (path) => {
    expect(parseTilePath(path)).toEqual({ ok: false, error: { code: "TILE_PATH", path } });
  });

  test("reads the numbers of a path", () => {
    expect(parseTilePath("tile/2/x001/x234/067.p/12")).toEqual({
      ok: true,
      value: { kind: "hashes", level: 2, index: 1_234_067, width: 12 },
    });
    expect(parseTilePath("tile/entries/000")).toEqual({
      ok: true,
      value: { kind: "entries", index: 0, width: 256 },
    });
  });

  test("reads back every path it writes", () => {
    const place = { index: fc.maxSafeNat(), width: fc.integer({ min: 1, max: 256 }) };
    const tiles = fc.oneof(
      fc.record({ kind: fc.constant("entries" as const), ...place }),
      fc.record({ kind: fc.constant("hashes" as const), level: fc.nat({ max: 63 }), ...place }),
    );
    fc.assert(
      fc.property(tiles, (tile) => {
        expect(parseTilePath(formatTilePath(tile))).toEqual({ ok: true, value: tile });
      }),
    );
  });
});

test("a row of tiles holds the full tiles of the row below", () => {
  // The example of c2sp.org/tlog-tiles: 273 full tiles and 112 hashes, then 1 and 17, then 1 hash.
  expect([0, 1, 2, 3].map((level) => tileRow(level, 70_000))).toEqual([
    273 * 256 + 112,
    256 + 17,
    1,
    0,
  ]);
});
