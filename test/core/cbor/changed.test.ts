import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CborMap,
  ChangedMap,
  decodeOwnCbor,
  encodeAllCbor,
  encodeCbor,
} from "../../../src/core/cbor/index.ts";

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.constantFrom(undefined, null, true),
  fc.uint8Array({ maxLength: 70, size: "max" }),
  fc.dictionary(fc.constantFrom("zh", "en"), fc.string(), { maxKeys: 2 }),
  fc.array(fc.nat()),
);
// Names of which engines keep some in another order than they were given in, and one that every object inherits.
const names = ["op", "born", "10", "9", "names", "a", "constructor", "registration", "x1", "x2"];
const map = fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true });

function encodeChanged(changed: CborMap, before: CborMap, bytes: Uint8Array): Uint8Array {
  const [, encoded] = encodeAllCbor([1, new ChangedMap(changed, before, bytes), "after"]);
  return encoded as Uint8Array;
}

describe("a map that was made of another one", () => {
  test("is encoded as any map, whatever was changed, added or taken away", () => {
    fc.assert(
      fc.property(map, map, fc.subarray(names), (first, other, removed) => {
        const bytes = encodeCbor(first as CborMap);
        const before = decodeOwnCbor(bytes) as CborMap;
        const changed: { [name: string]: CborMap[string] } = { ...before, ...(other as CborMap) };
        for (const name of removed) changed[name] = undefined;
        expect(encodeChanged(changed, before, bytes)).toEqual(encodeCbor(changed));
      }),
    );
  });

  test("is encoded as any map where it has many fields", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`name${i}`, i]));
    const bytes = encodeCbor(many);
    const before = decodeOwnCbor(bytes) as CborMap;
    const changed = { ...before, name7: "other" };
    expect(encodeChanged(changed, before, bytes)).toEqual(encodeCbor(changed));
  });

  test("has the bytes that it had before where a field is the same object", () => {
    const before = { kept: [1, 2], other: "a" };
    // Not what `kept` encodes to: so it shows that it was copied.
    const bytes = encodeCbor({ kept: [3, 4], other: "a" });
    const changed = { ...before, other: "b" };
    expect(decodeOwnCbor(encodeChanged(changed, before, bytes))).toEqual({
      kept: [3, 4],
      other: "b",
    });
  });
});
