import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { Aedes } from "aedes";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { MAIN, until } from "../node/real-node.ts";
import { CITY, code, named, signerOf } from "../sdk/world.ts";
import { runHere } from "./in-process.ts";
import { type Office, officeKey, openDataOffice } from "./office.ts";

// A department's gateway: devices that cannot sign speak to a broker of its own, and its key signs for them.

const OFFICE = `${CITY}.02`;
const AIR = `${OFFICE}/DATA/AIR`;
const MAP = {
  id: "urn:ngsi-ld:Air:{station}",
  type: "Air",
  time: "@received",
  attributes: { pm25: { column: "pm25", type: "number" }, from: "@topic" },
};

let office: Office;
let map: string;
let aedes: Aedes;
let broker: Server;
let url: string;
let devices: MqttClient;

const when = (ask: () => Promise<boolean>) => until(async () => ((await ask()) ? true : undefined));
const signing = async () => ["--key", await office.keyOf("office"), "--as", OFFICE, "--yes"];
const gateway = async (spool: string) => [
  ...["gateway", AIR, "--broker", url, "--topic", "air/#", "--map", map],
  ...["--spool", spool, "--batch", "50", "--every", "1", ...(await signing())],
];
const say = (station: string, pm25: unknown) =>
  devices.publishAsync(`air/${station}`, JSON.stringify({ station, pm25 }), { qos: 1 });

/** What the department's key signed, by station. */
async function seen(): Promise<Map<string, unknown>> {
  const { client } = office.node;
  const owner = client.as({ signer: signerOf("office"), holder: `${OFFICE}#1` });
  const { entries = 0 } = await client.dataset(AIR);
  const found = new Map<string, unknown>();
  for (let at = 1; at < entries; at++) {
    const { observations, source } = (await owner.datasetEntry(AIR, at)) as never as {
      readonly source: string;
      readonly observations: readonly (readonly { name: string; value: unknown }[])[];
    };
    expect(source).toBe(OFFICE);
    for (const facts of observations) {
      const said = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
      expect(said.from).toMatch(/^air\//);
      found.set(String(said.id).slice("urn:ngsi-ld:Air:".length), said.pm25);
    }
  }
  return found;
}

/** The command in this process, until it is stopped. */
async function started(args: readonly string[]) {
  const stop = new AbortController();
  let said = "";
  const stream = new Writable({
    write(part: Buffer, _, done) {
      said += part.toString();
      done();
    },
  });
  const io = { input: Readable.from([]), output: stream, errors: stream };
  const env = { LANG: "en_US.UTF-8", CITYID_URL: office.node.url };
  const running = runCli(args, stop.signal, { ...io, env });
  await when(async () => said.includes("Listening"));
  return {
    said: () => said,
    running,
    stop: async () => {
      stop.abort();
      return running;
    },
  };
}

beforeAll(async () => {
  office = await openDataOffice();
  const department = { code: code(OFFICE), kind: "department" as const, names: named("局") };
  const items = [{ ...department, keys: [officeKey("office")] }];
  await office.node.act({ op: "register", items }, CITY, "all");
  const terms = ["--title", "空气", "--licence", "CC-BY-4.0", "--contact", "数据科"];
  const made = await runHere(["dataset", "create", AIR, ...terms, ...(await signing())], {
    CITYID_URL: office.node.url,
  });
  expect(made).toMatchObject({ exit: 0 });
  map = await office.file("map.json", JSON.stringify(MAP));
  aedes = await Aedes.createBroker();
  broker = createServer(aedes.handle);
  await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve));
  url = `mqtt://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  devices = await connectAsync(url, { protocolVersion: 4 });
});
afterAll(async () => {
  await devices.endAsync(true);
  await new Promise<void>((resolve) => aedes.close(resolve));
  broker.close();
  await office[Symbol.asyncDispose]();
});

test("what devices publish is signed by their department in batches, and what is no reading is told", async () => {
  const spool = join(office.directory, "spool");
  const running = await started(await gateway(spool));
  await Promise.all(Array.from({ length: 120 }, (_, n) => say(`a${n}`, n / 2)));
  const list = Array.from({ length: 3 }, (_, n) => ({ station: `list${n}`, pm25: n }));
  await devices.publishAsync("air/list", JSON.stringify(list), { qos: 1 });
  await devices.publishAsync("air/odd", "no JSON", { qos: 1 });
  await say("bad", "much");
  await when(async () => (await seen()).size === 123);
  const found = await seen();
  expect([found.get("a0"), found.get("list2"), found.has("bad")]).toEqual([0, 2, false]);
  expect(running.said()).toContain("air/odd is no JSON of readings");
  await when(async () => running.said().includes("ROW_NUMBER"));
  await when(async () => readdirSync(spool).length === 0);
  expect(await running.stop()).toBe(0);
}, 60_000);

test("what was acknowledged survives a kill of the gateway, and what came meanwhile the broker kept", async () => {
  const spool = join(office.directory, "killed");
  const args = await gateway(spool);
  const child = spawn(process.execPath, [MAIN, ...args, "--url", office.node.url], {
    env: { PATH: process.env.PATH, LANG: "en_US.UTF-8" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (part: Buffer) => {
    said += part.toString();
  });
  await when(async () => said.includes("Listening"));
  for (let n = 0; n < 20; n++) await say(`k${n}`, n);
  await when(async () => readdirSync(spool).length > 0 || (await seen()).size > 123);
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  for (let n = 20; n < 40; n++) await say(`k${n}`, n);
  const again = await started(args);
  await when(async () => {
    const found = await seen();
    return Array.from({ length: 40 }, (_, n) => found.get(`k${n}`) === n).every(Boolean);
  });
  expect(await again.stop()).toBe(0);
}, 60_000);

test("is refused where an argument is none", async () => {
  const args = await gateway(join(office.directory, "x"));
  for (const [name, value] of [
    ["--broker", "http://user:secret@x"],
    ["--batch", "0"],
    ["--every", "x"],
  ] as const) {
    const refused = await runHere([...args, name, value], { CITYID_URL: office.node.url });
    expect([refused.exit, refused.errors]).toEqual([2, expect.stringContaining("CLI_ARGUMENT")]);
    expect(refused.errors).not.toContain("secret");
  }
});
