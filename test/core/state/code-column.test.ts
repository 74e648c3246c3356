import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Code, InvariantError } from "../../../src/core/index.ts";
import { CodeColumn, NOWHERE } from "../../../src/core/state/code-column.ts";

function columnOf(codes: readonly string[]): CodeColumn {
  const column = new CodeColumn();
  for (const code of codes) column.push(code as Code);
  return column;
}

const code = fc
  .array(fc.constantFrom("0", "1", "A", "B", ".", "/"), { minLength: 1, maxLength: 6 })
  .map((letters) => letters.join(""));

describe("codes in a column", () => {
  it("stand in their order, and are found where they stand or nowhere", () => {
    fc.assert(
      fc.property(fc.uniqueArray(code), fc.array(code), (given, others) => {
        const sorted = [...given].sort();
        const column = columnOf(sorted);
        expect(column.length).toBe(sorted.length);
        expect(sorted.map((_, place) => column.at(place))).toEqual(sorted);
        for (const each of [...sorted, ...others, ...given]) {
          expect(column.find(each as Code)).toBe(sorted.indexOf(each));
        }
      }),
    );
  });

  it("are as many as there are, and as long as a code can be", () => {
    const codes = Array.from({ length: 70_000 }, (_, i) => `MA.${String(i).padStart(57, "0")}`);
    const column = columnOf(codes);
    for (const place of [0, 1091, 1092, 65_535, 65_536, 69_999, 3]) {
      expect(column.at(place)).toBe(codes[place]);
      expect(column.find(codes[place] as Code)).toBe(place);
    }
    expect(column.find("MA.1" as Code)).toBe(NOWHERE);
  });

  it("come in rising order", () => {
    for (const late of ["A", "B"]) {
      expect(() => columnOf(["B", late])).toThrow(InvariantError);
    }
  });
});
