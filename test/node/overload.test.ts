import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { discard } from "../discard.ts";
import { crowdOn } from "./crowd.ts";
import { beginLedger, startRealNode } from "./real-node.ts";

/** More than wait at once, and more than the system lets wait for a connection where nothing is said. */
const OPERATIONS = 3000;

test("a node to which thousands came while it could not run answers everybody, with a receipt or when to come back", async () => {
  const root = mkdtempSync(join(tmpdir(), "cityid-crowd-"));
  const data = await beginLedger(root);
  await using node = await startRealNode({ data });
  const address = { host: "127.0.0.1", port: Number(new URL(node.url).port) };
  // It finds all of them before it when it is let on, however slowly they were sent.
  process.kill(node.pid, "SIGSTOP");
  const letOn = () => process.kill(node.pid, "SIGCONT");
  const { acknowledged, others } = await crowdOn([address], OPERATIONS, letOn);
  expect(others).toEqual([]);
  expect(acknowledged.size).toBe(OPERATIONS);
  // And it holds what it acknowledged, also after it was killed.
  await node.stop("SIGKILL");
  await using again = await startRealNode({ data });
  for (const [hash, index] of acknowledged) {
    const answer = await fetch(`${again.url}/v1/operations/${hash}`);
    expect(await answer.json()).toMatchObject({ hash, index });
  }
  discard(root);
}, 240_000);
