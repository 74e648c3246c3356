import { describe, expect, test } from "vitest";
import { encodeCbor, present } from "../../../src/core/index.ts";
import { Outbox } from "../../../src/ledger/comet/outbox.ts";
import { Rhythm } from "../../../src/ledger/comet/rhythm.ts";
import type { Outcome } from "../../../src/ledger/index.ts";
import { type Submitted, submitted } from "../../../src/ledger/submitted.ts";
import { turn } from "../../../src/log/index.ts";

/** An outbox before an engine that takes everything, at a time that the test sets. */
function outboxAt(start: number) {
  const time = { now: start };
  const clock = { wallMilliseconds: () => time.now, monotonicMilliseconds: () => time.now };
  const handedIn: Uint8Array[] = [];
  const rhythm = new Rhythm(clock, () => false);
  const outbox = new Outbox({
    async broadcast(transaction) {
      handedIn.push(transaction);
      return undefined;
    },
    known: () => undefined,
    rhythm,
    clock,
    receiptOf: () => undefined,
  });
  return { outbox, time, handedIn, rhythm };
}

const item = (n: number): Submitted => present(submitted([encodeCbor(n)])[0], "an item");
const refused: Outcome = { ok: false, refusal: { code: "OP_STRUCTURE" } as never };

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Looks once a second for so many seconds. */
function look(outbox: Outbox, time: { now: number }, seconds: number): void {
  for (let i = 0; i < seconds; i++) {
    time.now += 1000;
    outbox.resend();
  }
}

describe("what no block has shown", () => {
  test("is handed in again after three seconds, and then after twice as long each time", async () => {
    const { outbox, time, handedIn } = outboxAt(50_000);
    const outcomes = outbox.submit([item(1)]);
    await until(() => handedIn.length === 1);
    await turn();
    look(outbox, time, 2);
    expect(handedIn.length).toBe(1);
    look(outbox, time, 1);
    expect(handedIn.length).toBe(2);
    look(outbox, time, 5);
    expect(handedIn.length).toBe(2);
    look(outbox, time, 1);
    expect(handedIn).toEqual([handedIn[0], handedIn[0], handedIn[0]]);
    outbox.settle(item(1).hash, () => refused);
    expect(await outcomes).toEqual([refused]);
    look(outbox, time, 60);
    expect(handedIn.length).toBe(3);
  });

  test("waits for three times as long as the last transaction took, where blocks are slow", async () => {
    const { outbox, time, handedIn } = outboxAt(50_000);
    const first = outbox.submit([item(1)]);
    await until(() => handedIn.length === 1);
    await turn();
    look(outbox, time, 2);
    outbox.settle(item(1).hash, () => refused);
    await first;
    // Seen to be decided at the next look.
    look(outbox, time, 1);
    const second = outbox.submit([item(2)]);
    await until(() => handedIn.length === 2);
    await turn();
    look(outbox, time, 8);
    expect(handedIn.length).toBe(2);
    look(outbox, time, 1);
    expect(handedIn.length).toBe(3);
    outbox.settle(item(2).hash, () => refused);
    await second;
    // However long that was: no transaction is given up.
    look(outbox, time, 60);
    const third = outbox.submit([item(3)]);
    await until(() => handedIn.length === 4);
    await turn();
    look(outbox, time, 24);
    expect(handedIn.length).toBe(5);
    outbox.settle(item(3).hash, () => refused);
    await third;
  });
});

describe("a proposal of this node", () => {
  /** An outbox in which something gathers while a block is being decided. */
  function gathering() {
    const given = outboxAt(50_000);
    given.rhythm.proposed();
    const outcomes = given.outbox.submit([item(1)]);
    return { ...given, outcomes };
  }

  test("takes what gathers here, which is handed to no engine then", async () => {
    const { outbox, rhythm, handedIn, outcomes } = gathering();
    expect(outbox.propose(1000)).toEqual(item(1).bytes);
    expect(outbox.propose(1000)).toBeUndefined();
    outbox.settle(item(1).hash, () => refused);
    outbox.committed();
    rhythm.committed();
    expect(await outcomes).toEqual([refused]);
    await turn();
    expect(handedIn).toEqual([]);
  });

  test("takes nothing for which there is no room, and has nothing to take where nothing gathers", async () => {
    const { outbox, rhythm, handedIn, outcomes } = gathering();
    expect(outbox.propose(item(1).bytes.length - 1)).toBeUndefined();
    rhythm.committed();
    await until(() => handedIn.length === 1);
    expect(outbox.propose(1000)).toBeUndefined();
    outbox.settle(item(1).hash, () => refused);
    await outcomes;
  });

  test("that comes to nothing has what it took handed in after the block that was decided instead", async () => {
    const { outbox, time, handedIn, outcomes } = gathering();
    const proposed = outbox.propose(1000);
    outbox.committed();
    expect(handedIn).toEqual([proposed]);
    outbox.committed();
    expect(handedIn.length).toBe(1);
    look(outbox, time, 3);
    expect(handedIn.length).toBe(2);
    outbox.settle(item(1).hash, () => refused);
    expect(await outcomes).toEqual([refused]);
  });
});
