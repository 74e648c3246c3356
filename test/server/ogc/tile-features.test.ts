import { expect, test } from "vitest";
import { ok } from "../../../src/core/index.ts";
import type { Box } from "../../../src/data/index.ts";
import { MAX_TILE_FEATURES } from "../../../src/server/limits.ts";
import type { Collection, Feature } from "../../../src/server/ogc/source.ts";
import { featuresOfTile } from "../../../src/server/ogc/tile-features.ts";

// Which features a tile shows, of a collection that answers in the order in which they came.

const point = (id: number, x: number, y: number): Feature => ({
  id: String(id),
  geometry: { type: "Point", coordinates: [x, y] },
  properties: {},
});

function collectionOf(all: readonly Feature[]): Pick<Collection, "page"> {
  const isIn = (feature: Feature, [west, south, east, north]: Box) => {
    const [x = 0, y = 0] = (feature.geometry?.coordinates ?? []) as number[];
    return x >= west && x <= east && y >= south && y <= north;
  };
  return {
    page: async ({ bbox = [-180, -90, 180, 90] }, { limit }) => {
      const found = all.filter((each) => isIn(each, bbox));
      const next = found.length > limit ? { next: "more" } : {};
      return ok({ features: found.slice(0, limit), matched: found.length, ...next });
    },
  };
}

const BOX: Box = [0, 0, 80, 80];

async function shown(all: readonly Feature[]) {
  const answer = await featuresOfTile(collectionOf(all), BOX);
  if (!answer.ok) throw new Error(answer.error.code);
  const { features, isPartial } = answer.value;
  return { isPartial, features, ids: features.map(({ id }) => id) };
}

const row = (count: number, y: number) =>
  Array.from({ length: count }, (_, i) => point(i + y * 100_000, (i * 80) / count, y));

test("all of them where there are no more than it holds", async () => {
  const all = row(MAX_TILE_FEATURES, 5);
  const { isPartial, ids } = await shown(all);
  expect([isPartial, ids]).toEqual([false, all.map(({ id }) => id)]);
});

test("some from everywhere where there are more, each once, the same whenever it is asked", async () => {
  // A street that came first and fills the tile by itself, and a field of others.
  const street = row(2 * MAX_TILE_FEATURES, 5);
  const field = [15, 25, 35, 45, 55, 65, 75].flatMap((y) => row(1000, y));
  const { isPartial, features, ids } = await shown([...street, ...field]);
  expect(isPartial).toBe(true);
  expect(ids.length).toBeLessThanOrEqual(MAX_TILE_FEATURES);
  expect(new Set(ids).size).toBe(ids.length);
  const rows = new Map<number, number>();
  for (const { geometry } of features) {
    const y = geometry?.coordinates[1] as number;
    rows.set(y, (rows.get(y) ?? 0) + 1);
  }
  expect([...rows.keys()].sort((a, b) => a - b)).toEqual([5, 15, 25, 35, 45, 55, 65, 75]);
  // As many of the street as of any other row, but for what lies on an edge between two parts.
  for (const count of rows.values()) expect(count).toBeGreaterThan(8 * 70);
  // What is cut off at the end is missing everywhere alike: 64 in a row are one of each part.
  const first = new Set(features.slice(0, 56).map(({ geometry }) => geometry?.coordinates[1]));
  expect(first.size).toBeGreaterThanOrEqual(7);
  expect((await shown([...street, ...field])).ids).toEqual(ids);
});

test("what a collection refuses is refused", async () => {
  const refusal = { code: "HTTP_NOT_FOUND", path: "/" } as const;
  const refusing = { page: async () => ({ ok: false, error: refusal }) as const };
  expect(await featuresOfTile(refusing, BOX)).toEqual({ ok: false, error: refusal });
});
