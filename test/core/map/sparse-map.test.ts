import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  MAX_MAP_PUTS,
  type MapPut,
  mapPuts,
  SparseMap,
  verifyMapProof,
} from "../../../src/core/index.ts";
import type { Hash } from "../../../src/core/merkle/index.ts";
import { batch, batches, keyHash } from "./arbitraries.ts";
import { bit, EMPTY, hashOf, ReferenceMap, referenceMapPath } from "./reference.ts";

function filled(all: readonly (readonly MapPut[])[]): { map: SparseMap; model: ReferenceMap } {
  const map = new SparseMap();
  const model = new ReferenceMap();
  for (const puts of all) {
    map.update(mapPuts(puts));
    for (const { keyHash, valueHash, ref } of puts) model.put(keyHash, valueHash, ref);
  }
  return { map, model };
}

/** Maps take memory by the chunk, so a hundred of them take a while. */
const RUNS = { numRuns: 50 };

const keysOf = (leaves: Iterable<{ keyHash: Uint8Array }>) =>
  Array.from(leaves, ({ keyHash }) => Buffer.from(keyHash).toString("hex"));

describe("a sparse map against the reference", () => {
  test("has the same root, size, references and order after any updates", () => {
    fc.assert(
      fc.property(batches, keyHash, (all, stranger) => {
        const { map, model } = filled(all);
        const leaves = model.leaves();
        expect(map.root()).toEqual(model.root());
        expect(map.size).toBe(leaves.length);
        for (const key of [stranger, ...leaves.map(({ key }) => key)]) {
          expect(map.find(key)).toBe(model.find(key));
        }
        expect(keysOf(map.entries())).toEqual(
          leaves.map(({ key }) => Buffer.from(key).toString("hex")),
        );
        expect([...map.entries()].map(({ ref }) => ref)).toEqual(leaves.map(({ ref }) => ref));
        const visited = new Map<string, number>();
        map.visit((keys, at, ref) => visited.set(String(keys.slice(at, at + 32)), ref));
        expect(visited).toEqual(new Map(leaves.map(({ key, ref }) => [String(key), ref])));
      }),
      RUNS,
    );
  });

  test("does not depend on how puts are grouped", () => {
    fc.assert(
      fc.property(batch, (puts) => {
        const together = filled([puts]).map;
        const apart = filled(puts.map((each) => [each])).map;
        expect(together.root()).toEqual(apart.root());
      }),
      RUNS,
    );
  });

  test("has the same paths, which verify", () => {
    fc.assert(
      fc.property(batches, keyHash, (all, stranger) => {
        const { map, model } = filled(all);
        const leaves = model.leaves();
        for (const key of [stranger, ...leaves.slice(0, 5).map(({ key: each }) => each)]) {
          const want = referenceMapPath(leaves, key);
          const { leaf, ...path } = map.prove(key);
          expect(path.depth).toBe(want.siblings.length);
          expect(path.hashes).toEqual(want.siblings.filter((hash) => Buffer.compare(hash, EMPTY)));
          const isSet = Array.from({ length: path.depth }, (_, i) => bit(path.siblings, i) === 1);
          expect(isSet).toEqual(want.siblings.map((hash) => Buffer.compare(hash, EMPTY) !== 0));
          expect(leaf?.keyHash).toEqual(want.leaf?.key);
          expect(leaf?.ref).toBe(want.leaf && model.find(want.leaf.key));

          const isThere = want.leaf !== undefined && Buffer.compare(want.leaf.key, key) === 0;
          const other =
            isThere || want.leaf === undefined
              ? {}
              : { other: { key: want.leaf.key as Hash, value: want.leaf.value as Hash } };
          const value = isThere ? (want.leaf?.value as Hash) : undefined;
          const verdict = verifyMapProof(map.root(), key as Hash, value, { ...path, ...other });
          expect(verdict).toEqual({ ok: true, value: undefined });
        }
      }),
      RUNS,
    );
  });

  test("still has the paths of moments that were pinned, whichever of them are kept", () => {
    const steps = fc.array(fc.tuple(batch, fc.boolean(), fc.nat(7)), { maxLength: 8 });
    fc.assert(
      fc.property(steps, keyHash, (all, stranger) => {
        const map = new SparseMap();
        const keys = [stranger, ...all.flatMap(([puts]) => puts.map((put) => put.keyHash))];
        const then = new Map<number, readonly unknown[]>();
        for (const [at, [puts, isPinned, mask]] of all.entries()) {
          map.update(mapPuts(puts));
          if (isPinned) {
            map.pin(at);
            then.set(
              at,
              keys.map((key) => map.prove(key)),
            );
          }
          // Drops one of the last three, in the middle or not.
          if (mask < 3) then.delete(at - mask);
          map.keepPins([...then.keys()]);
        }
        for (const [at, paths] of then) expect(map.provePinned(at, keys)).toEqual(paths);
        expect(map.provePinned(all.length, keys)).toBeUndefined();
      }),
      RUNS,
    );
  });

  test("goes back to what it was before updates, and still has the paths of what was pinned", () => {
    fc.assert(
      fc.property(batches, batches, keyHash, (before, undone, stranger) => {
        const { map, model } = filled(before);
        const root = map.root();
        const keys = [stranger, ...[...before, ...undone].flat().map((each) => each.keyHash)];
        const paths = () => keys.map((key) => map.prove(key));
        const wanted = paths();
        map.pin(1);
        for (const puts of undone) map.update(mapPuts(puts));
        const names = new Map(undone.flat().map(({ keyHash: key }) => [String(key), key]));
        const isOld = (key: Uint8Array) => model.find(key) !== undefined;
        const old = model.leaves().filter(({ key }) => names.has(String(key)));
        const puts = old.map(({ key, value, ref }) => ({ keyHash: key, valueHash: value, ref }));
        map.takeBack(
          mapPuts(puts),
          [...names.values()].filter((key) => !isOld(key)),
        );
        expect(map.root()).toEqual(root);
        expect(paths()).toEqual(wanted);
        expect(map.provePinned(1, keys)).toEqual(wanted);
      }),
      RUNS,
    );
  });

  test("lets an older pin have what a newer one remembered, where it did not know better", () => {
    const put = (name: string, ref: number): MapPut => {
      return { keyHash: hashOf(name), valueHash: hashOf(`${name} ${ref}`), ref };
    };
    const map = new SparseMap();
    const refsAt = (pin: number) => {
      const keys = ["a", "b", "c"].map(hashOf);
      return map
        .provePinned(pin, keys)
        ?.map(({ leaf }, i) => (String(leaf?.keyHash) === String(keys[i]) ? leaf?.ref : undefined));
    };
    map.update(mapPuts([put("a", 0), put("b", 0)]));
    map.pin(1);
    // Changed twice, once before the second pin; added in between; and changed behind both.
    map.update(mapPuts([put("a", 1), put("c", 1)]));
    map.pin(2);
    map.update(mapPuts([put("a", 2), put("b", 2), put("c", 2)]));
    map.keepPins([1]);
    expect(refsAt(1)).toEqual([0, 0, undefined]);
    expect(refsAt(2)).toBeUndefined();
  });

  test("forgets the oldest pin when too much has changed since", () => {
    const put = (name: string, ref: number): MapPut => {
      return { keyHash: hashOf(name), valueHash: hashOf(`${name} ${ref}`), ref };
    };
    const map = new SparseMap(undefined, 8);
    const names = Array.from({ length: 16 }, (_, i) => String(i));
    map.update(mapPuts(names.map((name) => put(name, 0))));
    map.pin(1);
    map.update(mapPuts([put("0", 1)]));
    map.pin(2);
    expect(map.provePinned(1, [hashOf("0")])?.[0]?.leaf?.ref).toBe(0);
    map.update(mapPuts([put("1", 2)]));
    expect(map.provePinned(1, [hashOf("0")])).toBeUndefined();
    expect(map.provePinned(2, [hashOf("0")])?.[0]?.leaf?.ref).toBe(1);
    expect(map.provePinned(2, [hashOf("1")])?.[0]?.leaf?.ref).toBe(0);
    map.update(mapPuts(names.map((name) => put(name, 3))));
    expect(map.provePinned(2, [hashOf("0")])).toBeUndefined();
    map.update(mapPuts([put("1", 4)]));
  });

  test("knows the neighbours of a key, in the map or not", () => {
    fc.assert(
      fc.property(batches, keyHash, (all, stranger) => {
        const { map, model } = filled(all);
        const leaves = model.leaves();
        for (const key of [stranger, ...leaves.map((leaf) => leaf.key)]) {
          const { previous, next } = map.neighbours(key);
          const before = leaves.findLast((leaf) => Buffer.compare(leaf.key, key) < 0);
          const after = leaves.find((leaf) => Buffer.compare(leaf.key, key) > 0);
          expect(previous?.keyHash).toEqual(before?.key);
          expect(next?.keyHash).toEqual(after?.key);
          expect([previous?.ref, next?.ref]).toEqual([before?.ref, after?.ref]);
        }
      }),
      RUNS,
    );
  });

  test("comes back from its dump, whatever changed while it was read", () => {
    const pieceBytes = fc.integer({ min: 128, max: 4000 });
    fc.assert(
      fc.property(batches, fc.array(batch, { maxLength: 6 }), pieceBytes, (all, changes, bytes) => {
        const { map } = filled(all);
        const pieces: Uint8Array[] = [];
        const dump = map.startDump();
        let isLast = false;
        for (const puts of changes) {
          if (isLast) break;
          map.update(mapPuts(puts));
          const piece = dump.read(bytes);
          pieces.push(piece.bytes);
          isLast = piece.isLast;
        }
        while (!isLast) {
          const piece = dump.read(bytes);
          pieces.push(piece.bytes);
          isLast = piece.isLast;
        }
        const restored = SparseMap.restore(pieces);
        expect(restored?.root()).toEqual(map.root());
        expect([...(restored?.entries() ?? [])]).toEqual([...map.entries()]);
        // Rows are where they were, so both grow alike.
        const more = [{ keyHash: hashOf("more"), valueHash: hashOf("value"), ref: 1 }];
        map.update(mapPuts(more));
        restored?.update(mapPuts(more));
        expect(restored?.root()).toEqual(map.root());
      }),
      RUNS,
    );
  });
});

