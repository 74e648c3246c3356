import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { type Code, fromHex, parsePolicy, present } from "../../../src/core/index.ts";
import { auditDirectory } from "../../../src/node/index.ts";
import { createClient, signerFromSeed, signOperation } from "../../../src/sdk/index.ts";
import { verifyProofChain, verifyReceipt } from "../../../src/verify/index.ts";
import { discard } from "../../discard.ts";
import { until } from "../real-node.ts";
import { ask, type DemoProcess, startDemoProcess } from "./demo-process.ts";

// The two ledgers of a demonstration as their processes run: one story, in which either is stopped.

const CITY = "MA.156.4601";
const LAMP = `${CITY}.01/LAMP/000042`;

let root: string;
let data: string;
let port: number;
let demo: DemoProcess;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-city-"));
  data = join(root, "data");
  port = await freePort();
  demo = await startDemoProcess(data, port);
  await demo.hears();
});
afterAll(async () => {
  await demo?.stop();
  discard(root);
});

const get = async (url: string) => (await ask(url, "GET")).body;
const sizeOf = async (url: string): Promise<number> =>
  (await get(`${url}/.well-known/cityid`)).size;

/** The chain of the lamp that the root's node fetches, verified under the root's policy alone. */
async function chain() {
  const response = await fetch(`${demo.url}/${LAMP}?follow=1`);
  if (!response.ok) return undefined;
  const policy = parsePolicy((await get(`${demo.url}/.well-known/cityid`)).policy);
  const verdict = await verifyProofChain(await response.text(), {
    policy: present(policy.ok ? policy.value : undefined, "a policy"),
    nowSeconds: Math.floor(Date.now() / 1000),
    maxAgeSeconds: 3600,
  });
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
  const [link] = verdict.value.links;
  return { link: present(link, "a link"), last: verdict.value.last };
}

/** Processes of a demonstration: the root's node, or the city's. */
function pidOf(of: "root" | "city"): number {
  const lines = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(demo.pid)], {
    encoding: "utf8",
  }).split("\n");
  const line = lines.find(
    (each) => each.includes("--supervised") && each.includes("--city-of") === (of === "city"),
  );
  return Number.parseInt(present(line, of), 10);
}

async function isAway(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    () => false,
    () => true,
  );
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function write(value: number) {
  const city = createClient({ url: demo.cityUrl, attempts: 1 });
  const { seed } = (await keys) as { seed: string };
  const { record } = await city.record(LAMP);
  const signed = await signOperation({
    iss: `${CITY}.01`,
    aud: (await city.node()).origin,
    iatSeconds: Math.floor(Date.now() / 1000),
    signer: signerFromSeed(present(fromHex(seed), "a seed")),
    operation: {
      op: "update",
      code: LAMP as Code,
      prev: present(fromHex(record.op), "op"),
      attributes: { inspected: { value, validFrom: "2026-01-01" } },
    },
  });
  const outcome = await city.submit(signed.bytes);
  if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
  return { ...outcome, bytes: signed.bytes };
}

let keys: Promise<unknown>;

