import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type CborValue, certain, decodeEntry, sha256, utf8 } from "../../src/core/index.ts";
import { ALL, type DatasetLog } from "../../src/data/index.ts";
import { openDatasets, signEntry, storeOf } from "../../src/node/datasets.ts";
import { discard } from "../discard.ts";
import { code } from "../sdk/world.ts";

const directory = mkdtempSync(join(tmpdir(), "cityid-index-"));
afterAll(() => discard(directory));

const random = (bytes: number) => new Uint8Array(bytes).fill(7);
let count = 0;

async function say(log: DatasetLog, said: { readonly [name: string]: CborValue }): Promise<void> {
  count += 1;
  const facts = Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1));
  const observation = facts.map(([name, value]) => ({ salt: random(16), name, value }));
  const claims = { source: code("MA.156/X"), audience: log.origin, observations: [observation] };
  const entry = certain(decodeEntry(signEntry(sha256(utf8("seed")), claims, 1000 * count)), "one");
  const body = { observations: [observation], receivedMilliseconds: 1000 * count };
  const taken = await log.append({ entry, files: new Map<string, Uint8Array>(), ...body });
  if ("busy" in taken) throw new Error(taken.busy);
}

const property = (value: CborValue): CborValue => [{ type: "Property", value }];

test("an entity is told to whoever changes it as the last entry left it, however far the store is behind", async () => {
  const options = { directory, host: "node.test", clock: () => 1, random, openStore: storeOf };
  await using datasets = await openDatasets(options);
  const log = await datasets.open("MA.156/X#1");
  if (log === undefined) throw new Error("no log");
  const { entities } = log;
  const powerOf = async (id: string) =>
    (await entities.now(id, ALL))?.attributes.power?.[0]?.said.value;
  expect(await entities.now("urn:l:1", ALL)).toBeUndefined();
  for (let n = 1; n <= 40; n++) {
    const id = `urn:l:${n % 4}`;
    await say(log, { "@op": "set", id, type: "Lamp", power: property(n) });
    expect(await powerOf(id)).toBe(n);
    // One that nothing was said of since.
    if (n > 4) expect(await powerOf(`urn:l:${(n + 1) % 4}`)).toBe(n - 3);
  }
  await say(log, { "@op": "end", id: "urn:l:1" });
  expect(await entities.now("urn:l:1", ALL)).toBeUndefined();
  // A device names a thing by its code and type; both lead to one entity.
  await say(log, { id: "X/7", type: "Lamp", power: 5 });
  expect(await powerOf("urn:ngsi-ld:Lamp:X/7")).toBe(5);
  await entities.caughtUp();
  for (const id of ["urn:l:0", "urn:l:1", "urn:ngsi-ld:Lamp:X/7"]) {
    expect(await entities.now(id, ALL)).toEqual(await entities.entity(id, ALL));
  }
});
