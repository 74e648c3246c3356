import { expect, test } from "vitest";
import { beijingDate, readableTime, rfc3339 } from "../../src/text/index.ts";

test("spells Beijing time with UTC beside it", () => {
  expect(readableTime(Date.UTC(2026, 10, 22, 6, 5, 59))).toEqual({
    beijing: "2026-11-22 14:05",
    utc: "2026-11-22 06:05",
  });
});

test("knows that the day begins earlier in Beijing", () => {
  const moment = Date.UTC(2025, 11, 31, 16, 0, 0);
  expect(readableTime(moment)).toEqual({ beijing: "2026-01-01 00:00", utc: "2025-12-31 16:00" });
  expect(beijingDate(moment)).toBe("2026-01-01");
  expect(beijingDate(moment - 1)).toBe("2025-12-31");
});

test("knows no summer time", () => {
  // China had one from 1986 to 1991; records are stamped in UTC and shown at one offset.
  expect(readableTime(Date.UTC(1990, 6, 1, 0, 0, 0)).beijing).toBe("1990-07-01 08:00");
});

test("spells RFC 3339 in UTC", () => {
  expect(rfc3339(1_700_000_000_123)).toBe("2023-11-14T22:13:20.123Z");
});
