// A validator that joins a ledger of a million codes from an empty directory: once by replaying every block, once by a snapshot.
// `node scripts/join-million.mjs [--codes 1000000] [--validators 4] [--json FILE]`, after npm run build. Prints JSON: seconds, and
// the most memory that application and engine took; in the end both stand at the same map root as the others.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startValidators } from "../bench/lib/cityid-net.mjs";
import { decodeBlockEntry, hex } from "../dist/core/index.js";
import { Rpc } from "../dist/ledger/comet/index.js";
import { engineHome } from "../dist/node/comet/home.js";
import { prepareValidator, validatorCard } from "../dist/node/comet/index.js";
import { engineBinary, runValidator } from "../dist/node/index.js";
import { createClient } from "../dist/sdk/index.js";
import { discard } from "./lib/discard.mjs";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : process.argv[at + 1];
};
const CODES = Number(option("--codes", 1_000_000));
const COUNT = Number(option("--validators", 4));
const PORT = Number(option("--port", 18256));
const PEER_PORT = Number(option("--peer-port", 18756));
const MAIN = fileURLToPath(new URL("../bin/cli/main.js", import.meta.url));
const CACHE = fileURLToPath(new URL("../.cache/bin", import.meta.url));
/** Imported at once: what is prepared of it is kept in memory. */
const PART = 100_000;
const SAMPLE_MILLISECONDS = 500;

const binary = await engineBinary({ env: process.env, cache: CACHE });
const net = await startValidators({ binary, count: COUNT, port: PORT, peerPort: PEER_PORT });
const { world, urls } = net;
const root = world.root;
const [first] = urls;
const client = createClient({ url: first });
let facts = 0;
try {
  await net.ready();
  await world.found();
  const began = performance.now();
  for (let made = 0; made < CODES; made += PART) {
    const count = Math.min(PART, CODES - made);
    await world.import(world.prepareImport(count), { perRequest: 16, concurrency: 2 * COUNT, urls });
    console.error(`${made + count} codes after ${secondsSince(began)} s`);
  }
  const imported = secondsSince(began);
  // What a validator has when it starts it offers; it needs a few blocks more to vouch for it.
  const replayed = await joining("replay", COUNT + 1);
  const synced = await joining("snapshot", COUNT + 2);
  const report = {
    date: new Date().toISOString(),
    node: process.version,
    ...{ validators: COUNT, codes: CODES, importSeconds: imported },
    ...{ replay: replayed, snapshot: synced },
  };
  console.log(JSON.stringify(report, null, 2));
  if (option("--json")) writeFileSync(option("--json"), `${JSON.stringify(report, null, 2)}\n`);
  console.log("2 passed, 0 failed");
} finally {
  await net.stop();
}

/** Lists a validator without a vote, starts it in an empty directory, and waits until it has what the others have. */
async function joining(way, n) {
  const host = `127.0.0.${n}`;
  const dataDirectory = join(root, `joins-${n}`);
  mkdirSync(dataDirectory);
  const id = `v${n}`;
  const address = `${host}:${PEER_PORT}`;
  const { origin } = world;
  const card = await validatorCard({ id, dataDirectory, origin, address });
  await world.submit([world.sign({ op: "propose", inner: { op: "validator", ...card, power: 0 } }, "member/A", "A")]);
  const founder = join(root, "v1");
  await prepareValidator({
    ...{ dataDirectory, id, chain: readFileSync(engineHome(founder).genesis, "utf8") },
    logKey: join(founder, "keys", "log.key"),
    listen: address,
    peers: await peers(id),
    ...(way === "snapshot" && { stateSync: await stateSync() }),
  });
  const ending = new AbortController();
  const began = performance.now();
  let pair;
  const ended = runValidator({
    ...{ dataDirectory, binary, entry: MAIN, signal: ending.signal },
    arguments: ["validator", "--supervised", "--data", dataDirectory, "--host", host, "--port", String(PORT)],
    onRunning: (running) => {
      pair = running;
    },
    onRestart: ({ because }) => console.error(`${id}: started again: ${because}`),
  });
  const url = `http://${host}:${PORT}`;
  const peak = { applicationMB: 0, engineMB: 0 };
  for (;;) {
    if (pair !== undefined) {
      peak.applicationMB = Math.max(peak.applicationMB, peakOf(pair.applicationPid));
      peak.engineMB = Math.max(peak.engineMB, peakOf(pair.enginePid));
    }
    const isReady = (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200;
    if (isReady && (await mapRootOf(url)) === (await mapRootOf(first))) break;
    await wait(SAMPLE_MILLISECONDS);
  }
  const seconds = secondsSince(began);
  // The same as the others' at that moment; the ledger goes on.
  const mapRoot = await mapRootOf(url);
  const { size } = await createClient({ url }).node();
  ending.abort();
  await ended;
  discard(dataDirectory);
  console.error(`${way}: ${seconds} s`);
  return { seconds, codesPerSecond: Math.round(CODES / seconds), ...peak, size, mapRoot };
}

async function peers(own) {
  const { items } = await client.validators();
  const founders = items.filter(({ id, address }) => id !== own && address !== undefined && Number(id.slice(1)) <= COUNT);
  return founders.map(({ peer, address }) => `${peer}@${address}`);
}

/** By the headers of two engines, from an early block on. Only what is started anew offers all it has. */
async function stateSync() {
  const homes = [1, Math.min(2, COUNT)].map((n) => engineHome(join(root, `v${n}`)));
  // A snapshot is offered every hundred heights, and vouched for by the next three.
  const rpc = new Rpc(homes[0].rpcSocket);
  const commit = await rpc.ask("commit", { height: "2" });
  rpc.close();
  for (const from = await heightOf(); (await heightOf()) < Math.ceil(from / 100) * 100 + 4; ) {
    await world.submit([world.sign({ op: "gazette", items: [fact()] }, "member/A", "A")]);
  }
  return { servers: homes.map(({ rpcSocket }) => `unix://${rpcSocket}`), height: 2, hash: commit.signed_header.commit.block_id.hash };
}

function fact() {
  const n = facts++;
  const pair = (value) => String(1 + value).padStart(2, "0");
  return { code: `MA.156.14${pair(Math.floor(n / 99))}${pair(n % 99)}`, add: [{ names: { zh: `县 ${n}` }, level: "county", from: "1981", source: "join" }] };
}

async function heightOf() {
  return Number(/^cityid_consensus_height (\d+)/m.exec(await (await fetch(`${first}/metrics`)).text())[1]);
}

/** Of the newest block of a node. */
async function mapRootOf(url) {
  const node = createClient({ url });
  const { items } = await node.log({ kind: "block" }, { limit: 1 });
  const [newest] = items;
  if (newest?.kind !== "block") return undefined;
  return hex(decodeBlockEntry(await node.entryBytes(newest.hash)).value.mapRoot);
}

function peakOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function secondsSince(began) {
  return Math.round((performance.now() - began) / 100) / 10;
}
