import fc from "fast-check";
import { expect, test } from "vitest";
import {
  concat,
  encodeObservations,
  hashLeaf,
  hashLeafRows,
  hashSpans,
  matchBody,
  merkleRoot,
  type Observation,
  observationsRoot,
  rootOfEncoded,
  rootsOf,
  utf8,
} from "../../../src/core/index.ts";

const leavesOf = (tree: number, count: number) =>
  Array.from({ length: count }, (_, i) => hashLeaf(utf8(`${tree} ${i}`)));

test("the roots of many trees at once are those of each", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 9 }),
      (counts) => {
        const trees = counts.map((count, tree) => leavesOf(tree, count));
        const roots = rootsOf(concat(...trees.flat()), counts);
        expect(roots).toEqual(concat(...trees.map(merkleRoot)));
      },
    ),
  );
});

test("parts of bytes, and hashes, are hashed as leaves", () => {
  const bytes = utf8("one two three");
  const parts = [hashLeaf(utf8("one")), hashLeaf(utf8("two thr"))];
  expect(hashSpans(bytes, [0, 3, 4, 11])).toEqual(concat(...parts));
  expect(hashLeafRows(concat(...parts))).toEqual(concat(...parts.map(hashLeaf)));
});

test("what an entry commits to is found in the bytes of its facts", () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant([1, "two", { three: 3 }]));
  const fact = fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), value);
  const shape = fc.array(fc.array(fact, { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(shape, (said) => {
      const observations: Observation[] = said.map((facts) =>
        facts.map(([salt, value], i) => ({ salt, name: `n${i}`, value })),
      );
      const [root, encoded] = [observationsRoot(observations), encodeObservations(observations)];
      expect(rootOfEncoded(encoded)).toEqual(root);
      const entry = { count: observations.length, root };
      expect(matchBody(entry, observations, encoded)).toEqual({ ok: true });
    }),
  );
});
