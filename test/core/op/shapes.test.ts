import { describe, expect, it } from "vitest";
import {
  application,
  type CborValue,
  chunkItem,
  fitShape,
  geometry,
  operation,
  type Shape,
} from "../../../src/core/index.ts";
import { fields, oneOf } from "../../../src/core/op/shape.ts";
import { ALL, keySpec, named, testKey } from "../state/kit.ts";

const HASH = new Uint8Array(32);
const POINT = [1_145_000_000, 380_000_000] as const;
const BOX = [1, 2, 3, 4] as const;

function refusal(shape: Shape<unknown>, value: unknown) {
  const fit = fitShape(shape, value as CborValue);
  return fit.ok ? "taken" : fit.error;
}
const ofGeometry = (value: unknown) => refusal(geometry, value);
const ofOperation = (value: unknown) => refusal(operation, value);

describe("a geometry", () => {
  it("is a point, a line, a polygon, a cell, or a link to a larger shape", () => {
    const ring = [POINT, [0, 0], [1, 0], POINT];
    const linked = { sha256: HASH, url: "https://example.com/a.json", bbox: BOX };
    for (const value of [
      { point: POINT },
      { line: [POINT, POINT] },
      { polygon: [ring, ring] },
      { cell: BOX },
      { linked },
    ]) {
      expect(ofGeometry(value)).toBe("taken");
    }
    expect(ofGeometry({})).toMatchObject({ code: "OP_FIELD_TYPE", path: "" });
    expect(ofGeometry(7)).toMatchObject({ code: "OP_FIELD_TYPE", want: "map" });
  });

  it("lies on the earth", () => {
    expect(ofGeometry({ point: [1_800_000_001, 0] })).toMatchObject({
      code: "OP_FIELD_LIMIT",
      path: "point/0",
    });
    expect(ofGeometry({ point: [0, -900_000_001] })).toMatchObject({ path: "point/1" });
    expect(ofGeometry({ point: [0] })).toMatchObject({ code: "OP_FIELD_TYPE", path: "point" });
    expect(ofGeometry({ point: ["0", 0] })).toMatchObject({ want: "integer" });
    expect(ofGeometry({ cell: [3, 2, 1, 4] })).toMatchObject({ path: "cell" });
    expect(ofGeometry({ cell: [1, 4, 3, 2] })).toMatchObject({ code: "OP_FIELD_TYPE" });
  });

  it("has closed rings and at most 64 positions in all", () => {
    const open = [POINT, [0, 0], [1, 0], [1, 1]];
    expect(ofGeometry({ polygon: [open] })).toMatchObject({
      want: "rings that end where they begin",
    });
    const sameLongitude = [POINT, [0, 0], [1, 0], [POINT[0], 0]];
    expect(ofGeometry({ polygon: [sameLongitude] })).toMatchObject({ code: "OP_FIELD_TYPE" });
    const long = Array.from({ length: 40 }, () => POINT);
    expect(ofGeometry({ polygon: [long, long] })).toMatchObject({
      code: "OP_FIELD_LIMIT",
      path: "polygon",
    });
    expect(ofGeometry({ line: Array.from({ length: 65 }, () => POINT) })).toMatchObject({
      code: "OP_FIELD_LIMIT",
      path: "line",
    });
    expect(ofGeometry({ line: 7 })).toMatchObject({ want: "array" });
  });

  it("links by https", () => {
    const linked = { sha256: HASH, url: "http://example.com", bbox: BOX };
    expect(ofGeometry({ linked })).toMatchObject({ code: "OP_FIELD_TYPE", path: "linked/url" });
  });
});

describe("an update", () => {
  const update = (more: object) => ({ op: "update", code: "MA.156.1301", prev: HASH, ...more });
  const attribute = (value: unknown) =>
    ofOperation(update({ attributes: { height: { value, validFrom: "2020-02-29" } } }));

  it("has attributes of text, integers and booleans, or commitments to them", () => {
    for (const value of ["8 m", 8, true]) expect(attribute(value)).toBe("taken");
    expect(attribute(null)).toMatchObject({ path: "attributes/height/value", want: "text" });
    const commit = { commit: HASH, validFrom: "2000-02-29" };
    expect(ofOperation(update({ attributes: { height: commit } }))).toBe("taken");
    const both = { ...commit, value: 8 };
    expect(ofOperation(update({ attributes: { height: both } }))).toMatchObject({
      code: "OP_FIELD_UNKNOWN",
      path: "attributes/height/value",
    });
  });

  it("has at most 4 KiB of attributes", () => {
    const attributes = { a: { value: "x".repeat(4090), validFrom: "2020-01-01" } };
    expect(ofOperation(update({ attributes }))).toMatchObject({
      code: "OP_FIELD_LIMIT",
      path: "attributes",
    });
    expect(ofOperation(update({ attributes: {} }))).toMatchObject({ code: "OP_FIELD_LIMIT" });
    expect(ofOperation(update({ attributes: [] }))).toMatchObject({ want: "map" });
  });

  it("is stated on more days than are remembered", () => {
    const days = Array.from({ length: 1100 }, (_, i) =>
      new Date(Date.UTC(2000, 0, 1 + i)).toISOString().slice(0, 10),
    );
    for (const day of days) expect(ofOperation(update({ names: named("x", day) }))).toBe("taken");
    expect(ofOperation(update({ names: named("x", "2000-02-30") }))).toMatchObject({
      path: "names/zh/validFrom",
    });
  });

  it("is stated on days of the calendar", () => {
    for (const day of ["1900-02-29", "2023-02-29", "2023-04-31", "2023-13-01"]) {
      expect(ofOperation(update({ names: named("x", day) }))).toMatchObject({
        path: "names/zh/validFrom",
      });
    }
    expect(ofOperation(update({ names: named("x", "2023-12-31") }))).toBe("taken");
  });

  it("has text that shows what it says", () => {
    for (const bad of ["a\u0085b", "a\u2067b", "a\ufeffb", ""]) {
      expect(ofOperation(update({ names: named(bad) }))).toMatchObject({ path: "names/zh/value" });
    }
  });

  it("names no alias twice", () => {
    const alias = { scheme: "asset", value: "1" };
    expect(ofOperation(update({ aliases: { add: [alias, alias] } }))).toMatchObject({
      code: "OP_FIELD_TYPE",
      path: "aliases/add",
    });
  });
});