test("Haikou's node is a process of its own with its own directory, log and key", async () => {
  keys = get(`${demo.url}/demo/keys/haikou-01`);
  const [own, above] = [demo.cityUrl, demo.url].map((url) => get(`${url}/.well-known/cityid`));
  const city = await own;
  expect(city).toMatchObject({
    origin: `${new URL(demo.cityUrl).host}/log`,
    parent: { code: CITY, url: demo.url },
    demonstration: true,
  });
  expect(city.vkeys).not.toEqual((await above).vkeys);
  expect(pidOf("city")).not.toBe(pidOf("root"));
  expect((await get(`${demo.url}/demo`)).city).toMatchObject({ url: demo.cityUrl, lamp: LAMP });
  for (const said of [/1 {2}department that Haikou/, /200 {2}lamps, imported into Haikou's/]) {
    expect(demo.said()).toMatch(said);
  }
});

test("one of its lamps is proved from the root down", async () => {
  const proved = await until(chain);
  expect(proved.link).toMatchObject({ code: CITY, origin: `${new URL(demo.cityUrl).host}/log` });
  expect(proved.last).toMatchObject({ key: `code/${LAMP}`, effective: { status: "active" } });
});

test("it writes on while the root's is stopped, which catches up when it is back", async () => {
  const before = present(await chain(), "a chain").link;
  const json = { "content-type": "application/json" };
  const strange = await ask(`${demo.url}/demo/kill`, "POST", json, '{"pauseSeconds": 61}');
  expect([strange.status, strange.body]).toMatchObject([
    422,
    { code: "DEMO_PAUSE", facts: { got: 61, want: [0, 60] } },
  ]);
  const killed = await ask(`${demo.url}/demo/kill`, "POST", json, '{"pauseSeconds": 15}');
  expect([killed.status, killed.body.pid]).toEqual([202, expect.any(Number)]);
  await until(async () => (await isAway(demo.url)) || undefined);
  const written = [await write(1), await write(2)];
  expect(await isAway(demo.url)).toBe(true);
  const policy = parsePolicy(before.policy);
  for (const { receipt, bytes } of written) {
    const verdict = await verifyReceipt(receipt, bytes, {
      policy: present(policy.ok ? policy.value : undefined, "a policy"),
      nowSeconds: Math.floor(Date.now() / 1000),
      maxAgeSeconds: Number.POSITIVE_INFINITY,
    });
    expect(verdict.ok).toBe(true);
  }
  await demo.hears(/start number 2/);
  expect(demo.said()).toContain("it starts again in 15 s");
  const index = Math.max(...written.map((each) => each.index));
  const caughtUp = async () => (await chain().catch(() => undefined))?.link.anchored.size ?? 0;
  // At most one anchor a minute: the rules say so.
  await until(async () => (await caughtUp()) > index || undefined);
  expect((await get(`${demo.url}/demo`)).process.pid).not.toBe(killed.body.pid);
  const { last } = present(await chain(), "a chain");
  expect(last.record?.attributes.inspected).toMatchObject({ value: 2 });
});

test("killed, it is started again and has everything; the root's goes on", async () => {
  const [pid, above] = [pidOf("city"), pidOf("root")];
  const { index } = await write(3);
  process.kill(pid, "SIGKILL");
  await demo.hears(/Haikou's node ended \(SIGKILL\); start number 2/);
  // It answers before its ledger is open, but for little.
  await until(async () => (await isReady(demo.cityUrl)) || undefined);
  expect(pidOf("city")).not.toBe(pid);
  expect(pidOf("root")).toBe(above);
  expect(await sizeOf(demo.cityUrl)).toBe(index + 2);
  const record = await get(`${demo.cityUrl}/v1/codes/${encodeURIComponent(LAMP)}`);
  expect(record.record.attributes.inspected).toMatchObject({ value: 3 });
});

test("ended by Ctrl-C, both end; started again at other ports, they find each other and repeat nothing", async () => {
  const size = await sizeOf(demo.cityUrl);
  const origin = (await get(`${demo.cityUrl}/.well-known/cityid`)).origin;
  const urls = [demo.url, demo.cityUrl];
  expect(await demo.stop("SIGINT")).toBe(0);
  expect(await Promise.all(urls.map(isAway))).toEqual([true, true]);
  expect((await auditDirectory(join(data, "haikou"))).intact).toBe(true);
  const other = await freePort();
  demo = await startDemoProcess(data, await freePort(), ["--city-port", String(other)]);
  await demo.hears();
  expect(demo.cityUrl).toBe(`http://127.0.0.1:${other}`);
  expect(await sizeOf(demo.cityUrl)).toBe(size);
  // The log keeps its name; the root learns where it is served now.
  expect((await get(`${demo.cityUrl}/.well-known/cityid`)).origin).toBe(origin);
  const proved = await until(async () => {
    const found = await chain().catch(() => undefined);
    return found?.last.record?.attributes.inspected ? found : undefined;
  });
  expect(proved.link.origin).toBe(origin);
});

test("without their supervisor both end, and leave their ports free", async () => {
  const urls = [demo.url, demo.cityUrl];
  await demo.stop("SIGKILL");
  await until(async () => (await Promise.all(urls.map(isAway))).every(Boolean) || undefined);
  demo = await startDemoProcess(data, Number(new URL(urls[0] ?? "").port));
  await demo.hears();
  expect(await isAway(demo.url)).toBe(false);
});