describe("a sparse map", () => {
  const puts = (from: number, to: number): MapPut[] =>
    Array.from({ length: to - from }, (_, i) => ({
      keyHash: hashOf(`key ${from + i}`),
      valueHash: hashOf(`value ${from + i}`),
      ref: from + i,
    }));

  test("is 32 zero bytes when empty", () => {
    expect(new SparseMap().root()).toEqual(new Uint8Array(32));
  });

  test("gives a root that stays as it is", () => {
    const map = new SparseMap();
    const before = map.root();
    map.update(mapPuts(puts(0, 3)));
    expect(before).toEqual(new Uint8Array(32));
  });

  test("grows over its chunks", () => {
    const map = new SparseMap();
    map.update(mapPuts(puts(0, 17_000)));
    map.update(mapPuts(puts(10_000, 40_000)));
    expect(map.size).toBe(40_000);
    expect(map.find(hashOf("key 39999"))).toBe(39_999);
    const again = new SparseMap();
    again.update(mapPuts(puts(0, 40_000)));
    expect(map.root()).toEqual(again.root());
  });

  test("keeps references up to 2^53 − 1", () => {
    const map = new SparseMap();
    map.update(
      mapPuts([{ keyHash: hashOf("a"), valueHash: hashOf("b"), ref: Number.MAX_SAFE_INTEGER }]),
    );
    expect(map.find(hashOf("a"))).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("takes more puts than it can sort at once in several steps", () => {
    fc.assert(
      fc.property(batch, fc.integer({ min: 1, max: 5 }), (all, atOnce) => {
        const [map, model] = [new SparseMap(), filled([all]).map];
        map.update(mapPuts(all), atOnce);
        expect(map.root()).toEqual(model.root());
        for (const { keyHash: key } of all) expect(map.find(key)).toBe(model.find(key));
      }),
      RUNS,
    );
    const one = puts(0, 1)[0] as MapPut;
    const many = mapPuts(Array.from({ length: MAX_MAP_PUTS + 1 }, () => one));
    expect(() => new SparseMap().update(many, many.refs.length)).toThrow(
      `${MAX_MAP_PUTS + 1} puts`,
    );
  });

  test("has one dump at a time", () => {
    const map = new SparseMap();
    const dump = map.startDump();
    expect(() => map.startDump()).toThrow("two dumps");
    dump.close();
    dump.close();
    const next = map.startDump();
    dump.close();
    expect(() => map.startDump()).toThrow("two dumps");
    next.close();
  });

  describe("does not come back from", () => {
    const map = new SparseMap();
    map.update(mapPuts(puts(0, 20)));
    const { bytes } = map.startDump().read(1_000_000);
    const u32 = (...numbers: number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);
    const END = bytes.length - 48;

    test.each([
      ["nothing", []],
      ["a dump that was cut in a row", [bytes.subarray(0, 500)]],
      ["a dump that was cut in a header", [bytes.subarray(0, 5)]],
      ["a dump without its end", [bytes.subarray(0, END)]],
      ["a dump whose end was cut", [bytes.subarray(0, END + 20)]],
      ["more behind the end", [bytes, u32(3, 0, 0, 0)]],
      ["a table that there is not", [u32(4, 0, 1)]],
      ["rows that do not follow one another", [u32(1, 1, 1), bytes]],
      ["a run without rows", [u32(2, 0, 0), bytes]],
      ["a run over the end of a chunk", [u32(2, 0, 16_385), bytes]],
      ["an end with more nodes than came", [u32(3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]],
      ["an end with more leaves than came", [u32(3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)]],
    ])("%s", (_, pieces) => {
      expect(SparseMap.restore(pieces)).toBeUndefined();
    });

    test("anything but what a dump wrote, which it does come back from", () => {
      expect(SparseMap.restore([bytes])?.root()).toEqual(map.root());
      expect(
        SparseMap.restore([bytes.subarray(0, 12 + 19 * 76), bytes.subarray(12 + 19 * 76)])?.size,
      ).toBe(20);
    });
  });
});
