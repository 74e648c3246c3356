// Four validators on this machine under load, of which one after another is killed with SIGKILL at a random instant: the
// application, the engine, or both. In the end every acknowledged operation must stand in all logs, and checkpoints, tiles
// and map roots be the same. `npm run soak -- --operations 10000 --kills 50 --json soak.json`
//
// With --minutes it goes on for so long, however many operations and kills that takes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { decodeBlockEntry, hashLeaf, hex, isBlockEntry } from "../dist/core/index.js";
import { Rpc } from "../dist/ledger/comet/index.js";
import { engineBinary, openTestnet, runValidator } from "../dist/node/index.js";
import { createClient, signerFromSeed, signOperation } from "../dist/sdk/index.js";
import { readFileSync } from "node:fs";
import { engineHome } from "../dist/node/comet/home.js";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : process.argv[at + 1];
};
const OPERATIONS = Number(option("--operations", 10_000));
const KILLS = Number(option("--kills", 50));
const MINUTES = Number(option("--minutes", 0));
const HANDS = Number(option("--hands", 16));
const COUNT = Number(option("--validators", 4));
const PORT = Number(option("--port", 28156));
const PEER_PORT = Number(option("--peer-port", 28656));
const JSON_FILE = option("--json");
const seed = Number(option("--seed", Date.now() % 1_000_000));
const random = mulberry32(seed);
const began = Date.now();
console.log(`soak: ${COUNT} validators, ${OPERATIONS} operations, ${KILLS} kills, ${MINUTES} minutes, seed ${seed}`);

const MAIN = fileURLToPath(new URL("../bin/cli/main.js", import.meta.url));
const CACHE = fileURLToPath(new URL("../.cache/bin", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "cityid-soak-"));
const binary = await engineBinary({ env: process.env, cache: CACHE, path: option("--engine") });
const net = await openTestnet({ directory, validators: COUNT, port: PORT, peerPort: PEER_PORT });
const ending = new AbortController();
process.once("SIGINT", () => ending.abort());
const pairs = net.validators.map(() => undefined);
const restarts = [];
const running = net.validators.map(({ name, dataDirectory, host }, i) =>
  runValidator({
    ...{ dataDirectory, binary, entry: MAIN, signal: ending.signal },
    arguments: ["validator", "--supervised", "--data", dataDirectory, "--host", host, "--port", String(PORT)],
    onRunning: (pair) => {
      pairs[i] = pair;
    },
    onRestart: ({ because }) => restarts.push({ name, because }),
  }),
);
const urls = net.validators.map(({ host }) => `http://${host}:${PORT}`);
const clients = urls.map((url) => createClient({ url, attempts: 1, timeoutMilliseconds: 60_000 }));
const signer = signerFromSeed(Buffer.from(readFileSync(net.memberKeys[0].path, "utf8").trim(), "hex"));
const origin = `127.0.0.1:${PORT}/log`;

/** Leaf hash of each acknowledged operation, with the index that its submitter was told. */
const acknowledged = new Map();
const latencies = [];
let next = 0;
let inFlight = 0;
let busy = 0;
let loading = true;
const kills = [];

try {
  await Promise.all(urls.map(isReady));
  console.log(`ready after ${seconds()} s`);
  const load = Promise.all(Array.from({ length: HANDS }, (_, hand) => work(hand)));
  load.catch(() => undefined);
  while (goesOn()) {
    if (kills.length < KILLS || MINUTES > 0) await kill();
    else await wait(200);
  }
  loading = false;
  await load;
  await Promise.all(urls.map(isReady));
  const report = await compare();
  console.log(JSON.stringify(report, null, 2));
  if (JSON_FILE !== undefined) writeFileSync(JSON_FILE, `${JSON.stringify(report, null, 2)}\n`);
  if (KILLS >= 50 && report.kills.proposer < 10) throw new Error("fewer than ten kills hit the proposer");
  console.log(`${kills.length + 1} passed, 0 failed`);
} finally {
  // Whatever failed: nothing is left running.
  loading = false;
  ending.abort();
  await Promise.all(running);
  rmSync(directory, { recursive: true, force: true });
}

function goesOn() {
  if (ending.signal.aborted) return false;
  if (MINUTES > 0) return Date.now() - began < MINUTES * 60_000;
  return acknowledged.size < OPERATIONS || kills.length < KILLS;
}

/** One request after another, to all validators in turn: the same bytes again until they are acknowledged. */
async function work(hand) {
  for (let turn = hand; loading; turn++) {
    const { bytes } = await signOperation({
      iss: "member/A",
      aud: origin,
      iatSeconds: Math.floor(Date.now() / 1000),
      signer,
      operation: fact(next++),
    });
    const sent = performance.now();
    for (;;) {
      inFlight++;
      const outcome = await clients[turn % COUNT].submit(bytes).catch(() => undefined);
      inFlight--;
      if (outcome?.status === "accepted") {
        acknowledged.set(hex(hashLeaf(bytes)), outcome.index);
        latencies.push(performance.now() - sent);
        break;
      }
      if (outcome !== undefined) throw new Error(JSON.stringify(outcome));
      if (!loading) return;
      busy++;
      turn++;
      await wait(50);
    }
  }
}

