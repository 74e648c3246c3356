import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, hashLeaf, utf8 } from "../../../src/core/index.ts";
import { Frontier, hashLeaves, merkleRoot } from "../../../src/core/merkle/index.ts";

const texts = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `MA.156.1301/LAMP/${from + i}灯`);

describe("a frontier that takes many leaves at once", () => {
  test("is the one that took them one by one, at any sizes", () => {
    const steps = fc.array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 300 })), { maxLength: 6 });
    fc.assert(
      fc.property(steps, (counts) => {
        const [together, apart] = [Frontier.empty(), Frontier.empty()];
        for (const count of counts) {
          const more = texts(together.size, count);
          together.appendAll(hashLeaves(more));
          for (const text of more) apart.append(hashLeaf(utf8(text)));
          expect(together.size).toBe(apart.size);
          expect(together.hashes()).toEqual(apart.hashes());
        }
        const all = texts(0, together.size).map((text) => hashLeaf(utf8(text)));
        expect(together.root()).toEqual(merkleRoot(all));
      }),
      { numRuns: 60 },
    );
  });

  test("hashes texts as leaves, one behind the other", () => {
    const three = texts(0, 3);
    expect(hashLeaves(three)).toEqual(concat(...three.map((text) => hashLeaf(utf8(text)))));
    expect(hashLeaves([])).toEqual(new Uint8Array());
  });
});
