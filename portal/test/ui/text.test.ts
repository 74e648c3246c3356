import { expect, test } from "vitest";
import { isDay, todayInBeijing } from "../../src/tour/in-time/day.ts";
import { elideHash } from "../../src/ui/elide-hash.ts";
import { plainNameOf } from "../../src/ui/names.ts";
import { namedFacts } from "../../src/ui/problem-note.tsx";
import { BEIJING_HOURS, formatTime } from "../../src/ui/time.ts";

test("a time is shown in Beijing, or in UTC", () => {
  const time = Date.UTC(2026, 10, 22, 22, 5, 9);
  expect(formatTime(time, BEIJING_HOURS)).toBe("2026-11-23 06:05");
  expect(formatTime(time, 0)).toBe("2026-11-22 22:05");
});

test("the day in Beijing begins eight hours before the day in UTC", () => {
  expect(todayInBeijing(Date.UTC(2026, 10, 22, 15, 59))).toBe("2026-11-22");
  expect(todayInBeijing(Date.UTC(2026, 10, 22, 16, 0))).toBe("2026-11-23");
});

test("only a whole date is a day", () => {
  expect(["2015-06-01", "2015-6-1", "2015-06", "2015-13-01", ""].map(isDay)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("a hash is shown by its ends, and a short one whole", () => {
  expect(elideHash("a1b2c3d4".repeat(8))).toBe("a1b2c3d4…c3d4");
  expect(elideHash("a1b2c3d4a1b2c3d4")).toBe("a1b2c3d4a1b2c3d4");
});

test("a name is given in the language asked for, else in Chinese, else in any", () => {
  expect(plainNameOf({ zh: "济南市", en: "Jinan" }, "en")).toBe("Jinan");
  expect(plainNameOf({ zh: "济南市" }, "en")).toBe("济南市");
  expect(plainNameOf({ "zh-Latn": "Jǐnán" }, "en")).toBe("Jǐnán");
});

test("a problem shows the facts that its remedy names, and no others", () => {
  const remedy = "Correct the parameter `name` as `want` says, not `other`; again `name`.";
  const facts = { name: "q", want: { max: 64 }, got: "" };
  expect(namedFacts({ remedy, facts })).toEqual([
    ["name", "q"],
    ["want", '{"max":64}'],
  ]);
});
