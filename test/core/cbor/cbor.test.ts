import { readFileSync } from "node:fs";
import { decode, encode, rfc8949EncodeOptions } from "cborg";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CborValue,
  decodeCbor,
  encodeCbor,
  fromHex,
  hex,
  InvariantError,
  isCborMap,
  present,
  splitCborSequence,
} from "../../../src/core/index.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function vectors<T>(file: string): readonly T[] {
  const url = new URL(`../../../vectors/cbor/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as readonly T[];
}

/** `{"$bytes": hex}` stands for bytes, `{"$map": [[key, value]…]}` for a map with integer keys. */
function fromJson(json: Json): CborValue {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return (json as readonly Json[]).map(fromJson);
  const { $bytes, $map, ...fields } = json as { readonly [key: string]: Json };
  if (typeof $bytes === "string") return present(fromHex($bytes), $bytes);
  if (Array.isArray($map)) {
    const pairs = $map as readonly (readonly [number | string, Json])[];
    return new Map(pairs.map(([key, value]) => [key, fromJson(value)]));
  }
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, fromJson(value)]));
}

const bytesOf = (text: string): Uint8Array => present(fromHex(text), text);

const key = fc.string({ unit: "grapheme", maxLength: 80 }).filter((name) => name !== "__proto__");

const { value: arbitraryValue } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.string({ unit: "grapheme", maxLength: 80 }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.dictionary(key, tie("value"), { maxKeys: 30, noNullPrototype: true }),
    fc
      .array(fc.tuple(fc.integer({ min: -300, max: 300 }), tie("value")), { minLength: 1 })
      .map((pairs) => new Map(pairs)),
  ),
}));

describe("decodeCbor and encodeCbor", () => {
  it.each(vectors<{ hex: string; value: Json }>("valid"))("know $hex", ({ hex: text, value }) => {
    expect(decodeCbor(bytesOf(text))).toEqual({ ok: true, value: fromJson(value) });
    expect(hex(encodeCbor(fromJson(value)))).toBe(text);
  });

  it.each(vectors<{ hex: string; why: string; code: string; offset: number }>("invalid"))(
    "refuse $why",
    ({ hex: text, code, offset }) => {
      expect(decodeCbor(bytesOf(text))).toEqual({ ok: false, error: { code, offset } });
    },
  );

  it("are each other's inverse, and write what cborg writes", () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        const bytes = encodeCbor(value);
        expect(decodeCbor(bytes)).toEqual({ ok: true, value });
        expect(hex(encode(value, rfc8949EncodeOptions))).toBe(hex(bytes));
      }),
      { numRuns: 200 },
    );
  });

  it("take only what they would write, and read it as cborg does", () => {
    fc.assert(
      fc.property(arbitraryValue, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
        const bytes = encodeCbor(value);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] as number) ^ flip;
        const read = decodeCbor(bytes);
        if (!read.ok) return;
        expect(hex(encodeCbor(read.value))).toBe(hex(bytes));
        const theirs = decode(bytes, { useMaps: true, strict: true, rejectDuplicateMapKeys: true });
        expect(hex(encode(theirs, rfc8949EncodeOptions))).toBe(hex(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("leave out fields that are undefined", () => {
    expect(hex(encodeCbor({ a: undefined, b: 1 }))).toBe("a1616201");
  });

  it("tell maps whose keys hold the separator of remembered orders apart", () => {
    for (let round = 0; round < 2; round++) {
      expect(hex(encodeCbor({ "a\u0000b": 1, c: 2 }))).toBe("a261630263610062" + "01");
      expect(hex(encodeCbor({ a: 1, "b\u0000c": 2 }))).toBe("a261610163620063" + "02");
      expect(hex(encodeCbor({ a: 1, b: 2, c: 3 }))).toBe("a3616101616202616303");
    }
  });

  it("stay right when more shapes come by than are remembered", () => {
    for (let i = 0; i < 5000; i++) {
      const name = `key${i}`;
      const bytes = encodeCbor({ [name]: 1, a: 2 });
      expect(decodeCbor(bytes)).toEqual({ ok: true, value: { [name]: 1, a: 2 } });
    }
    for (let i = 0; i < 300; i++) {
      const fields = Array.from({ length: 64 }, (_, field) => [`${i}.${field}`, field] as const);
      const value = Object.fromEntries(fields);
      expect(decodeCbor(encodeCbor(value))).toEqual({ ok: true, value });
    }
  });

  it("write values larger than any buffer so far", () => {
    const large = new Uint8Array(200_000).fill(7);
    const bytes = encodeCbor([large, "x".repeat(70_000)]);
    expect(decodeCbor(bytes)).toEqual({ ok: true, value: [large, "x".repeat(70_000)] });
  });

  it("stop for what has no encoding, and go on afterwards", () => {
    for (const value of [1.5, 2 ** 53, Number.NaN]) {
      expect(() => encodeCbor([value])).toThrow(InvariantError);
    }
    expect(() => encodeCbor({ ["__proto__"]: 1 })).toThrow(InvariantError);
    expect(hex(encodeCbor([1]))).toBe("8101");
  });

  it("do not take a fault of the bytes' owner for a refusal", () => {
    const broken = new Proxy(new Uint8Array(1), {
      get: (target, name) => {
        if (name === "0") throw new RangeError("detached");
        return Reflect.get(target, name, target);
      },
    });
    expect(() => decodeCbor(broken)).toThrow(RangeError);
    expect(() => [...splitCborSequence(broken)]).toThrow(RangeError);
  });

  it("know text-keyed maps from everything else", () => {
    expect(isCborMap({})).toBe(true);
    for (const value of [undefined, null, 1, [], new Uint8Array(), new Map()]) {
      expect(isCborMap(value)).toBe(false);
    }
  });
});

describe("splitCborSequence", () => {
  const split = (text: string) =>
    [...splitCborSequence(bytesOf(text))].map((part) => (part.ok ? hex(part.value) : part.error));

  it("gives each value its own bytes, tags included", () => {
    expect(split("01d28443a1012600a040820102a16161f6f5")).toEqual([
      "01",
      "d28443a1012600a040",
      "820102",
      "a16161f6",
      "f5",
    ]);
    expect(split("")).toEqual([]);
  });

  it("ends at the first value that is none", () => {
    expect(split("0182")).toEqual(["01", { code: "CBOR_TRUNCATED", offset: 2 }]);
    expect(split("5f")).toEqual([{ code: "CBOR_TYPE", offset: 0 }]);
    expect(split("81".repeat(25))).toEqual([{ code: "CBOR_DEPTH", offset: 24 }]);
  });
});
