import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditDirectory } from "../../src/node/index.ts";
import { discard } from "../discard.ts";
import { signAs } from "../sdk/world.ts";
import { loadOn, nextFact } from "./load.ts";
import { beginLedger, type RealNode, startRealNode, until } from "./real-node.ts";

let root: string;
let data: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-stop-"));
  data = await beginLedger(root);
});
afterEach(() => discard(root));

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s under load ends in order: who was told that it is in the log finds it there, and no request is left without an answer",
  async (signal) => {
    await using node = await startRealNode({ data });
    const load = loadOn(node);
    await until(async () => load.acknowledged.length >= 100 || undefined);
    const exit = await node.stop(signal);
    await load.over;
    expect(exit).toBe(0);
    expect(node.log()).toMatch(/"event":"stopped"/);
    // Each writer met a closed door once.
    expect(load.others.map(({ status }) => status)).toEqual(Array(8).fill("none"));
    const report = await auditDirectory(data);
    if (!report.intact) throw new Error(report.refusal.code);
    // Nothing was taken in without an answer: beside genesis and block entries the log holds what was acknowledged.
    expect(report.entries - report.blocks - 1).toBe(load.acknowledged.length);

    await using again = await startRealNode({ data });
    // Nothing had to be replayed: the snapshot was written in time.
    expect(again.log()).toMatch(/"droppedBytes":0,.*"replayedEntries":0/);
    for (const hash of load.acknowledged) await mustHold(again, hash);
  },
);

test("a request that is under way when the node is told to stop gets its answer", async () => {
  await using node = await startRealNode({ data });
  const { bytes } = await signAs(nextFact(), "member/A", "member/A");
  const posting = request(`${node.url}/v1/operations`, {
    method: "POST",
    headers: {
      "content-type": "application/cose",
      "content-length": bytes.length,
      expect: "100-continue",
    },
  });
  const answered = once(posting, "response");
  posting.flushHeaders();
  // The node has the head of the request, and waits for its body.
  await once(posting, "continue");
  const exit = node.stop("SIGTERM");
  await until(async () => node.log().includes("Stopping") || undefined);
  posting.end(bytes);
  const [response] = await answered;
  expect(response.statusCode).toBe(200);
  expect(await json(response)).toMatchObject({ status: "accepted", index: 2 });
  expect(await exit).toBe(0);
});

async function mustHold(node: RealNode, hash: string): Promise<void> {
  expect((await fetch(`${node.url}/v1/operations/${hash}`)).status).toBe(200);
}
