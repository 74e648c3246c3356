import { expect, test } from "vitest";
import { Rhythm } from "../../../src/ledger/comet/rhythm.ts";

/** A clock that stands still until the test moves it: only what that says happens. */
function standing() {
  const time = { now: 0 };
  const clock = { wallMilliseconds: () => time.now, monotonicMilliseconds: () => time.now };
  return { clock, time };
}

/** The engine has nothing to propose, or something. */
const NOTHING = () => false;
const SOMETHING = () => true;

/** Whether a moment has come before a timer that was set after it. */
async function comesWithin(milliseconds: number, moment: Promise<void>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setTimeout(() => resolve(false), milliseconds));
  return Promise.race([moment.then(() => true), later]);
}

test("what comes while a block is being decided waits until it is committed", async () => {
  const rhythm = new Rhythm(standing().clock, NOTHING);
  rhythm.proposed();
  const moment = rhythm.moment();
  expect(await comesWithin(100, moment)).toBe(false);
  rhythm.committed();
  await moment;
});

test("what fills a transaction waits for nothing", async () => {
  const rhythm = new Rhythm(standing().clock, NOTHING);
  rhythm.proposed();
  const moment = rhythm.moment();
  rhythm.full();
  await moment;
});

test("where nothing happens, and where a proposal came to nothing, it is handed in after a while", async () => {
  await new Rhythm(standing().clock, NOTHING).moment();
  const { clock, time } = standing();
  const rhythm = new Rhythm(clock, NOTHING);
  rhythm.proposed();
  time.now = 5000;
  await rhythm.moment();
});

test("after a commit it waits for others a little while, where nothing brings the next block about", async () => {
  const rhythm = new Rhythm(standing().clock, NOTHING);
  rhythm.committed();
  const moment = rhythm.moment();
  expect(await comesWithin(20, moment)).toBe(false);
  await moment;
});

test("after a commit it waits for the next one, where that is on its way already", async () => {
  const rhythm = new Rhythm(standing().clock, SOMETHING);
  rhythm.committed();
  const moment = rhythm.moment();
  expect(await comesWithin(200, moment)).toBe(false);
  rhythm.committed();
  await moment;
});

test("a block that is on its way and does not come holds nothing up for longer than a second", async () => {
  const { clock, time } = standing();
  const rhythm = new Rhythm(clock, SOMETHING);
  rhythm.committed();
  time.now = 990;
  await rhythm.moment();
  time.now = 5000;
  await rhythm.moment();
});

test("where validators pause for long, it goes in time for the next proposal", async () => {
  const { clock, time } = standing();
  const rhythm = new Rhythm(clock, SOMETHING);
  rhythm.committed();
  time.now = 550;
  rhythm.proposed();
  time.now = 600;
  rhythm.committed();
  time.now = 600 + 395;
  await rhythm.moment();
  // Too late for this one.
  time.now = 600 + 405;
  expect(await comesWithin(100, rhythm.moment())).toBe(false);
});

test("how long they pause is not learned from a chain that had nothing to do", async () => {
  const { clock, time } = standing();
  let has = NOTHING;
  const rhythm = new Rhythm(clock, () => has());
  rhythm.committed();
  time.now = 550;
  rhythm.proposed();
  time.now = 600;
  has = SOMETHING;
  rhythm.committed();
  time.now = 600 + 395;
  expect(await comesWithin(100, rhythm.moment())).toBe(false);
});
