import { describe, expect, it } from "vitest";
import type { Attributes, UpdateItem } from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  named,
  register,
  type TestLedger,
} from "../kit.ts";

const LAMP = "MA.156.1301.02/LAMP/0001";

function lampLedger(): TestLedger {
  const ledger = cityLedger();
  register(ledger, [
    child("MA.156.1301.02", "department"),
    child("MA.156.1301.02/LAMP", "class"),
    child(LAMP, "thing", { aliases: [{ scheme: "asset", value: "L-1" }] }),
  ]);
  return ledger;
}

function update(ledger: TestLedger, change: Partial<UpdateItem>, of = LAMP) {
  return { op: "update" as const, code: code(of), prev: ledger.record(of).op, ...change };
}

describe("update", () => {
  it("changes what it names and moves `op`, and leaves the rest and `control` alone", () => {
    const ledger = lampLedger();
    const before = ledger.record(LAMP);
    const { hash } = ledger.must(
      update(ledger, { stage: { value: "in-use", validFrom: "2024-05-01" }, links: [] }),
      city,
    );
    expect(ledger.record(LAMP)).toMatchObject({ op: hash, stage: { value: "in-use" } });
    expect(ledger.record(LAMP).control).toEqual(before.control);
    expect(ledger.record(LAMP).names).toEqual(before.names);
  });

  it("refuses what does not follow the last change, with both hashes", () => {
    const ledger = lampLedger();
    const prev = new Uint8Array(32);
    expect(ledger.refused({ ...update(ledger, {}), prev }, city)).toMatchObject({
      code: "STATE_PREV",
      subject: LAMP,
      got: "0".repeat(64),
    });
  });

  it("keeps the statement that begins latest, whichever was recorded last", () => {
    const ledger = lampLedger();
    const at = (height: number, validFrom: string): Attributes => ({
      height: { value: height, validFrom },
    });
    ledger.must(update(ledger, { attributes: at(8, "2024-01-01") }), city);
    ledger.must(update(ledger, { attributes: at(6, "2020-01-01") }), city);
    expect(ledger.record(LAMP).attributes).toEqual(at(8, "2024-01-01"));
    ledger.must(update(ledger, { attributes: at(9, "2024-01-01") }), city);
    expect(ledger.record(LAMP).attributes).toEqual(at(9, "2024-01-01"));
  });

  it("takes an attribute that bears the name of something every object has", () => {
    const ledger = lampLedger();
    const attributes = { constructor: { value: "Zhao", validFrom: "2020-01-01" } };
    ledger.must(update(ledger, { attributes: { ...attributes } }), city);
    expect(Object.entries(ledger.record(LAMP).attributes)).toEqual(Object.entries(attributes));
  });

  it("keeps the geometry that was there when it names none, and replaces it by a later one", () => {
    const ledger = lampLedger();
    const point = (validFrom: string, x: number) =>
      ({ value: { point: [x, 380_000_000] }, validFrom }) as const;
    ledger.must(update(ledger, { geometry: point("2020-01-01", 1_145_000_000) }), city);
    ledger.must(update(ledger, { names: named("路灯一") }), city);
    expect(ledger.record(LAMP).geometry).toMatchObject({ validFrom: "2020-01-01" });
    ledger.must(update(ledger, { geometry: point("2019-01-01", 1_146_000_000) }), city);
    expect(ledger.record(LAMP).geometry).toEqual(point("2020-01-01", 1_145_000_000));
  });

  it("refuses a statement about the future", () => {
    const ledger = lampLedger();
    const names = named("路灯", "2026-11-23");
    expect(ledger.refused(update(ledger, { names }), city)).toEqual({
      code: "STATE_VALID_FROM",
      field: "names/zh",
      validFrom: "2026-11-23",
      today: "2026-11-22",
    });
  });

  it("gives up aliases that the record holds, and takes free ones", () => {
    const ledger = lampLedger();
    const [old, next] = [
      { scheme: "asset", value: "L-1" },
      { scheme: "asset", value: "L-2" },
    ];
    ledger.must(update(ledger, { aliases: { remove: [old], add: [next] } }), city);
    expect(ledger.record(LAMP).aliases).toEqual([next]);
    expect(ledger.get("alias/MA.156.1301/asset/L-1")).toEqual({});
    expect(ledger.get("alias/MA.156.1301/asset/L-2")).toEqual({ code: `${LAMP}#1` });
    ledger.must(update(ledger, { aliases: { add: [next] } }), city);
    expect(ledger.record(LAMP).aliases).toEqual([next]);
    expect(ledger.refused(update(ledger, { aliases: { remove: [old] } }), city)).toMatchObject({
      code: "STATE_ALIAS_NOT_HELD",
      value: "L-1",
    });
  });

  it("refuses an alias that another record of the division has", () => {
    const ledger = lampLedger();
    const add = [{ scheme: "asset", value: "L-1" }];
    expect(ledger.refused(update(ledger, { aliases: { add } }, "MA.156.1301.02"), city)).toEqual({
      code: "STATE_ALIAS_TAKEN",
      scheme: "asset",
      value: "L-1",
      by: `${LAMP}#1`,
    });
  });

  it("refuses what would bring the record over a limit", () => {
    const ledger = lampLedger();
    const many = (from: number, count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `a${from + i}`,
          { value: 1, validFrom: "2020-01-01" },
        ]),
      );
    ledger.must(update(ledger, { attributes: many(0, 40) }), city);
    const attributes = many(40, 40);
    expect(ledger.refused(update(ledger, { attributes }), city)).toMatchObject({
      code: "STATE_FIELD_LIMIT",
      field: "attributes",
      max: 64,
    });
    const long = { note: { value: "x".repeat(3000), validFrom: "2020-01-01" } };
    expect(ledger.refused(update(ledger, { attributes: long }), city)).toMatchObject({
      code: "STATE_FIELD_LIMIT",
      field: "attributes bytes",
    });
    const tongue = (i: number) => `x${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`;
    const names = (from: number, count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          tongue(from + i),
          { value: "灯", validFrom: "2020-01-01" },
        ]),
      );
    ledger.must(update(ledger, { names: names(0, 10) }), city);
    expect(ledger.refused(update(ledger, { names: names(10, 10) }), city)).toMatchObject({
      code: "STATE_FIELD_LIMIT",
      field: "names",
      max: 16,
    });
    const aliases = (from: number, count: number) => ({
      add: Array.from({ length: count }, (_, i) => ({ scheme: "old", value: `${from + i}` })),
    });
    ledger.must(update(ledger, { aliases: aliases(0, 10) }), city);
    expect(ledger.refused(update(ledger, { aliases: aliases(10, 10) }), city)).toMatchObject({
      code: "STATE_FIELD_LIMIT",
      field: "aliases",
      max: 16,
    });
  });

  it("is for the nearest that has a record key: a department's own key takes it from the city", () => {
    const ledger = cityLedger();
    register(ledger, [
      child("MA.156.1301.03", "department", { keys: [keySpec("clerk", ["record"])] }),
    ]);
    const change = update(ledger, { names: named("城管局") }, "MA.156.1301.03");
    expect(ledger.refused(change, city)).toEqual({
      code: "AUTH_ISSUER",
      want: "MA.156.1301.03",
      got: "MA.156.1301",
    });
    ledger.must(change, { iss: "MA.156.1301.03", key: "clerk" });
  });

  it("refuses a code that has no record", () => {
    const ledger = cityLedger();
    const body = { op: "update" as const, code: code("MA.156.1301.09"), prev: new Uint8Array(32) };
    expect(ledger.refused(body, city)).toEqual({
      code: "STATE_UNKNOWN",
      subject: "MA.156.1301.09",
    });
  });
});
