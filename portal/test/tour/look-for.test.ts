import type { Client, EntrySummary } from "cityid/sdk";
import { expect, test } from "vitest";
import { lookFor } from "../../src/tour/kill/look-for.ts";

/** A log of updates with these hashes from index 10 on, served in pages of two. */
function logOf(hashes: readonly string[]): Pick<Client, "log"> {
  return {
    log: async (filter = {}, { cursor = "0" } = {}) => {
      const start = Math.max(0, (filter.from ?? 0) - 10) + Number(cursor);
      const items = hashes.slice(start, start + 2).map((hash, i) => entry(hash, 10 + start + i));
      const more = start + 2 < hashes.length;
      return more ? { items, next: String(Number(cursor) + 2) } : { items };
    },
  };
}

function entry(hash: string, index: number): EntrySummary {
  return { hash, index, time: "", height: 1, kind: "update", codes: [] };
}

const receipt = "";

test("everything that was confirmed is found where it was said to stand", async () => {
  const told = {
    confirmed: new Map([
      ["b", { index: 11, receipt }],
      ["d", { index: 13, receipt }],
    ]),
    unanswered: new Set(["e", "x"]),
  };
  const search = await lookFor(told, logOf(["a", "b", "c", "d", "e"]));
  expect(search).toEqual({ found: 2, missing: [], unansweredFound: 1 });
});

test("a confirmed change that is gone, or stands elsewhere, is named", async () => {
  const told = {
    confirmed: new Map([
      ["a", { index: 10, receipt }],
      ["b", { index: 12, receipt }],
      ["gone", { index: 11, receipt }],
    ]),
    unanswered: new Set<string>(),
  };
  const search = await lookFor(told, logOf(["a", "b"]));
  expect(search).toEqual({ found: 1, missing: ["b", "gone"], unansweredFound: 0 });
});
