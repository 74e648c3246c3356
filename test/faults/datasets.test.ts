import { expect } from "vitest";
import {
  type DataEntry,
  decodeEntry,
  hex,
  isShown,
  type Observation,
  type PlateScan,
  present,
  sha256,
} from "../../src/core/index.ts";
import type { LogReceipt } from "../../src/data/index.ts";
import { type NodeDatasets, openDatasets, signEntry } from "../../src/node/datasets.ts";
import { fact } from "../core/data/kit.ts";
import { code } from "../core/state/kit.ts";
import type { FaultyFiles } from "./faulty-files.ts";
import { describeFaults } from "./table.ts";

// The fault table of the log of a dataset and of what lies beside it. Whatever was broken, when it is opened again:
//
//   1. what was acknowledged is there, once, with its facts and files, and the same entry gets the same place
//   2. what was erased stays so
//   3. of the scan of a plate no more and no less is known than its entry in the log says
//   4. a checkpoint that was shown is one of this log

const REFERENCE = "MA.156.1301.02/DATA/AIR#1";
const OFFICE = code("MA.156.1301.02");
const NOW = 1_800_000_000_000;
const PHOTO = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
const LAMP = code("MA.156.1301.02/LAMP/1");
const SCAN: PlateScan = { code: LAMP, state: "installed", seal: new Uint8Array(12), place: [1, 2] };
const PHOTO_HASH = hex(sha256(PHOTO));

const open = (files: FaultyFiles): Promise<NodeDatasets> =>
  openDatasets({
    directory: "/data/datasets",
    host: "node.test",
    clock: () => NOW,
    // The same in every run, so that the calls are.
    random: (bytes) => new Uint8Array(bytes).fill(7),
    files,
  });

const observation = (n: number): Observation => [
  fact("note", `n ${n}`),
  ...(n === 1
    ? [fact("photo", { sha256: sha256(PHOTO), type: "image/jpeg", bytes: PHOTO.length })]
    : []),
  fact("value", n),
];

function entry(n: number, audience: string): DataEntry {
  const said = { source: OFFICE, audience, observations: [observation(n)] };
  const read = decodeEntry(signEntry(sha256(Uint8Array.of(n)), said, NOW + n));
  return present(read.ok ? read.value : undefined, "an entry");
}

const submission = (n: number, audience: string) => ({
  entry: entry(n, audience),
  observations: [observation(n)],
  files: new Map(n === 1 ? [[PHOTO_HASH, PHOTO]] : []),
  receivedMilliseconds: NOW + n,
  // What it says of a plate was judged before.
  ...(n === 2 && { plate: SCAN }),
});

type Life = { readonly taken: Map<number, LogReceipt>; erased: boolean; shown: string | undefined };

async function live(files: FaultyFiles, life: Life): Promise<void> {
  const datasets = await open(files);
  try {
    const log = present(await datasets.open(REFERENCE), "a log");
    const append = async (n: number) => {
      const answer = await log.append(submission(n, log.origin));
      if ("busy" in answer) return;
      life.taken.set(n, answer);
    };
    await append(1);
    // Two that become durable together.
    const both = await Promise.allSettled([append(2), append(3)]);
    const failed = both.find(({ status }) => status === "rejected");
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    life.shown = await log.published();
    if (life.taken.has(1)) {
      await log.erase(life.taken.get(1)?.index ?? 0, (name) => name === "photo");
      life.erased = true;
    }
  } finally {
    await Promise.allSettled([datasets[Symbol.asyncDispose]()]);
  }
}

