import { expect, test } from "vitest";
import { EntityMaps } from "../../../src/server/ngsi/entity-maps.ts";

test("maps are kept until they expire, of one dataset, and no more of them than there is room for", () => {
  let now = 0;
  let made = 0;
  const random = (bytes: number) => {
    made += 1;
    return new Uint8Array(bytes).fill(made % 256).fill(made >> 8, 0, 1);
  };
  const maps = new EntityMaps({ clock: () => now, random });
  const first = maps.add("a", ["urn:x:1"], 1000);
  expect(maps.find("a", first.id)).toEqual(first);
  expect([maps.find("b", first.id), maps.remove("b", first.id)]).toEqual([undefined, false]);
  now = 1000;
  expect(maps.find("a", first.id)).toBeUndefined();
  const large = Array.from({ length: 10_000 }, (_, i) => `urn:x:${i}`);
  const many = Array.from({ length: 60 }, () => maps.add("a", large, 10 ** 9));
  expect(many[0]?.expiresMilliseconds).toBe(now + 3_600_000);
  const there = many.filter(({ id }) => maps.find("a", id) !== undefined);
  expect(there).toEqual(many.slice(10));
  const small = Array.from({ length: 300 }, () => maps.add("a", [], 1000));
  expect(small.filter(({ id }) => maps.find("a", id) !== undefined)).toEqual(small.slice(44));
});
