import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import { type NoteSigner, sha256, utf8, verifierKey } from "../../../src/core/index.ts";
import { createEmbeddedLedger, openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import type { Ledger } from "../../../src/ledger/index.ts";
import { code, GENESIS, member, ORIGIN, sign } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";

// The ledger on disk, with a clock that the test moves. A time in the log cannot be taken back.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const seed = sha256(utf8("log key"));
const signer: NoteSigner = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(seed)), seed };

let directory: string;
let wall: number;
let monotonic: number;
let ledger: Ledger;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "cityid-clock-"));
  [wall, monotonic] = [GENESIS.time + 1000, 0];
  await createEmbeddedLedger(directory, GENESIS);
  ledger = await open();
});

afterEach(async () => {
  await ledger[Symbol.asyncDispose]();
  discard(directory);
});

async function open(confirmClock = false): Promise<Ledger> {
  const opened = await openEmbeddedLedger({
    directory,
    origin: ORIGIN,
    signers: [signer],
    clock: { wallMilliseconds: () => wall, monotonicMilliseconds: () => monotonic },
    confirmClock,
    workers: 0,
  });
  return opened.ledger;
}

async function reopen(confirmClock = false): Promise<void> {
  await ledger[Symbol.asyncDispose]();
  ledger = await open(confirmClock);
}

/** Both clocks go on, as they do where nobody moves one of them. */
function pass(milliseconds: number): void {
  wall += milliseconds;
  monotonic += milliseconds;
}

let written = 10;
/** Tells the gazette of another county. */
function write(): ReturnType<Ledger["submit"]> {
  const fact = { names: { zh: "县" }, level: "county" as const, from: "1983", source: "test" };
  const items = [{ code: code(`MA.156.1301${written++}`), add: [fact] }];
  return ledger.submit([sign({ op: "gazette", items }, member("A"), wall)]);
}

async function refusesWrites(facts: object): Promise<void> {
  const before = ledger.head();
  await expect(write()).rejects.toMatchObject({
    code: "LEDGER_CLOCK",
    reaction: "operator",
    facts,
  });
  expect(ledger.unready()).toMatchObject({ code: "LEDGER_CLOCK" });
  // Reads go on, and nothing was written.
  expect(ledger.head()).toEqual(before);
  expect(ledger.entry(0)).toBeDefined();
  expect((await ledger.prove(["code/MA"])).values[0]?.value).toBeDefined();
}

describe("a wall clock that jumps against the monotonic one", () => {
  test.each([
    ["forward", 11 * MINUTE],
    ["back", -11 * MINUTE],
  ])(
    "%s by more than ten minutes stops the writing until the node starts again",
    async (_, jump) => {
      expect(await write()).toMatchObject([{ ok: true }]);
      const stamped = ledger.head().timeMilliseconds;
      wall += jump;
      await refusesWrites({ driftMilliseconds: jump });
      wall -= jump;
      await refusesWrites({ driftMilliseconds: jump });
      await reopen();
      expect(await write()).toMatchObject([{ ok: true }]);
      expect(ledger.head().timeMilliseconds).toBe(stamped);
    },
  );

  test("by less is taken in, and block time never goes back", async () => {
    await write();
    wall -= 9 * MINUTE;
    expect(await write()).toMatchObject([{ ok: true }]);
    expect(ledger.head().timeMilliseconds).toBe(GENESIS.time + 1000);
    pass(10 * MINUTE);
    await write();
    expect(ledger.head().timeMilliseconds).toBe(wall);
  });

  test("does not become right by a start while it is behind the last block", async () => {
    await write();
    wall -= DAY;
    await reopen();
    await refusesWrites({ sinceLastBlockMilliseconds: -DAY });
  });
});

describe("a block that would be stamped more than thirty days after the last one", () => {
  test("is not made while the node runs", async () => {
    await write();
    pass(30 * DAY + 1);
    await refusesWrites({ sinceLastBlockMilliseconds: 30 * DAY + 1 });
  });

  test("is refused from the start on, until an operator says that the time is true", async () => {
    await write();
    pass(31 * DAY);
    await reopen();
    expect(ledger.unready()).toMatchObject({ code: "LEDGER_CLOCK" });
    await refusesWrites({ sinceLastBlockMilliseconds: 31 * DAY });
    await reopen(true);
    expect(ledger.unready()).toBeUndefined();
    expect(await write()).toMatchObject([{ ok: true }]);
    expect(ledger.head().timeMilliseconds).toBe(wall);
    // The gap is closed: the next start needs no word.
    await reopen();
    expect(await write()).toMatchObject([{ ok: true }]);
  });

  test("is made where it is thirty days", async () => {
    await write();
    pass(30 * DAY);
    expect(await write()).toMatchObject([{ ok: true }]);
  });
});
