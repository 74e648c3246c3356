import { expect, test } from "vitest";
import {
  decodingObservations,
  encodeObservations,
  type Hash,
  present,
} from "../../../src/core/index.ts";
import type { Submission } from "../../../src/data/index.ts";
import { turn } from "../../../src/log/index.ts";
import { inTurns } from "../../../src/server/data/turns.ts";
import { AIR, INSIDE, observation, openGrants, photoOf } from "../grants-world.ts";

test("work in steps lets others have their turn, and comes to the same", async () => {
  function* work(): Generator<void, number> {
    for (let i = 0; i < 10; i++) {
      const begun = performance.now();
      while (performance.now() - begun < 4);
      yield;
    }
    return 10;
  }
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  try {
    expect(await inTurns(work())).toBe(10);
  } finally {
    clearInterval(counting);
  }
  expect(turns).toBeGreaterThan(1);
});

test("an entry of 10 000 observations is read step by step, and others are answered meanwhile", async () => {
  const observations = Array.from({ length: 10_000 }, (_, i) =>
    observation("one", {
      ...{ id: `${AIR}/${i}`, type: "Air", time: "2026-11-20T08:00:00Z", place: INSIDE, pm25: i },
    }),
  );
  const steps = decodingObservations(encodeObservations(observations));
  let count = 0;
  while (steps.next().done !== true) count += 1;
  expect(count).toBe(20_000);
  const hidden = { no2: 1, note: "x", photo: photoOf("x"), other: AIR };
  await using world = await openGrants(hidden);
  const log = present(world.datasets.find(`${AIR}#1`), "its log");
  // From where it is known that the entry is new to where it is kept.
  const seen: number[] = [];
  const { indexOf, append } = log;
  Object.assign(log, {
    indexOf: (hash: Hash) => {
      seen.push(turns);
      return indexOf.call(log, hash);
    },
    append: (submission: Submission) => {
      seen.push(turns);
      return append.call(log, submission);
    },
  });
  let turns = 0;
  let isDone = false;
  const sending = world.send(observations).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await turn();
    turns += 1;
  }
  expect(await sending).toBeGreaterThan(0);
  const [from = 0, to = 0] = seen;
  expect(to - from).toBeGreaterThan(2);
});
