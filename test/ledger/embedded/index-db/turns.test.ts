import { describe, expect, test } from "vitest";
import type { SearchSteps } from "../../../../src/ledger/embedded/index-db/search.ts";
import { Turns } from "../../../../src/ledger/embedded/index-db/turns.ts";

/** A clock that a job moves. */
class Clock {
  now = 0;
}

function* job(clock: Clock, steps: number, milliseconds: number): SearchSteps<string> {
  for (let i = 0; i < steps; i++) {
    clock.now += milliseconds;
    if ((yield) === false) return `stopped after ${i + 1}`;
  }
  return "whole";
}

function run(clock: Clock, jobs: readonly SearchSteps<string>[]): Promise<string[]> {
  const turns = new Turns<string>(() => clock.now);
  const order: string[] = [];
  return new Promise((resolve, reject) => {
    for (const [i, each] of jobs.entries()) {
      const done = (result: string) => {
        order.push(`${i}: ${result}`);
        if (order.length === jobs.length) resolve(order);
      };
      turns.add(each, done, reject);
    }
  });
}

describe("jobs in turns", () => {
  test("let a short one pass a long one", async () => {
    const clock = new Clock();
    expect(await run(clock, [job(clock, 30, 2), job(clock, 2, 1)])).toEqual([
      "1: whole",
      "0: whole",
    ]);
  });

  test("are told to stop when they have had their share", async () => {
    const clock = new Clock();
    expect(await run(clock, [job(clock, 1000, 10)])).toEqual(["0: stopped after 100"]);
  });

  test("fail one by one", async () => {
    const clock = new Clock();
    const turns = new Turns<string>(() => clock.now);
    const failure = new Promise((_, reject) => {
      turns.add(broken(), () => undefined, reject);
    });
    const other = new Promise((resolve, reject) => turns.add(job(clock, 3, 1), resolve, reject));
    await expect(failure).rejects.toThrow("no such table");
    expect(await other).toBe("whole");
  });
});

// biome-ignore lint/correctness/useYield: it fails before its first step
function* broken(): SearchSteps<string> {
  throw new Error("no such table");
}
