import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeObservations, MAX_FACT_BYTES } from "../../../src/core/index.ts";
import { ALL, type DatasetLog } from "../../../src/data/index.ts";
import { type NodeDatasets, openDatasets, storeOf } from "../../../src/node/datasets.ts";
import { appendByGateway, type Change } from "../../../src/server/ngsi/gateway.ts";
import type { Services } from "../../../src/server/services.ts";
import { discard } from "../../discard.ts";
import { code } from "../../sdk/world.ts";

// What several requests have the gateway sign at the same time.

const root = mkdtempSync(join(tmpdir(), "cityid-gathered-"));
afterAll(() => discard(root));

let directories = 0;
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const services = { state: {}, clock: () => 1_800_000_000_000, random } as Pick<
  Services,
  "state" | "clock" | "random"
>;

async function openLog(): Promise<{ datasets: NodeDatasets; log: DatasetLog }> {
  directories += 1;
  const options = { host: "node.test", clock: services.clock, random, openStore: storeOf };
  const datasets = await openDatasets({ ...options, directory: join(root, String(directories)) });
  const log = await datasets.open("MA.156/X#1");
  if (log === undefined) throw new Error("no log");
  return { datasets, log };
}

const lamp = (n: number | string, power: number | string): Change => ({
  ...{ id: `urn:lamp:${n}`, kind: "replace", types: ["Lamp"] },
  attributes: { power: [{ type: "Property", value: power }] },
});

const saying = (log: DatasetLog) => (changes: readonly Change[]) =>
  appendByGateway(services, { code: code("MA.156"), log, dataset: undefined }, changes);

/** How many observations each entry has behind the first one, with which the log began. */
async function sizesOf(log: DatasetLog): Promise<number[]> {
  const sizes: number[] = [];
  for (let index = 1; index < log.size; index++) {
    const { observations } = await log.encodedBody(index);
    const read = decodeObservations(observations);
    sizes.push(read.ok ? read.value.length : -1);
  }
  return sizes;
}

const powerOf = async (log: DatasetLog, n: number | string) =>
  (await log.entities.now(`urn:lamp:${n}`, ALL))?.attributes.power?.[0]?.said.value;

describe("requests that are read in one turn", () => {
  test("become one entry, and what came while that was written the next one; each is found", async () => {
    const { datasets, log } = await openLog();
    await using _ = datasets;
    const say = saying(log);
    const first = Array.from({ length: 30 }, (_, n) => say([lamp(n, n)]));
    const later = new Promise((resolve) => setImmediate(resolve)).then(() =>
      Promise.all(Array.from({ length: 4 }, (_, n) => say([lamp(100 + n, n), lamp(200 + n, n)]))),
    );
    expect(await Promise.all([...first, later.then((all) => all[3])])).toEqual(
      new Array(31).fill({ ok: true, value: undefined }),
    );
    expect(await sizesOf(log)).toEqual([30, 8]);
    for (let n = 0; n < 30; n++) expect(await powerOf(log, n)).toBe(n);
    expect([await powerOf(log, 103), await powerOf(log, 203)]).toEqual([3, 3]);
  });

  test("wait for one another, turn by turn, as many as they were before; who is alone waits for nobody", async () => {
    const { datasets, log } = await openLog();
    await using _ = datasets;
    const say = saying(log);
    const turnByTurn = async (from: number, count: number) => {
      const said: Promise<unknown>[] = [];
      for (let n = from; n < from + count; n++) {
        said.push(say([lamp(n, n)]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(said);
    };
    await say([lamp(0, 0)]);
    await Promise.all(Array.from({ length: 4 }, (_, n) => say([lamp(1 + n, n)])));
    await turnByTurn(10, 4);
    // Fewer than before: the turn after the last of them brings nobody.
    await turnByTurn(20, 2);
    await turnByTurn(30, 1);
    await say([lamp(40, 0)]);
    expect(await sizesOf(log)).toEqual([1, 4, 4, 2, 1, 1]);
  });

  test("are apart where they name one thing, so that each change of it is told", async () => {
    const { datasets, log } = await openLog();
    await using _ = datasets;
    const say = saying(log);
    await Promise.all([say([lamp(1, 1)]), say([lamp(2, 1)]), say([lamp(1, 2)]), say([lamp(3, 1)])]);
    expect(await sizesOf(log)).toEqual([2, 2]);
    expect(await powerOf(log, 1)).toBe(2);
  });

  test("are apart where they are large, and one that no fact can hold is refused alone", async () => {
    const { datasets, log } = await openLog();
    await using _ = datasets;
    const say = saying(log);
    const large = "x".repeat(60_000);
    const answers = await Promise.all([
      say([lamp(1, large)]),
      say([lamp(2, "x".repeat(MAX_FACT_BYTES))]),
      say([lamp(3, large)]),
      say([lamp(4, 1)]),
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true, true]);
    expect(answers[1]).toMatchObject({ error: { code: "NGSI_DATA", path: "power" } });
    expect(await sizesOf(log)).toEqual([1, 2]);
  });

  test("are told to come back where too many wait, and those that wait are written", async () => {
    const { datasets, log } = await openLog();
    await using _ = datasets;
    const say = saying(log);
    const answers = await Promise.all(Array.from({ length: 1030 }, (_, n) => say([lamp(n, n)])));
    const busy = { ok: false, error: { code: "HTTP_BUSY", retryAfter: 1, what: "queue" } };
    expect(answers.slice(1024)).toEqual(new Array(6).fill(busy));
    expect(answers.slice(0, 1024).every(({ ok }) => ok)).toBe(true);
    expect((await sizesOf(log)).reduce((sum, size) => sum + size, 0)).toBe(1024);
  });

  test("hear all of them that the log takes nothing, and the next is asked again", async () => {
    const { datasets, log } = await openLog();
    const say = saying(log);
    await datasets[Symbol.asyncDispose]();
    const busy = { ok: false, error: { code: "HTTP_BUSY", retryAfter: 1, what: "queue" } };
    expect(await Promise.all([say([lamp(1, 1)]), say([lamp(2, 1)])])).toEqual([busy, busy]);
    expect(await say([lamp(3, 1)])).toEqual(busy);
  });
});
