import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CborValue, certain, decodeEntry, sha256, utf8 } from "../../src/core/index.ts";
import { ALL, type DatasetLog, EntityChanges } from "../../src/data/index.ts";
import { type NodeDatasets, openDatasets, signEntry } from "../../src/node/datasets.ts";
import { discard } from "../discard.ts";
import { code } from "../sdk/world.ts";

// What each entry of a log changed, in whatever order it is asked for.

const directory = mkdtempSync(join(tmpdir(), "cityid-changes-"));
let datasets: NodeDatasets;
let log: DatasetLog;
let count = 0;

/** Appends one entry of one observation, as the gateway says it. */
async function say(said: { readonly [name: string]: CborValue }): Promise<number> {
  count += 1;
  const facts = Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1));
  const observation = facts.map(([name, value]) => ({
    ...{ salt: sha256(utf8(`${count} ${name}`)).subarray(0, 16), name, value },
  }));
  const claims = { source: code("MA.156/X"), audience: log.origin, observations: [observation] };
  const entry = certain(decodeEntry(signEntry(sha256(utf8("seed")), claims, count)), "an entry");
  const files = new Map<string, Uint8Array>();
  const taken = await log.append({
    ...{ entry, observations: [observation], files, receivedMilliseconds: 1000 * count },
  });
  if ("busy" in taken) throw new Error(taken.busy);
  return taken.index;
}

const set = (id: string, attributes: { readonly [name: string]: CborValue }) =>
  say({ "@op": "set", id, type: "Lamp", time: "2026-01-01T00:00:00Z", ...attributes });
const property = (value: CborValue): CborValue => [{ type: "Property", value }];

beforeAll(async () => {
  const random = (bytes: number) => sha256(utf8("random")).subarray(0, bytes);
  datasets = await openDatasets({ directory, host: "node.test", clock: () => 1, random });
  const opened = await datasets.open("MA.156/X#1");
  if (opened === undefined) throw new Error("no log");
  log = opened;
});
afterAll(async () => {
  await datasets[Symbol.asyncDispose]();
  discard(directory);
});

test("are the same forwards, backwards and anew, and end in what the store has", async () => {
  for (let n = 0; n < 12; n++) {
    await set(`urn:l:${n % 3}`, { power: property(n), ...(n % 4 === 0 && { on: property(true) }) });
  }
  await set("urn:l:1", { on: [] });
  await say({ "@op": "end", id: "urn:l:2" });
  await say({ id: "urn:l:0", type: "Lamp", time: "2026-01-02T00:00:00Z", power: 99 });
  const forwards = new EntityChanges(log);
  const all = [];
  for (let index = 0; index < log.size; index++) all.push(await forwards.of(index));
  const backwards = new EntityChanges(log);
  for (let index = log.size - 1; index >= 0; index--) {
    expect(await backwards.of(index)).toEqual(all[index]);
  }
  const last = new Map(all.flat().map(({ id, after }) => [id, after]));
  for (const [id, entity] of last) expect(await log.entities.entity(id, ALL)).toEqual(entity);
  expect(last.get("urn:l:2")).toBeUndefined();
  // Each begins where the one before it ended.
  const before = new Map<string, unknown>();
  for (const change of all.flat()) {
    expect(change.before).toEqual(before.get(change.id));
    before.set(change.id, change.after);
  }
});

test("say nothing of what was erased, also to whoever asked before", async () => {
  const changes = new EntityChanges(log);
  const index = await set("urn:l:9", { secret: property("word"), power: property(1) });
  expect(JSON.stringify(await changes.of(index))).toContain("word");
  await log.erase(index, (name) => name === "secret");
  expect(JSON.stringify(await changes.of(index))).not.toContain("word");
  const next = await set("urn:l:9", { power: property(2) });
  const [change] = await changes.of(next);
  expect(change?.before?.attributes.power?.[0]?.said.value).toBe(1);
  expect(JSON.stringify(change)).not.toContain("word");
});
