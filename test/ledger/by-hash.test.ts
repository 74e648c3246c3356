import fc from "fast-check";
import { expect, test } from "vitest";
import { ByHash } from "../../src/ledger/by-hash.ts";

/** Hashes of which many begin alike. */
const hash = fc
  .tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 3 }))
  .map(([first, last]) =>
    Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? first : i === 31 ? last : 7)),
  );

test("knows of each hash what was said of it last, also where hashes begin alike", () => {
  const step = fc.record({ what: fc.constantFrom("set", "delete"), hash, value: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [tried, plain] = [new ByHash<number>(), new Map<string, number>()];
      for (const { what, hash, value } of steps) {
        const name = hash.join();
        if (what === "delete") expect(tried.delete(hash)).toBe(plain.delete(name));
        else {
          tried.set(hash, value);
          plain.set(name, value);
        }
        expect(tried.get(hash)).toBe(plain.get(name));
        expect(tried.size).toBe(plain.size);
      }
      expect([...tried.values()].sort()).toEqual([...plain.values()].sort());
      tried.clear();
      expect([...tried.values()]).toEqual([]);
    }),
  );
});
