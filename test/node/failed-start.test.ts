import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../bench/lib/free-port.mjs";
import { readDescription, writeDescription } from "../../src/node/data-directory.ts";
import { configFromEnv, startDemo, startNode } from "../../src/node/index.ts";
import { runCli } from "../cli/served-world.ts";
import { discard } from "../discard.ts";
import { beginLedger } from "./real-node.ts";

let root: string;
let data: string;
let port: number;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-failed-start-"));
  data = await beginLedger(root);
  port = await freePort();
});
afterAll(() => discard(root));

const configOf = (dataDirectory: string) =>
  configFromEnv({ dataDirectory, port, logFormat: "quiet" }, {});

/** Takes the port, which only works when nobody else has it, and gives it back. */
async function takePort(): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

describe("a start that fails halfway", () => {
  test("gives the port back, whatever failed after it was taken, and the ledger too", async () => {
    const laxly = { ...configOf(data), trustedProxies: ["lb.internal"] };
    await expect(startNode(laxly)).rejects.toThrow(RangeError);
    await takePort();
    const demo = () => {
      throw new Error("no demonstration");
    };
    await expect(startNode(configOf(data), { demo })).rejects.toThrow("no demonstration");
    await takePort();
    const node = await startNode(configOf(data));
    await node[Symbol.asyncDispose]();
  });

  test("of the demonstration, while it is being filled, stops its node", async () => {
    const said: string[] = [];
    const say = (line: string) => {
      if (said.push(line) === 2) throw new Error("nobody listens");
    };
    const config = configOf(join(root, "demo"));
    await expect(startDemo({ config, language: "en", say })).rejects.toThrow("nobody listens");
    await takePort();
  });

  test("of a child whose key is not there ends the process, with the reason", async () => {
    const { format: _, ...rest } = (await readDescription(data)) ?? { origin: "" };
    const parent = { url: "http://127.0.0.1:1", code: "MA.156.1301" };
    await writeDescription(data, { ...rest, parent });
    const missing = join(root, "missing.key");
    const args = ["start", "--data", data, "--port", String(port), "--key", missing, "--json"];
    const { exit, errors } = await runCli(args);
    expect(exit).not.toBe(0);
    expect(errors).toContain(missing);
    await takePort();
  });
});
