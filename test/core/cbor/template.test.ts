import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CborMap,
  type CborTemplate,
  decodeCbor,
  decodeOwnCbor,
  EncodedMap,
  encodeAllCbor,
  encodeCbor,
  fillTemplate,
  templateOf,
} from "../../../src/core/cbor/index.ts";

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.uint8Array({ maxLength: 70, size: "max" }),
  fc.dictionary(fc.constantFrom("zh", "en"), fc.string(), { maxKeys: 2 }),
  fc.array(fc.nat()),
);
const names = ["op", "born", "code", "names", "attributes", "a", "registration", "x1", "x2"];
const map = fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true });

const encodeOne = (template: CborTemplate, fields: CborMap | EncodedMap): Uint8Array =>
  fillTemplate(template, fields).bytes;

/** The encoding of a map that has these fields among others, within a larger value. */
function encodedAmong(fields: CborMap): EncodedMap {
  const bytes = encodeCbor(["before", { ...fields, kind: "thing", zz: [1, { a: 2 }] }, "after"]);
  const starts: number[] = [];
  expect(decodeCbor(bytes, { depth: 1, starts }).ok).toBe(true);
  return new EncodedMap(bytes, starts[0] ?? -1);
}

describe("a template of maps", () => {
  test("encodes what has its fields as it is encoded without one, whichever fields differ", () => {
    const differing = fc.subarray(names);
    fc.assert(
      fc.property(map, map, differing, (first, other, fields) => {
        const changed = Object.fromEntries(
          Object.keys(first).map((name) => [
            name,
            fields.includes(name) ? (other[name] ?? first[name]) : first[name],
          ]),
        ) as CborMap;
        expect(encodeOne(templateOf(first as CborMap, fields), changed)).toEqual(
          encodeCbor(changed),
        );
      }),
    );
  });

  test("copies the fields that differ from the encoding of another map that has them", () => {
    fc.assert(
      fc.property(map, map, fc.subarray(names), (first, other, fields) => {
        const given = fields.filter(
          (name) => first[name] !== undefined && other[name] !== undefined,
        );
        const taken = Object.fromEntries(given.map((name) => [name, other[name]])) as CborMap;
        const template = templateOf(first as CborMap, given);
        expect(encodeOne(template, encodedAmong(taken))).toEqual(
          encodeCbor({ ...first, ...taken } as CborMap),
        );
      }),
    );
  });

  test("passes over fields that are absent, and has a head for many", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, i]));
    const template = templateOf({ ...many, gone: undefined }, ["f3"]);
    expect(encodeOne(template, { f3: "three" })).toEqual(encodeCbor({ ...many, f3: "three" }));
  });

  test("stands among other values", () => {
    const template = templateOf({ a: 1, b: 2 }, ["b"]);
    const filled = fillTemplate(template, { b: "x" });
    expect(encodeAllCbor([7, filled, "end"])).toEqual(
      [7, { a: 1, b: "x" }, "end"].map((each) => encodeCbor(each)),
    );
    expect(decodeOwnCbor(filled.bytes)).toEqual({ a: 1, b: "x" });
  });

  test("stays as it is, however many are filled after it, and however large", () => {
    const template = templateOf({ a: 1, b: 2 }, ["b"]);
    const texts = Array.from({ length: 300 }, (_, i) => `${i}`.repeat(i === 77 ? 40_000 : 300));
    const filled = texts.map((b) => fillTemplate(template, { b }));
    expect(filled.map(({ bytes }) => decodeOwnCbor(bytes))).toEqual(
      texts.map((b) => ({ a: 1, b })),
    );
    expect(() => decodeOwnCbor(Uint8Array.of(0xff))).toThrow(/CBOR/);
  });
});
