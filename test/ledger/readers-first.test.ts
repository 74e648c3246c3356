import { expect, test } from "vitest";
import { ReadersFirst } from "../../src/ledger/readers-first.ts";
import { turn } from "../../src/log/index.ts";

/** Whether the writer goes on before a turn has passed, `since` milliseconds after somebody read. */
async function goesOn(spent: number, since?: number): Promise<boolean> {
  let now = 1000;
  const readers = new ReadersFirst({
    wallMilliseconds: () => now,
    monotonicMilliseconds: () => now,
  });
  if (since !== undefined) readers.seen();
  now += since ?? 0;
  let rested = false;
  const rest = readers.rest(spent).then(() => {
    rested = true;
  });
  await turn();
  const before = rested;
  await rest;
  return before;
}

test("nobody reads: the writer goes on at once", async () => {
  expect(await goesOn(20)).toBe(true);
  expect(await goesOn(20, 10_000)).toBe(true);
});

test("somebody reads: the writer rests after a long block, not after a short one", async () => {
  expect(await goesOn(20, 10)).toBe(false);
  expect(await goesOn(1, 10)).toBe(true);
});