async function expectWhole(files: FaultyFiles, life: Life, why: string): Promise<void> {
  const datasets = await open(files);
  const log = present(await datasets.open(REFERENCE), why);
  for (const n of [1, 2, 3]) {
    const before = life.taken.get(n);
    const now = await log.append(submission(n, log.origin));
    if ("busy" in now) throw new Error(`${why}: busy`);
    if (before !== undefined) expect([now.index, now.isKnown], why).toEqual([before.index, true]);
    life.taken.set(n, now);
    const { observations, receivedMilliseconds } = await log.body(now.index);
    expect(receivedMilliseconds, why).toBe(NOW + n);
    const shown = present(observations[0], why).filter(isShown);
    const isErased = n === 1 && life.erased;
    expect(
      shown.filter(({ name }) => name !== "photo").map(({ value }) => value),
      why,
    ).toEqual([`n ${n}`, n]);
    if (n !== 1) continue;
    const file = await log.file(now.index, PHOTO_HASH);
    const isThere = shown.some(({ name }) => name === "photo");
    if (isErased) expect([isThere, file], why).toEqual([false, undefined]);
    else if (isThere && before === undefined) expect(file, why).toEqual(PHOTO);
  }
  const scans = await log.plates(LAMP);
  const index = life.taken.get(2)?.index;
  expect(scans, why).toEqual([
    expect.objectContaining({ ...SCAN, index, source: OFFICE, receivedMilliseconds: NOW + 2 }),
  ]);
  if (life.shown !== undefined) {
    const size = Number(life.shown.split("\n")[1]);
    expect(log.checkpoint(size), why).toBe(life.shown);
  }
  life.shown = await log.published();
  expect(log.size, why).toBe(4);
  await datasets[Symbol.asyncDispose]();
}

describeFaults<Life>({
  name: "the log of a dataset whose disk fails",
  keeps: "keeps what it acknowledged, once",
  powerCuts: 1,
  faults: ["LOG_WRITE", "LOG_DISK_FULL", "LOG_EXISTS"],
  begin: () => ({ taken: new Map(), erased: false, shown: undefined }),
  live,
  expectWhole,
  calls: (calls) => {
    const names = calls.map((call) =>
      call
        .replace("/data/datasets/MA.156.1301.02_DATA_AIR.g1/", "")
        .replace(/[0-9a-f]{8}\.new/, "*.new")
        .replaceAll(/[0-9a-f]{64}/g, "HASH")
        .replace(/plates\/[0-9a-f/]+/, "plates/CODE"),
    );
    expect(
      [...new Set(names)]
        .filter((name) => /bodies|facts|files|plates|published|dataset/.test(name))
        .sort(),
    ).toMatchInlineSnapshot(`
      [
        "create bodies/0.new",
        "create bodies/1.new",
        "create bodies/erasing.new",
        "create dataset.json.new",
        "create facts/1",
        "create files/HASH/HASH.*.new",
        "create plates/CODE*.new",
        "create published.new",
        "link files/HASH/HASH",
        "make /data/datasets",
        "make /data/datasets/MA.156.1301.02_DATA_AIR.g1",
        "make bodies",
        "make facts",
        "make files",
        "make files/HASH",
        "make plates",
        "make plates/CODE",
        "remove bodies/erasing",
        "remove files/HASH/HASH",
        "remove files/HASH/HASH.*.new",
        "rename bodies/0.new",
        "rename bodies/1.new",
        "rename bodies/erasing.new",
        "rename dataset.json.new",
        "rename plates/CODE*.new",
        "rename published.new",
        "sync bodies/0.new",
        "sync bodies/1.new",
        "sync bodies/erasing.new",
        "sync dataset.json.new",
        "sync directory /data/datasets",
        "sync directory /data/datasets/MA.156.1301.02_DATA_AIR.g1",
        "sync directory bodies",
        "sync directory facts",
        "sync directory files",
        "sync directory files/HASH",
        "sync directory plates",
        "sync directory plates/CODE",
        "sync facts/1",
        "sync files/HASH/HASH.*.new",
        "sync plates/CODE*.new",
        "sync published.new",
        "truncate facts/1",
        "write bodies/0.new",
        "write bodies/1.new",
        "write bodies/erasing.new",
        "write dataset.json.new",
        "write facts/1",
        "write files/HASH/HASH.*.new",
        "write plates/CODE*.new",
        "write published.new",
      ]
    `);
  },
});
