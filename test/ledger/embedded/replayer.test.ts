import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Frontier, type Hash, hashLeaf } from "../../../src/core/index.ts";
import { Replayer } from "../../../src/ledger/embedded/index.ts";
import { writtenLog } from "../../audit/kit.ts";
import { discard } from "../../discard.ts";
import { ORIGIN } from "../../sdk/world.ts";

let root: string;
let entries: readonly Uint8Array[];
let others: readonly Uint8Array[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-replayer-"));
  entries = (await writtenLog(120)).entries;
  others = (await writtenLog(120, 1000)).entries;
});
afterAll(() => discard(root));

const open = (directory: string, log: readonly Uint8Array[]): Promise<Replayer> =>
  Replayer.open({ directory, origin: ORIGIN, workers: 1 }, async (size) => {
    if (size > log.length) return undefined;
    const tree = Frontier.empty();
    for (const entry of log.slice(0, size)) tree.append(hashLeaf(entry));
    return tree;
  });

async function give(replayer: Replayer, log: readonly Uint8Array[], upTo = log.length) {
  for (let at = replayer.size; at < upTo; at += 20) {
    const some = log.slice(at, Math.min(at + 20, upTo));
    const refusal = await replayer.take(some, (i) => hashLeaf(some[i] as Uint8Array) as Hash);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

async function replayed(directory: string, log: readonly Uint8Array[], upTo = log.length) {
  const replayer = await open(directory, log);
  const before = replayer.size;
  const refusal = (await give(replayer, log, upTo)) ?? (await replayer.settle());
  const { size } = replayer;
  await replayer.save();
  await replayer.close();
  return { before, size, refusal };
}

test("goes on from the last whole block that was saved", async () => {
  const directory = join(root, "resumed");
  const first = await replayed(directory, entries, 60);
  expect(first).toMatchObject({ before: 0, refusal: undefined });
  expect(first.size).toBeGreaterThan(50);
  expect(first.size).toBeLessThanOrEqual(60);
  const second = await replayed(directory, entries);
  expect(second).toEqual({ before: first.size, size: entries.length, refusal: undefined });
  expect(await replayed(directory, entries)).toMatchObject({ before: entries.length });
});

test("begins anew on another log, even where the state could be the same", async () => {
  const directory = join(root, "other");
  await replayed(directory, entries, 60);
  expect(await replayed(directory, others)).toEqual({
    before: 0,
    size: others.length,
    refusal: undefined,
  });
});

test("begins anew where what it kept is damaged", async () => {
  for (const file of ["positions", "snapshot", "values"]) {
    const directory = join(root, `damaged-${file}`);
    await replayed(directory, entries, 60);
    writeFileSync(join(directory, file), "[{}, 7");
    expect(await replayed(directory, entries)).toMatchObject({
      before: 0,
      size: entries.length,
      refusal: undefined,
    });
  }
});

test("forgets a block that has not closed, and takes its entries again", async () => {
  const replayer = await open(join(root, "rewound"), entries);
  await give(replayer, entries, 57);
  expect(await replayer.rewind()).toBeUndefined();
  expect(replayer.size).toBeLessThan(57);
  expect(await give(replayer, entries)).toBeUndefined();
  expect(await replayer.end()).toMatchObject({ ok: true, value: { size: entries.length } });
  await replayer.close();
});

test("names the earlier of two entries that are wrong", async () => {
  const twoWrong = [...entries];
  const [early, late] = [30, 80].map((from) =>
    entries.findIndex((entry, i) => i > from && entry[0] === 0xd2),
  ) as [number, number];
  for (const index of [early, late]) {
    const changed = Uint8Array.from(entries[index] as Uint8Array);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    twoWrong[index] = changed;
  }
  const { refusal } = await replayed(join(root, "wrong"), twoWrong);
  expect(refusal).toMatchObject({ code: "REPLAY_REFUSED", index: early });
});
