import { mkdtempSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { journalPath, readLog } from "../../src/log/index.ts";
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
