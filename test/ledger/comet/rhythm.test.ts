import { expect, test } from "vitest";
import { Rhythm } from "../../../src/ledger/comet/rhythm.ts";

/** A clock that stands still: only what the test says happens. */
function standing(now = 0) {
  return { clock: { wallMilliseconds: () => now, monotonicMilliseconds: () => now } };
}

/** Whether a moment has come before a timer that was set after it. */
async function comesWithin(milliseconds: number, moment: Promise<void>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setTimeout(() => resolve(false), milliseconds));
  return Promise.race([moment.then(() => true), later]);
}

test("what comes while a block is being decided waits until it is committed", async () => {
  const rhythm = new Rhythm(standing().clock);
  rhythm.proposed();
  const moment = rhythm.moment();
  expect(await comesWithin(100, moment)).toBe(false);
  rhythm.committed();
  await moment;
});

test("what fills a transaction waits for nothing", async () => {
  const rhythm = new Rhythm(standing().clock);
  rhythm.proposed();
  const moment = rhythm.moment();
  rhythm.full();
  await moment;
});

test("where nothing happens, and where a proposal came to nothing, it is handed in after a while", async () => {
  await new Rhythm(standing().clock).moment();
  let now = 0;
  const clock = { wallMilliseconds: () => now, monotonicMilliseconds: () => now };
  const rhythm = new Rhythm(clock);
  rhythm.proposed();
  now = 5000;
  await rhythm.moment();
});
