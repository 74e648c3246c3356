import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CborMap,
  CborTemplate,
  encodeAllCbor,
  encodeCbor,
  FilledTemplate,
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

const encodeOne = (template: CborTemplate, fields: CborMap): Uint8Array | undefined =>
  encodeAllCbor([new FilledTemplate(template, fields, () => fields)])[0];

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
        expect(encodeOne(new CborTemplate(first as CborMap, fields), changed)).toEqual(
          encodeCbor(changed),
        );
      }),
    );
  });

  test("passes over fields that are absent, and has a head for many", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, i]));
    const template = new CborTemplate({ ...many, gone: undefined }, ["f3"]);
    expect(encodeOne(template, { f3: "three" })).toEqual(encodeCbor({ ...many, f3: "three" }));
  });

  test("stands among other values", () => {
    const template = new CborTemplate({ a: 1, b: 2 }, ["b"]);
    const filled = new FilledTemplate(template, { b: "x" }, () => ({ a: 1, b: "x" }));
    expect(encodeAllCbor([7, filled, "end"])).toEqual(
      [7, { a: 1, b: "x" }, "end"].map((each) => encodeCbor(each)),
    );
    expect(filled.whole()).toEqual({ a: 1, b: "x" });
  });
});
