import { afterEach, describe, expect, test } from "vitest";
import type { PreparedSignature } from "../../../../src/core/index.ts";
import {
  openSignaturePool,
  type SignaturePoolOptions,
} from "../../../../src/ledger/embedded/signature-pool/index.ts";
import type { SignaturePool } from "../../../../src/ledger/stores.ts";
import { inputs, readVectors } from "../../../crypto/signature-vectors.ts";

const VECTORS = (["ed25519", "p256"] as const).flatMap((kind) =>
  readVectors(kind).map((vector) => {
    const [publicKey, message, signature] = inputs(vector);
    return { check: { kind, publicKey, message, signature }, expected: vector.expected };
  }),
);
const CHECKS = VECTORS.map(({ check }) => check);
const VERDICTS = VECTORS.map(({ expected }) => expected);

const opened: SignaturePool[] = [];

function open(options: SignaturePoolOptions, worker?: URL): SignaturePool {
  const pool = openSignaturePool(options, worker === undefined ? {} : { worker });
  opened.push(pool);
  return pool;
}

afterEach(async () => {
  for (const pool of opened.splice(0)) await pool.close();
});

function some(items: number): PreparedSignature[] {
  return Array.from({ length: items }, (_, i) => CHECKS[i % CHECKS.length] as PreparedSignature);
}

describe.each([0, 1, 2, 3])("a pool of %i workers", (workers) => {
  test("answers every vector as the rules do, in order", async () => {
    expect(await open({ workers }).checkBatch(CHECKS)).toEqual(VERDICTS);
    expect(VERDICTS).toContain(true);
    expect(VERDICTS).toContain(false);
  });

  test("answers batches of every size that were asked for at once", async () => {
    const pool = open({ workers });
    const sizes = [0, 1, 15, 16, 17, 33, 64, 100, 300];
    const answers = await Promise.all(sizes.map((size) => pool.checkBatch(some(size))));
    for (const [i, answer] of answers.entries()) {
      const want = some(sizes[i] ?? 0).map((check) => VERDICTS[CHECKS.indexOf(check)]);
      expect(answer).toEqual(want);
    }
  });
});

test("as many workers as the machine leaves are there without being asked for", async () => {
  expect(await open({}).checkBatch(CHECKS)).toEqual(VERDICTS);
});

const FRAGILE = new URL("./workers/fragile.mjs", import.meta.url);

describe("a pool shares out its batches", () => {
  test("a large one among all workers, each of which gets a part once", async () => {
    const verdicts = await open({ workers: 2 }, FRAGILE).checkBatch(some(40));
    expect(verdicts).toEqual(Array(40).fill(true));
  });

  test("a small one to one worker, and the next one to another", async () => {
    const pool = open({ workers: 2 }, FRAGILE);
    const both = await Promise.all([pool.checkBatch(some(16)), pool.checkBatch(some(16))]);
    expect(both.flat()).toEqual(Array(32).fill(true));
    expect(await pool.checkBatch(some(1))).toEqual([false]);
  });
});

describe("a pool whose queue is full", () => {
  // A check of a vector takes a few hundred bytes.
  const full = { workers: 1, maxWaitingBytes: 1000 };

  test("refuses a batch, says how much waits, and takes it once the queue is empty", async () => {
    const pool = open(full);
    const first = pool.checkBatch(some(20));
    await expect(pool.checkBatch(some(1))).rejects.toMatchObject({
      code: "LEDGER_BUSY",
      reaction: "busy",
      facts: { queue: "signatures", max: 1000, waiting: expect.any(Number) },
    });
    await first;
    expect(await pool.checkBatch(some(1))).toEqual([VERDICTS[0]]);
  });

  test("takes a batch of any size when nothing waits", async () => {
    expect(await open(full).checkBatch(CHECKS)).toEqual(VERDICTS);
  });
});

describe("small batches of one turn", () => {
  test("go to the worker as one, and each gets its own verdicts; the next turn is another one", async () => {
    const pool = open({ workers: 1 }, FRAGILE);
    const ask = (...sizes: readonly number[]) =>
      Promise.all(sizes.map((size) => pool.checkBatch(some(size))));
    expect(await ask(1, 2, 1)).toEqual([[true], [true, true], [true]]);
    expect(await ask(1, 2)).toEqual([[false], [false, false]]);
  });

  test("are no more than a worker can turn to others from", async () => {
    const pool = open({ workers: 1 }, FRAGILE);
    const [first, second] = await Promise.all([
      pool.checkBatch(some(60)),
      pool.checkBatch(some(5)),
    ]);
    expect([first[0], second[0]]).toEqual([true, false]);
  });

  test("get their own verdicts from a real worker", async () => {
    const pool = open({ workers: 2 });
    const each = await Promise.all(CHECKS.map((check) => pool.checkBatch([check])));
    expect(each.flat()).toEqual(VERDICTS);
  });
});

describe("a worker that ends", () => {
  test.each([
    ["by itself", 7, undefined],
    ["by an error", 8, "eight"],
  ])(
    "%s answers its batches with a fault, and another takes its place",
    async (_, items, cause) => {
      const pool = open({ workers: 1 }, FRAGILE);
      expect(await pool.checkBatch(some(2))).toEqual([true, true]);
      const [lost, behind] = await Promise.allSettled([
        pool.checkBatch(some(items)),
        pool.checkBatch(some(64)),
      ]);
      expect(lost).toMatchObject({
        status: "rejected",
        reason: { code: "LEDGER_SIGNATURE_WORKER", reaction: "busy", facts: { items } },
      });
      expect(behind).toMatchObject({ status: "rejected", reason: { facts: { items: 64 } } });
      expect(lost.status === "rejected" && lost.reason.cause?.message).toBe(cause);
      // A new worker: it answers as one that has not been asked yet.
      expect(await pool.checkBatch(some(3))).toEqual([true, true, true]);
    },
  );

  test("leaves the batches of the others alone, and the queue empty", async () => {
    const pool = open({ workers: 2, maxWaitingBytes: 10_000 }, FRAGILE);
    const [lost, other] = await Promise.allSettled([
      pool.checkBatch(some(7)),
      pool.checkBatch(some(9)),
    ]);
    expect(lost.status).toBe("rejected");
    expect(other).toEqual({ status: "fulfilled", value: Array(9).fill(true) });
    expect(await pool.checkBatch(some(3))).toHaveLength(3);
  });

  test("cannot be started at all: the fault names the cause", async () => {
    const pool = open({ workers: 1 }, new URL("./workers/missing.mjs", import.meta.url));
    await expect(pool.checkBatch(some(1))).rejects.toMatchObject({
      code: "LEDGER_SIGNATURE_WORKER",
      cause: { message: expect.stringContaining("missing.mjs") },
    });
  });
});

test("a pool that is closed answers what waits and what comes by a fault, and may be closed again", async () => {
  const pool = open({ workers: 1 });
  const waiting = pool.checkBatch(some(300));
  const closing = pool.close();
  await expect(waiting).rejects.toMatchObject({ code: "LEDGER_CLOSED", reaction: "busy" });
  await closing;
  await expect(pool.checkBatch(some(1))).rejects.toMatchObject({ code: "LEDGER_CLOSED" });
  await pool.close();
});
