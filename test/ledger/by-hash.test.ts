import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256, utf8 } from "../../src/core/index.ts";
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

test("takes no longer for hashes that were chosen to begin alike", () => {
  const COUNT = 6000;
  const hashes = (alike: boolean) =>
    Array.from({ length: COUNT }, (_, i) => {
      const bytes = sha256(utf8(`${alike} ${i}`));
      if (alike) bytes.fill(7, 0, 4);
      return bytes;
    });
  const secondsFor = (all: readonly Uint8Array[]): number => {
    const began = process.cpuUsage().user;
    const known = new ByHash<number>();
    for (const [i, each] of all.entries()) known.set(each, i);
    expect(all.every((each, i) => known.get(each) === i)).toBe(true);
    for (const each of all) known.delete(each);
    return (process.cpuUsage().user - began) / 1e6;
  };
  const [any, alike] = [hashes(false), hashes(true)];
  secondsFor(any);
  // Chains as long as these are many would take a hundred times as long.
  expect(secondsFor(alike)).toBeLessThan(10 * Math.max(0.01, secondsFor(any)));
});
