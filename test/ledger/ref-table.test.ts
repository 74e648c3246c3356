import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RefTable } from "../../src/ledger/ref-table.ts";

/** Few different bytes, so that hashes share shards, slots and all nine bytes that the table looks at. */
const keyHash = fc
  .tuple(
    fc.constantFrom(0, 1, 255),
    fc.constantFrom(0, 1, 0xfffffffe, 0xffffffff),
    fc.nat({ max: 3 }),
  )
  .map(([shard, first, last]) => {
    const hash = new Uint8Array(32);
    hash[0] = shard;
    new DataView(hash.buffer).setUint32(1, first);
    hash[31] = last;
    return hash;
  });
const ref = fc.oneof(fc.nat({ max: 100_000 }), fc.integer({ min: 2 ** 32 - 3, max: 2 ** 50 }));
const puts = fc.uniqueArray(fc.tuple(keyHash, ref), { maxLength: 200, selector: ([, at]) => at });

describe("a table of references", () => {
  test("finds what a map finds, whatever the hashes share", () => {
    fc.assert(
      fc.property(puts, keyHash, (all, stranger) => {
        const table = new RefTable();
        const model = new Map<string, number>();
        const keys = new Map<number, string>();
        for (const [hash, at] of all) {
          const key = String(hash);
          const before = model.get(key);
          if (before === undefined) table.add(hash, 0, at);
          else table.replace(hash, 0, before, at);
          model.set(key, at);
          keys.set(at, key);
        }
        for (const hash of [stranger, ...all.map(([each]) => each)]) {
          const found = table.find(hash, 0, (at) => keys.get(at) === String(hash));
          expect(found).toBe(model.get(String(hash)));
        }
      }),
    );
  });

  test("grows, and goes on in another thread's hands", () => {
    const hashOf = (n: number): Uint8Array => {
      const hash = new Uint8Array(32);
      new DataView(hash.buffer).setUint32(0, Math.imul(n, 0x9e3779b1));
      return hash;
    };
    const table = new RefTable();
    for (let n = 0; n < 20_000; n++) table.add(hashOf(n), 0, n);
    const given = new RefTable(table.give());
    given.add(hashOf(20_000), 0, 20_000);
    expect(given.find(hashOf(19_999), 0, () => true)).toBe(19_999);
    expect(given.find(hashOf(20_000), 0, () => true)).toBe(20_000);
    expect(given.find(hashOf(20_001), 0, () => true)).toBeUndefined();
  });

  test("knows what it does not have", () => {
    const table = new RefTable();
    table.add(new Uint8Array(32), 0, 7);
    expect(() => table.replace(new Uint8Array(32), 0, 8, 9)).toThrow("no reference 8");
  });
});
