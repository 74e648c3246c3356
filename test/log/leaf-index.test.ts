import fc from "fast-check";
import { expect, test } from "vitest";
import { hashLeaf } from "../../src/core/index.ts";
import { LeafIndex } from "../../src/log/leaf-index.ts";
import { NumberList } from "../../src/log/number-list.ts";

test("finds the first index of each leaf, as a map would", () => {
  // Few values in the first five bytes, so that shards are full of leaves that only the whole hash tells apart.
  const leaf = fc
    .tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 60 }))
    .map(([a, b, c]) => {
      const bytes = new Uint8Array(32);
      bytes[0] = a;
      bytes[4] = b * 0x55;
      bytes[31] = c;
      return bytes;
    });
  fc.assert(
    fc.property(fc.array(leaf, { maxLength: 400 }), leaf, (leaves, stranger) => {
      const index = new LeafIndex((i) => leaves[i] as Uint8Array);
      const model = new Map<string, number>();
      for (const [i, each] of leaves.entries()) {
        index.add(each, i);
        if (!model.has(String(each))) model.set(String(each), i);
      }
      for (const each of [...leaves, stranger]) {
        expect(index.find(each, leaves.length)).toBe(model.get(String(each)));
      }
    }),
  );
});

test("shows no entry beyond the size that is asked for", () => {
  const leaf = hashLeaf(Uint8Array.of(1));
  const index = new LeafIndex(() => leaf);
  index.add(leaf, 7);
  expect([index.find(leaf, 7), index.find(leaf, 8)]).toEqual([undefined, 7]);
});

test("has room for as many entries as 32 bits count", () => {
  const index = new LeafIndex(() => new Uint8Array(32));
  index.add(new Uint8Array(32), 2 ** 32 - 2);
  expect(index.find(new Uint8Array(32), 2 ** 32)).toBe(2 ** 32 - 2);
  expect(() => index.add(new Uint8Array(32), 2 ** 32 - 1)).toThrow("beyond the leaf index");
});

test("a list of numbers gives back what it was given, behind its parts too", () => {
  const list = new NumberList();
  for (let i = 0; i < 140_000; i++) list.push(i * 3);
  expect([0, 65_535, 65_536, 139_999].map((i) => list.at(i))).toEqual([
    0, 196_605, 196_608, 419_997,
  ]);
  expect([-1, 0, 1, 2, 3, 419_997, 9e9].map((value) => list.lastAtMost(value))).toEqual([
    -1, 0, 0, 0, 1, 139_999, 139_999,
  ]);
  expect(() => list.at(140_000)).toThrow("no number 140000 of 140000");
});
