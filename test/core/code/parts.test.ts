import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeParts, codeShape, formatCode } from "../../../src/core/code/index.ts";
import { anyCode, code } from "./arbitrary.ts";

test("takes a code apart by what its nodes mean", () => {
  expect(codeParts(code("MA.156.1301.01.2/LAMP.LED/000123.4"))).toEqual({
    country: "156",
    division: "1301",
    departments: ["01", "2"],
    classNodes: ["LAMP", "LED"],
    itemNodes: ["000123", "4"],
  });
});

test("leaves out what a short code does not say", () => {
  expect(codeParts(code("MA"))).toStrictEqual({ departments: [], classNodes: [], itemNodes: [] });
});

test("puts together again what it took apart", () => {
  fc.assert(
    fc.property(anyCode, (any) => {
      expect(formatCode(codeParts(any))).toEqual({ ok: true, value: any });
    }),
  );
});

test("has exactly the parts that its shape says", () => {
  fc.assert(
    fc.property(anyCode, (any) => {
      const parts = codeParts(any);
      const shape = codeShape(any);
      expect(parts.itemNodes.length > 0).toBe(shape === "item");
      expect(parts.classNodes.length > 0).toBe(shape === "item" || shape === "class");
    }),
  );
});

describe("formatCode", () => {
  test.each([
    {
      why: "the country is missing",
      parts: { division: "1301" },
      error: { code: "CODE_EMPTY_NODE", position: 3 },
    },
    {
      why: "the division is missing",
      parts: { country: "156", departments: ["01"] },
      error: { code: "CODE_EMPTY_NODE", position: 7 },
    },
    {
      why: "the class is missing",
      parts: { country: "156", itemNodes: ["1"] },
      error: { code: "CODE_EMPTY_NODE", position: 7 },
    },
    {
      why: "a node holds a dot, and so would be two",
      parts: { country: "156", division: "1301.01" },
      error: { code: "CODE_CHARACTER", position: 11, character: "." },
    },
    {
      why: "a node holds a slash",
      parts: { country: "156", classNodes: ["A", "B/C"] },
      error: { code: "CODE_CHARACTER", position: 10, character: "/" },
    },
    {
      why: "the division is not spelt canonically",
      parts: { country: "156", division: "130100" },
      error: { code: "CODE_DIVISION_SPELLING", canonical: "MA.156.1301" },
    },
  ])("refuses when $why", ({ parts, error }) => {
    expect(formatCode(parts)).toMatchObject({ ok: false, error });
  });

  test("makes the root of nothing", () => {
    expect(formatCode({})).toEqual({ ok: true, value: "MA" });
  });
});
