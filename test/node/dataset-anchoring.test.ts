import { cpSync, existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashLeaf, parseCheckpoint, present, sha256, utf8 } from "../../src/core/index.ts";
import { anchorDatasets, confirmRestoredDatasets } from "../../src/node/dataset-anchoring.ts";
import { datasetName, type NodeDatasets, openDatasets } from "../../src/node/datasets.ts";
import { code } from "../core/state/kit.ts";
import { discard } from "../discard.ts";
import { AIR, type GrantsWorld, office, openGrants, photoOf } from "../server/grants-world.ts";

// The node anchors what a dataset's log has gained by itself; and what a log that was brought back may do.

let world: GrantsWorld;
let root: string;
const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-anchoring-"));
  world = await openGrants({ no2: 1, note: "x", photo: photoOf("x"), other: AIR });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  discard(root);
});

const held = () => present(world.datasets.all()[0], "a log");
const options = () => ({
  ...{ ledger: world.ledger, datasets: world.datasets, clock: () => world.clock.now, log: quiet },
});
const entry = (n: number) => [
  { salt: sha256(utf8(`${n}`)).subarray(0, 16), name: "pm25", value: n },
];
const anchoredSize = async () => {
  const { value } = await world.json(`/v1/proof?key=${encodeURIComponent(`anchor/${AIR}`)}`);
  const text = Buffer.from(value, "base64").toString("latin1");
  const checkpoint = /node\.test\/data\/[^\n]+\n(\d+)\n/.exec(text);
  return Number(checkpoint?.[1]);
};

/** Another node's directory with a copy of the log, as `cityid restore` leaves it. */
async function restoredCopy(name: string): Promise<NodeDatasets> {
  const directory = join(root, name);
  const own = join(directory, datasetName(`${AIR}#1`));
  cpSync(held().directory, own, { recursive: true });
  writeFileSync(join(own, "restored"), "restored\n");
  return openDatasets({
    ...{ directory, host: "node.test", clock: () => world.clock.now },
    random: (bytes) => sha256(utf8("copy")).subarray(0, bytes),
  });
}

test("what was gained is anchored every ten minutes, and a copy that lacks it stays as it is", async () => {
  const { record } = await world.json(`/v1/codes/${encodeURIComponent(AIR)}`);
  const key = { key: held().gateway, uses: ["data" as const], label: "node" };
  const prev = Buffer.from(record.control, "hex");
  await world.do({ op: "keys", code: code(AIR), prev, add: [key] }, office);
  expect(await anchorDatasets(options())).toEqual([]);
  const { size } = held();
  const first = {
    ...{ code: code(AIR), checkpoint: held().checkpoint(size), path: held().inclusion(0, size) },
    genesis: hashLeaf(present(held().entry(0), "entry 0")),
  };
  await world.do({ op: "anchor", items: [first] }, office);
  const older = await restoredCopy("older");
  await world.send([entry(1)]);
  world.clock.now += 599_000;
  expect(await anchorDatasets(options())).toEqual([]);
  world.clock.now += 1000;
  expect(await anchorDatasets(options())).toEqual([`${AIR}#1`]);
  expect(await anchoredSize()).toBe(held().size);
  world.clock.now += 600_000;
  expect(await anchorDatasets(options())).toEqual([]);

  const whole = await restoredCopy("whole");
  for (const copy of [older, whole]) {
    expect(copy.restored()).toHaveLength(1);
    const [log] = copy.all();
    // It is read as before, but takes nothing and anchors nothing.
    expect(parseCheckpoint(log?.checkpoint(1) ?? "").ok).toBe(true);
    await confirmRestoredDatasets(options(), copy);
  }
  expect([older.restored().length, whole.restored().length]).toEqual([1, 0]);
  expect(existsSync(join(root, "whole", datasetName(`${AIR}#1`), "restored"))).toBe(false);
  for (const copy of [older, whole]) await copy[Symbol.asyncDispose]();
});

test("a log whose key was lost is not opened with another one", async () => {
  const directory = join(root, "keyless");
  const own = join(directory, datasetName(`${AIR}#1`));
  cpSync(held().directory, own, { recursive: true });
  discard(join(own, "keys"));
  const opened = openDatasets({
    ...{ directory, host: "node.test", clock: () => 0, random: (n) => new Uint8Array(n) },
  });
  await expect(opened).rejects.toMatchObject({ code: "DATA_KEY" });
});

test("a journal that is shorter than what was published is refused", async () => {
  const copy = await restoredCopy("short");
  const [log] = copy.all();
  await log?.published();
  await copy[Symbol.asyncDispose]();
  const own = join(root, "short", datasetName(`${AIR}#1`));
  const size = held().size + 5;
  const note = held()
    .checkpoint(held().size)
    .replace(/\n\d+\n/, `\n${size}\n`);
  writeFileSync(join(own, "published"), note);
  const again = openDatasets({
    ...{ directory: join(root, "short"), host: "node.test", clock: () => 0 },
    random: (n) => new Uint8Array(n),
  });
  await expect(again).rejects.toMatchObject({ code: "LOG_SHORTENED" });
});
