import { mkdirSync, mkdtempSync, openSync, readdirSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { journalPath, readLog } from "../../src/log/index.ts";
import { openDatasets } from "../../src/node/datasets.ts";
import { discard } from "../discard.ts";
import { beginLedger, startRealNode } from "./real-node.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "cityid-dropped-"));
});
afterAll(() => discard(root));

test("a damaged last record that a start drops is a warning with its place and bytes, once", async () => {
  const data = await beginLedger(root);
  const directory = join(data, "ledger");
  const { end } = readLog({ directory }, () => undefined);
  writeSync(openSync(journalPath(directory), "r+"), "half a record", end);
  const warnings = async () => {
    await using node = await startRealNode({ data });
    const lines = node.log().match(/^\{.*\}$/gm) ?? [];
    return lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
  };
  expect(await warnings()).toEqual([
    expect.objectContaining({
      event: "damaged last record dropped",
      ...{ file: journalPath(directory), offset: end, bytes: 13 },
    }),
  ]);
  expect(await warnings()).toEqual([]);
});

test("the same of the log of a dataset, which the node that opens it is told", async () => {
  const directory = join(root, "datasets");
  mkdirSync(directory);
  const dropped: unknown[] = [];
  const open = () =>
    openDatasets({
      ...{ directory, host: "node.test", clock: () => 1_800_000_000_000 },
      random: (bytes) => new Uint8Array(bytes).fill(7),
      onDropped: (record) => dropped.push(record),
    });
  const first = await open();
  expect((await first.open("MA.156.1301.02/DATA/AIR#1"))?.size).toBe(1);
  await first[Symbol.asyncDispose]();
  const [name = ""] = readdirSync(directory);
  const file = journalPath(join(directory, name, "log"));
  const { end } = readLog({ directory: join(directory, name, "log") }, () => undefined);
  writeSync(openSync(file, "r+"), "half a record", end);
  await (await open())[Symbol.asyncDispose]();
  expect(dropped).toEqual([{ file, offset: end, bytes: 13 }]);
  await (await open())[Symbol.asyncDispose]();
  expect(dropped).toHaveLength(1);
});
