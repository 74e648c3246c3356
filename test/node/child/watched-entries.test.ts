import { expect, test } from "vitest";
import { WatchedEntries } from "../../../src/node/child/watched-entries.ts";

test("entries that are watched tell how far their readers are, and end with the signal", () => {
  const all = Array.from({ length: 1000 }, (_, i) => Uint8Array.of(i % 256));
  const ending = new AbortController();
  const far: number[] = [];
  const watched = new WatchedEntries(all, {
    times: 3,
    signal: ending.signal,
    onProgress: ({ done, total }) => far.push(done / total),
  });
  expect(watched.length).toBe(1000);
  for (let time = 0; time < 4; time++) {
    for (const [i, entry] of all.entries()) expect(watched.at(i)).toBe(entry);
  }
  expect(far.length).toBe(15);
  expect(far).toEqual([...far].sort((a, b) => a - b));
  // A reader that reads more often than was thought does not pass the end.
  expect([far[0], far.at(-1)]).toEqual([0.085, 1]);
  ending.abort(new Error("enough"));
  expect(() => watched.at(0)).toThrow("enough");
});
