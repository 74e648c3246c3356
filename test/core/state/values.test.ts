import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BlockEntry,
  codeKey,
  decodeBlockEntry,
  divisionOf,
  effectiveKeys,
  effectiveStatus,
  encodeBlockEntry,
  encodeCbor,
  encodeGenesis,
  type Hash,
  hex,
  isBlockEntry,
  isoDate,
  registrationKey,
} from "../../../src/core/index.ts";
import { certain, InvariantError, present } from "../../../src/core/invariant.ts";
import { child, city, cityLedger, code, GENESIS, register } from "./kit.ts";

const ENTRY: BlockEntry = {
  app: 1,
  time: 1,
  count: 1,
  first: 0,
  height: 0,
  mapRoot: new Uint8Array(32) as Hash,
};

describe("a block entry", () => {
  it("is read as it was written, and told from other entries by its first bytes", () => {
    const bytes = encodeBlockEntry(ENTRY);
    expect(decodeBlockEntry(bytes)).toEqual({ ok: true, value: ENTRY });
    expect(isBlockEntry(bytes)).toBe(true);
    expect(isBlockEntry(encodeGenesis(GENESIS))).toBe(false);
  });

  it("is refused with the reason", () => {
    const why = (bytes: Uint8Array) => decodeBlockEntry(bytes);
    expect(why(new Uint8Array())).toEqual({
      ok: false,
      error: { code: "PROOF_BLOCK_ENTRY", why: "CBOR_TRUNCATED" },
    });
    expect(why(encodeCbor(["block", { ...ENTRY, count: 0 }]))).toMatchObject({
      error: { why: "1/count" },
    });
  });
});

describe("isoDate", () => {
  it("says what the platform's calendar says", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
        (date) => {
          expect(isoDate(date.getTime())).toBe(date.toISOString().slice(0, 10));
        },
      ),
    );
  });
});

describe("effective status", () => {
  it("says which values it rests on", () => {
    const ledger = cityLedger();
    const id = register(ledger, [child("MA.156.1301.02", "department")], city);
    expect(effectiveKeys(ledger as never, code("MA.156.1301.02"))).toEqual([
      "code/MA.156.1301.02",
      `registration/${hex(id)}`,
      "code/MA.156.1301",
      "code/MA.156",
      "code/MA",
    ]);
    expect(effectiveKeys(ledger as never, code("MA.156.9999"))).toContain("code/MA.156.9999");
  });

  it("goes as far up as the values reach that it is given", () => {
    const ledger = cityLedger();
    const id = register(ledger, [child("MA.156.1301.02", "department")], city);
    const record = ledger.record("MA.156.1301.02");
    const only = new Map<string, unknown>([[registrationKey(id), { void: true }]]);
    const reader = { get: (key: string) => only.get(key) } as never;
    expect(effectiveStatus(reader, record)).toEqual({
      status: "void",
      because: "MA.156.1301.02#1",
    });
    expect(codeKey(record.code)).toBe("code/MA.156.1301.02");
  });
});

describe("the division of a code", () => {
  it("is what aliases are unique in, also above divisions", () => {
    expect(divisionOf(code("MA.156.1301.02/LAMP/1"))).toBe("MA.156.1301");
    expect(divisionOf(code("MA.156/LAMP"))).toBe("MA.156");
    expect(divisionOf(code("MA"))).toBe("MA");
  });
});

describe("what cannot be", () => {
  it("stops the process", () => {
    expect(() => present(undefined, "a thing")).toThrow(InvariantError);
    expect(() => certain({ ok: false, error: "x" }, "a thing")).toThrow(InvariantError);
    expect(certain({ ok: true, value: 1 }, "one")).toBe(1);
  });
});
