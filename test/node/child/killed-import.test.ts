import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { auditDirectory } from "../../../src/node/index.ts";
import { buildManifest } from "../../../src/sdk/index.ts";
import { openOffice } from "../../cli/office.ts";
import { discard } from "../../discard.ts";
import { CITY, code, LAMPS, named } from "../../sdk/world.ts";
import { MAIN, startRealNode } from "../real-node.ts";

const THINGS = 5000;

/** Starts a node that begins its ledger, and kills it as soon as it says that it is at a step. */
async function killedAt(step: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [MAIN, "start", ...args], {
    env: { PATH: process.env.PATH, LANG: "en_US.UTF-8" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.includes(step)) child.kill("SIGKILL");
  });
  const signal = await new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
  expect({ signal, said }).toMatchObject({
    signal: "SIGKILL",
    said: expect.stringContaining(step),
  });
}

test("killed in each step of its beginning, a ledger goes on from there, and is whole", async () => {
  await using office = await openOffice();
  const items = Array.from({ length: THINGS }, (_, n) => ({
    code: code(`${LAMPS}/${String(n).padStart(6, "0")}`),
    kind: "thing" as const,
    names: named(`灯 ${n}`),
  }));
  const plan = await buildManifest(items, { what: "register", under: code(LAMPS) });
  const { id } = await office.node.act(plan.operation, CITY, "city");
  for await (const chunk of plan.chunks(id)) {
    expect(await office.node.client.submit(chunk)).toMatchObject({ status: "accepted" });
  }
  const port = await freePort();
  const data = join(office.directory, "city");
  const who = ["--key", await office.keyOf("city"), "--as", CITY];
  const begin = ["--namespace", CITY, "--parent", office.node.url, ...who];
  const all = ["--data", data, "--port", String(port), ...begin];
  const isBegun = () => existsSync(join(data, "cityid.json"));

  /** @returns whether each kill came before the ledger was begun: on a busy machine this process may hear of a step too late */
  const killedInEach = async (): Promise<boolean> => {
    discard(data);
    await killedAt("Verifying the parent's log", all);
    await killedAt("Choosing what is taken over", all);
    if (isBegun()) return false;
    const [copy = ""] = readdirSync(join(data, "parent"));
    const bundle = join(data, "parent", copy, "log", "tile", "entries", "000.p");
    const [kept = ""] = readdirSync(bundle);
    const fetched = statSync(join(bundle, kept)).mtimeMs;
    await killedAt("Writing block 0", all);
    if (isBegun()) return false;
    // What was verified is not fetched again.
    expect(statSync(join(bundle, kept)).mtimeMs).toBe(fetched);
    return true;
  };
  let tries = 1;
  while (!(await killedInEach())) expect(tries++).toBeLessThan(10);

  {
    await using child = await startRealNode({ data, args: ["--port", String(port), ...begin] });
    expect((await child.client.record(LAMPS)).record.children).toMatchObject({ count: THINGS });
    expect((await child.client.record(`${LAMPS}/004999`)).record.names.zh).toMatchObject({
      value: "灯 4999",
    });
    // Of the parent's log only its checkpoint is kept, in the genesis.
    expect(existsSync(join(data, "parent"))).toBe(false);
    expect(await child.stop()).toBe(0);
  }
  expect(await auditDirectory(data)).toMatchObject({ intact: true });
});