describe("keys", () => {
  const keys = (more: object) => ({ op: "keys", code: "member/A", prev: HASH, ...more });

  it("belong to a code or a member", () => {
    expect(ofOperation(keys({}))).toBe("taken");
    expect(ofOperation({ ...keys({}), code: "member/a" })).toMatchObject({ path: "code" });
    expect(ofOperation({ ...keys({}), code: 7 })).toMatchObject({ path: "code" });
  });

  it("are public keys with uses in order and, as a passkey, an origin", () => {
    const { key } = testKey("x");
    const add = (more: object) =>
      ofOperation(keys({ add: [{ key, uses: ["data"], label: "x", ...more }] }));
    expect(add({})).toBe("taken");
    expect(add({ uses: ["record", "data"] })).toMatchObject({ path: "add/0/uses" });
    expect(add({ uses: ["data", "data"] })).toMatchObject({ path: "add/0/uses" });
    expect(add({ key: new Map() })).toMatchObject({ path: "add/0/key" });
    expect(add({ rpId: "a.example" })).toMatchObject({ want: "rpId and origin together" });
  });

  it("are closed as compromised with a moment, and as retired without", () => {
    const close = (more: object) =>
      ofOperation(keys({ close: [{ kid: new Uint8Array(8), ...more }] }));
    expect(close({ why: "compromised" })).toMatchObject({
      code: "OP_FIELD_MISSING",
      path: "close/0/since",
    });
    expect(close({ why: "retired", since: 1 })).toMatchObject({ code: "OP_FIELD_UNKNOWN" });
    expect(close({ why: "lost" })).toMatchObject({ path: "close/0/why" });
    expect(close({ why: 7 })).toMatchObject({ path: "close/0/why" });
    expect(close({ why: "retired", kid: new Uint8Array(7) })).toMatchObject({ want: "8 bytes" });
    expect(close({ why: "retired", kid: "x" })).toMatchObject({ want: "bytes" });
    expect(ofOperation(keys({ close: [7] }))).toMatchObject({ path: "close/0", want: "map" });
  });
});

describe("other operations", () => {
  it("an admit carries bytes, within a limit", () => {
    expect(ofOperation({ op: "admit", application: new Uint8Array() })).toMatchObject({
      code: "OP_FIELD_LIMIT",
      want: "1 to 49152 bytes",
    });
  });

  it("a gazette item adds or replaces, never both", () => {
    const fact = { names: { zh: "x" }, level: "county", from: "1981-02-29", source: "x" };
    const item = (more: object) =>
      ofOperation({ op: "gazette", items: [{ code: "MA.156.1301", ...more }] });
    expect(item({})).toMatchObject({ want: "either add or replace" });
    expect(item({ add: [fact] })).toMatchObject({ path: "items/0/add/0/from" });
    expect(item({ add: [{ ...fact, from: "1981-02" }] })).toBe("taken");
  });

  it("a member leaves with nothing but its name", () => {
    const leave = { op: "member", id: "A", prev: HASH, leave: true };
    expect(ofOperation(leave)).toBe("taken");
    expect(ofOperation({ ...leave, op: "gazette" })).toMatchObject({ code: "OP_FIELD_MISSING" });
    expect(ofOperation({ ...leave, names: { zh: "x" } })).toMatchObject({ path: "names" });
    expect(ofOperation({ ...leave, leave: false })).toMatchObject({ path: "leave", want: "true" });
  });

  it("a proposal carries an operation that can be decided on", () => {
    expect(ofOperation({ op: "propose", inner: { op: "propose" } })).toMatchObject({
      path: "inner/op",
    });
  });

  it("an application asks for at least one key", () => {
    const apply = { op: "apply", code: "MA.156.1301", names: named("x"), evidence: [] };
    const evidence = [{ title: "x", commit: HASH }];
    expect(refusal(application, { ...apply, evidence, keys: [] })).toMatchObject({ path: "keys" });
    const keys = [keySpec("x", ALL)];
    expect(refusal(application, { ...apply, keys })).toMatchObject({ path: "evidence" });
  });

  it("an item of a chunk is told by its fields", () => {
    expect(refusal(chunkItem, {})).toMatchObject({ want: "a map with kind or do or prev" });
    expect(refusal(chunkItem, { do: "retire" })).toMatchObject({ code: "OP_FIELD_MISSING" });
  });
});

describe("fitShape", () => {
  it("does not take a bug of a shape for a refusal", () => {
    const broken: Shape<unknown> = () => {
      throw new RangeError("bug");
    };
    expect(() => fitShape(broken, 1)).toThrow(RangeError);
    expect(() => fitShape(fields<{ a: unknown }>({ a: broken }), { a: 1 })).toThrow(RangeError);
  });

  it("says what has the wrong type, whichever shape asks", () => {
    expect(ofOperation(7)).toMatchObject({ want: "map" });
    expect(refusal(fields<{ a: string }>({ a: oneOf("x", "y") }), 7)).toMatchObject({
      want: "map",
    });
    expect(refusal(oneOf("x", "y"), "z")).toMatchObject({ want: "x | y" });
  });
});
