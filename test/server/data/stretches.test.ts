import { expect, test } from "vitest";
import { beijingTime, STEPS, stretchOf } from "../../../src/server/data/stretches.ts";

test("every stretch has a beginning that is a time, at the ends of the calendar too", () => {
  for (const text of ["0000-01-01T00:00:00Z", "2026-11-29T00:00:00Z", "9999-12-31T23:59:59Z"]) {
    for (const step of STEPS) {
      const [from, to] = stretchOf(step)(Date.parse(text));
      expect([from <= Date.parse(text), to > Date.parse(text)]).toEqual([true, true]);
      expect(Date.parse(beijingTime(from)), `${step} ${text}`).toBe(from);
    }
  }
  expect(beijingTime(Date.parse("9999-12-31T16:00:00Z"))).toBe("+010000-01-01T00:00:00+08:00");
});