/** A first fact of a division that has none: some 690 000 of them. */
function fact(n) {
  const [province, rest] = [11 + Math.floor(n / 9801), n % 9801];
  const pair = (value) => String(1 + value).padStart(2, "0");
  const code = `MA.156.${province}${pair(Math.floor(rest / 99))}${pair(rest % 99)}`;
  const add = [{ names: { zh: `县 ${n}` }, level: "county", from: "1981", source: "soak" }];
  return { op: "gazette", items: [{ code, add }] };
}

async function kill() {
  await wait(500 + random() * 2500);
  const victim = Math.floor(random() * COUNT);
  const role = ["application", "engine", "pair"][Math.floor(random() * 3)];
  const { applicationPid, enginePid } = pairs[victim];
  const isProposer = await proposes(victim);
  const requests = inFlight;
  const at = Date.now();
  const end = (pid) => {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended together with the other one.
    }
  };
  if (role !== "engine") end(applicationPid);
  if (role !== "application") end(enginePid);
  while (pairs[victim].enginePid === enginePid && !ending.signal.aborted) await wait(20);
  await isReady(urls[victim]);
  const back = Date.now() - at;
  kills.push({ validator: net.validators[victim].name, role, proposer: isProposer, requests, backMilliseconds: back });
  if (kills.length % 5 === 0) console.log(`${kills.length} kills, ${acknowledged.size} acknowledged, ${seconds()} s`);
}

/** Whether it is this validator's turn to propose just now. */
async function proposes(victim) {
  const { dataDirectory } = net.validators[victim];
  const rpc = new Rpc(engineHome(dataDirectory).rpcSocket);
  const key = JSON.parse(readFileSync(join(engineHome(dataDirectory).root, "config", "priv_validator_key.json"), "utf8"));
  const state = await rpc.ask("consensus_state");
  rpc.close();
  return state?.round_state?.proposer?.address === key.address;
}

async function isReady(url) {
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (ending.signal.aborted) throw new Error("interrupted");
    await wait(100);
  }
}

async function compare() {
  const logs = await sameLogs();
  const [{ entries, checkpoint }] = logs;
  const leaves = entries.map((entry) => hex(hashLeaf(entry)));
  let lost = 0;
  for (const [hash, index] of acknowledged) if (leaves[index] !== hash) lost++;
  if (lost > 0) throw new Error(`${lost} acknowledged operations are not where they were said to be`);
  if (new Set(leaves).size !== leaves.length) throw new Error("an operation stands twice in the log");
  const last = decodeBlockEntry(entries.findLast(isBlockEntry));
  latencies.sort((a, b) => a - b);
  const by = (role) => kills.filter((each) => each.role === role).length;
  return {
    date: new Date().toISOString(),
    node: process.version,
    ...{ seed, validators: COUNT, hands: HANDS, seconds: seconds() },
    operations: acknowledged.size,
    lost,
    refusedAsBusy: busy,
    perSecond: Math.round(acknowledged.size / seconds()),
    commitMilliseconds: { p50: quantile(0.5), p99: quantile(0.99) },
    kills: {
      count: kills.length,
      application: by("application"),
      engine: by("engine"),
      pair: by("pair"),
      proposer: kills.filter(({ proposer }) => proposer).length,
      requestsInFlight: kills.reduce((sum, { requests }) => sum + requests, 0),
      longestBackMilliseconds: Math.max(0, ...kills.map(({ backMilliseconds }) => backMilliseconds)),
      each: kills,
    },
    restarts: restarts.length,
    checkpoint,
    mapRoot: last.ok ? hex(last.value.mapRoot) : "",
    height: last.ok ? last.value.height : 0,
  };
}

/** The logs of all validators, once all show the same size; anything else must be the same too. */
async function sameLogs() {
  const newest = Math.max(...acknowledged.values());
  for (;;) {
    const notes = await Promise.all(urls.map(async (url) => (await fetch(`${url}/log/checkpoint`)).text()));
    const texts = notes.map((note) => note.slice(0, note.indexOf("\n\n")));
    const size = Number(texts[0].split("\n")[1]);
    if (size > newest && new Set(texts).size === 1) {
      const logs = await Promise.all(urls.map((url) => readLog(url, size)));
      for (const { tiles } of logs) if (tiles !== logs[0].tiles) throw new Error("the tiles differ");
      return logs.map((log) => ({ ...log, checkpoint: texts[0] }));
    }
    await wait(200);
  }
}

async function readLog(url, size) {
  const entries = [];
  let tiles = "";
  for (let n = 0; n * 256 < size; n++) {
    const width = Math.min(256, size - n * 256);
    const group = (value) => String(value).padStart(3, "0");
    const name = n < 1000 ? group(n) : `x${group(Math.floor(n / 1000))}/${group(n % 1000)}`;
    const path = `${name}${width < 256 ? `.p/${width}` : ""}`;
    const get = async (what) => Buffer.from(await (await fetch(`${url}/log/${what}`)).arrayBuffer());
    tiles += (await get(`tile/0/${path}`)).toString("hex");
    const bundle = await get(`tile/entries/${path}`);
    for (let at = 0; at < bundle.length; ) {
      const length = bundle.readUInt16BE(at);
      entries.push(bundle.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return { entries, tiles };
}

function quantile(q) {
  return Math.round(latencies[Math.floor(q * (latencies.length - 1))] ?? 0);
}

function seconds() {
  return Math.round((Date.now() - began) / 1000);
}

function mulberry32(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
