import { afterEach, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import {
  decodeOwnCbor,
  type GazetteItem,
  type GazetteValue,
  type Hash,
  type NoteSigner,
  type Operation,
  present,
  sha256,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { defer } from "../../src/ledger/deferred.ts";
import { openSignaturePool } from "../../src/ledger/embedded/signature-pool/index.ts";
import { MemoryLog, MemoryValues, openMemoryLedger } from "../../src/ledger/memory/index.ts";
import type { Ref, StoredVersion } from "../../src/ledger/stores.ts";
import { turn } from "../../src/log/index.ts";
import { code, fact, GENESIS, member, ORIGIN, sign } from "../core/state/kit.ts";

// What the sequencer does where a disk that fails to write fails to read as well, and where much comes at once.

const seed = sha256(utf8("log key"));
const signer: NoteSigner = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(seed)), seed };
const clock = { wallMilliseconds: () => GENESIS.time + 1000, monotonicMilliseconds: () => 0 };

let isBroken = false;
let isGone = false;
afterEach(() => {
  isBroken = false;
  isGone = false;
});

function mayFail(): void {
  if (isBroken) throw Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
}

class BreakableLog extends MemoryLog {
  override inclusion(index: number, size: number): readonly Hash[] {
    mayFail();
    return super.inclusion(index, size);
  }
}

/** With the first sync that fails, the disk is gone. */
class UnsyncableLog extends MemoryLog {
  override async commit(...args: Parameters<MemoryLog["commit"]>): Promise<void> {
    isGone = isBroken;
    mayFail();
    await super.commit(...args);
  }
}

class BreakableValues extends MemoryValues {
  override read(ref: Ref): StoredVersion {
    if (isGone) mayFail();
    return super.read(ref);
  }
}

const open = (more: Partial<Parameters<typeof openMemoryLedger>[0]>) =>
  openMemoryLedger({ genesis: GENESIS, signers: [signer], clock, ...more });

const gazette = (item: GazetteItem) =>
  sign({ op: "gazette", items: [item] }, member("A"), GENESIS.time + 1000);

/** Signed well, and refused by the rules. */
const senseless = (more: object) => {
  const payload = { op: "gazette", items: [], ...more } as unknown as Operation;
  return sign(payload, member("A"), GENESIS.time + 1000);
};

test("ends nothing when the disk that failed to sync fails to read as well", async () => {
  const ledger = await open({ log: new UnsyncableLog(), values: new BreakableValues() });
  const cities = ["MA.156.1301", "MA.156.1302"];
  const once = fact({ from: "1949", to: "1970" });
  await ledger.submit(cities.map((each) => gazette({ code: code(each), add: [once] })));
  const { head } = await ledger.prove(["code/MA"]);
  const more = ledger.submit(
    cities.map((each) => {
      const value = present(ledger.value(`gazette/${each}`), "the facts");
      const { op: prev } = decodeOwnCbor(value) as unknown as GazetteValue;
      return gazette({ code: code(each), prev, add: [fact()] });
    }),
  );
  isBroken = true;
  await expect(more).rejects.toMatchObject({ code: "LEDGER_WRITE", reaction: "fatal" });
  expect(ledger.unready()).toMatchObject({ code: "LEDGER_WRITE" });
  expect(ledger.head()).toEqual(head);
  // The writer has stopped, and ended nothing else.
  await expect(ledger[Symbol.asyncDispose]()).resolves.toBeUndefined();
});

test("stops where the receipt of what is durable cannot be made", async () => {
  const ledger = await open({ log: new BreakableLog() });
  isBroken = true;
  const taken = gazette({ code: code("MA.156.1301"), add: [fact()] });
  const both = [taken, gazette({ code: code("MA.156.1302"), add: [fact()] })];
  await expect(ledger.submit(both)).rejects.toMatchObject({ code: "LEDGER_WRITE" });
  expect(ledger.head().size).toBe(5);
  expect(ledger.unready()).toMatchObject({ code: "LEDGER_WRITE", reaction: "fatal" });
  await expect(ledger[Symbol.asyncDispose]()).resolves.toBeUndefined();
});

/** Commits nothing before it is let go. */
class HeldLog extends MemoryLog {
  readonly begun = defer<void>();
  readonly letGo = defer<void>();
  #commits = 0;

  override async commit(...args: Parameters<MemoryLog["commit"]>): Promise<void> {
    // The genesis is there before anybody waits.
    if (this.#commits++ > 0) {
      this.begun.resolve();
      await this.letGo.promise;
    }
    await super.commit(...args);
  }
}

test("makes a block of what has become much while the last one is still on its way to the disk", async () => {
  const log = new HeldLog();
  const ledger = await open({ log });
  const before = ledger.head();
  const first = ledger.submit([gazette({ code: code("MA.156.1301"), add: [fact()] })]);
  await log.begun.promise;
  // The sequencer looks at the queue, and finds little.
  const little = ledger.submit([senseless({ n: -1 })]);
  await turn();
  // Nothing of it can be taken, and what is refused is answered when its block is made.
  const much = Array.from({ length: 300 }, (_, n) => ledger.submit([senseless({ n })]));
  expect(await Promise.race(much)).toMatchObject([{ ok: false }]);
  expect(ledger.head()).toBe(before);
  log.letGo.resolve();
  expect(await first).toMatchObject([{ ok: true }]);
  await Promise.all([little, ...much]);
  await ledger[Symbol.asyncDispose]();
});

test("takes a request that alone is more than may wait for signatures", async () => {
  const pool = openSignaturePool({ workers: 1 });
  const ledger = await open({ pool });
  const pad = new Uint8Array(48_500).fill(7);
  const items = Array.from({ length: 360 }, (_, n) => senseless({ pad, n }));
  expect(items.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(16 * 1024 * 1024);
  const outcomes = await ledger.submit(items);
  expect(outcomes.length).toBe(items.length);
  expect(new Set(outcomes.map((each) => (each.ok ? "" : each.refusal.code))).size).toBe(1);
  await ledger[Symbol.asyncDispose]();
});
