import { expect, test } from "vitest";
import { TileFile } from "../../src/log/tile-file.ts";
import { FaultyFiles } from "../faults/faulty-files.ts";

test("what a full disk did not take is kept, however much it is, and written when there is room", () => {
  const files = new FaultyFiles();
  files.makeDirectory("/tiles");
  const tiles = new TileFile(files, "/tiles/0");
  const hash = (i: number) => new Uint8Array(32).fill(i % 251);
  for (let i = 0; i < 200_000; i++) tiles.push(hash(i));
  files.capacity = 1000 * 32;
  expect(tiles.flush()).toBe(false);
  expect(tiles.read(150_000, 1)).toEqual(hash(150_000));
  files.capacity = Number.POSITIVE_INFINITY;
  expect(tiles.flush()).toBe(true);
  expect(tiles.length).toBe(200_000);
  expect(files.bytes("/tiles/0")).toHaveLength(200_000 * 32);
  for (const i of [0, 4095, 4096, 199_999]) expect(tiles.read(i, 1)).toEqual(hash(i));
});
