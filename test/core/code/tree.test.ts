import fc from "fast-check";
import { expect, test } from "vitest";
import { ancestorsOf, isBelow, parentOf, parseCode } from "../../../src/core/code/index.ts";
import { anyCode, code } from "./arbitrary.ts";

test("names the ancestors, the nearest first", () => {
  expect(ancestorsOf(code("MA.156.1301.01/LAMP/000123"))).toEqual([
    "MA.156.1301.01/LAMP",
    "MA.156.1301.01",
    "MA.156.1301",
    "MA.156",
    "MA",
  ]);
});

test("hangs a division below its country and not below the province that its digits begin with", () => {
  expect(parentOf(code("MA.156.1301"))).toBe("MA.156");
  expect(isBelow(code("MA.156.1301"), code("MA.156.13"))).toBe(false);
});

test("gives the root no parent and nothing to be below", () => {
  expect(parentOf(code("MA"))).toBeUndefined();
  expect(isBelow(code("MA"), code("MA"))).toBe(false);
});

test("makes every ancestor a code of its own", () => {
  fc.assert(
    fc.property(anyCode, (any) => {
      for (const ancestor of ancestorsOf(any))
        expect(parseCode(ancestor)).toEqual({ ok: true, value: ancestor });
    }),
  );
});

test("is below exactly its ancestors", () => {
  fc.assert(
    fc.property(anyCode, anyCode, (one, other) => {
      expect(isBelow(one, other)).toBe(ancestorsOf(one).includes(other));
      for (const ancestor of ancestorsOf(one)) expect(isBelow(one, ancestor)).toBe(true);
    }),
  );
});
