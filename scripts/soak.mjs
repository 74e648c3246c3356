// Four validators on this machine under load, which again and again is disturbed: an application, an engine or both are killed with
// SIGKILL at a random instant, an engine dies at one of its own fail points within a commit, or the net falls apart. In between and
// in the end every acknowledged operation must stand in all logs; checkpoints, tiles and map roots must be the same; and an
// embedded ledger must make the same of the same blocks.
//
//   npm run soak -- --operations 10000 --kills 50 --fail-points 22 --partitions 4 --json soak.json
//
// With --minutes it goes on for so long, however many disturbances that takes. Every few minutes all of it is looked at and the
// report written, so a run that is broken off has still shown what it had shown; with --resume the next one adds to the same file.
// Partitions need network namespaces, and are left out with one line where there is no leave to make them.
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { decodeBlockEntry, hashLeaf, hex, isBlockEntry } from "../dist/core/index.js";
import { Rpc } from "../dist/ledger/comet/index.js";
import { engineHome } from "../dist/node/comet/home.js";
import { engineBinary, openTestnet, runValidator } from "../dist/node/index.js";
import { logKey } from "../dist/node/log-key.js";
import { seedFile } from "../dist/node/secrets.js";
import { createClient, signerFromSeed, signOperation } from "../dist/sdk/index.js";
import { openNamespaces } from "./lib/namespaces.mjs";
import { readLog, sameCheckpoint } from "./lib/public-log.mjs";
import { embeddedOf } from "./lib/same-embedded.mjs";
import { discard } from "./lib/discard.mjs";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : process.argv[at + 1];
};
const OPERATIONS = Number(option("--operations", 10_000));
const KILLS = Number(option("--kills", 50));
const FAIL_POINTS = Number(option("--fail-points", 0));
const PARTITIONS = Number(option("--partitions", 0));
const MINUTES = Number(option("--minutes", 0));
const ROUND_MINUTES = Number(option("--round-minutes", 10));
const HANDS = Number(option("--hands", 16));
const COUNT = Number(option("--validators", 4));
const PORT = Number(option("--port", 28156));
const PEER_PORT = Number(option("--peer-port", 28656));
const JSON_FILE = option("--json");
const seed = Number(option("--seed", Date.now() % 1_000_000));
const random = mulberry32(seed);
const began = Date.now();
/** Every third kill looks for whoever proposes just then. */
const AIMED = 3;
/** What was on its way when the net fell apart has been answered, or will not be. */
const SETTLED_MILLISECONDS = 4000;

const MAIN = fileURLToPath(new URL("../bin/cli/main.js", import.meta.url));
const CACHE = fileURLToPath(new URL("../.cache/bin", import.meta.url));
const before = process.argv.includes("--resume") && JSON_FILE && existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, "utf8")).runs ?? []) : [];
console.log(`soak: ${COUNT} validators, ${OPERATIONS} operations, ${KILLS} kills, ${FAIL_POINTS} fail points, ${PARTITIONS} partitions, ${MINUTES} minutes, seed ${seed}`);

const directory = mkdtempSync(join(tmpdir(), "cityid-soak-"));
const binary = await engineBinary({ env: process.env, cache: CACHE, path: option("--engine") });
const net = await openTestnet({ directory, validators: COUNT, port: PORT, peerPort: PEER_PORT });
const spaces = PARTITIONS > 0 ? openNamespaces(COUNT) : undefined;
if (spaces?.because !== undefined) console.log(`skipped: partitions, since no network namespaces can be made here: ${spaces.because}`);
const canPart = spaces !== undefined && spaces.because === undefined;
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => ending.abort());
const engines = net.validators.map(engineOf);
const pairs = net.validators.map(() => undefined);
const restarts = [];
const running = net.validators.map(({ name, dataDirectory, host }, i) =>
  runValidator({
    ...{ dataDirectory, binary: engines[i].program, entry: MAIN, signal: ending.signal },
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
const { origin } = net.genesis;
const logSeed = await seedFile(join(directory, "log.key"));
const logSigner = { key: logKey(origin, logSeed), seed: logSeed };

/** What an engine calls each validator. */
const ADDRESSES = new Map(
  net.validators.map(({ dataDirectory }, i) => {
    const path = join(engineHome(dataDirectory).root, "config", "priv_validator_key.json");
    return [JSON.parse(readFileSync(path, "utf8")).address, i];
  }),
);

/** Leaf hash of each acknowledged operation, with the index that its submitter was told. */
const acknowledged = new Map();
const latencies = [];
let next = 0;
let inFlight = 0;
let busy = 0;
let loading = false;
const kills = [];
const failed = [];
const parted = [];

try {
  await Promise.all(urls.map(isReady));
  console.log(`ready after ${seconds()} s`);
  let report;
  do {
    await round();
    report = await compare();
    save(report);
    console.log(`${seconds()} s: ${acknowledged.size} acknowledged, none lost; ${kills.length} kills, ${failed.length} fail points, ${parted.length} partitions; all logs the same`);
  } while (goesOn());
  console.log(JSON.stringify(report, null, 2));
  if (KILLS >= 50 && kills.length >= 50 && report.kills.proposer < 10) throw new Error("fewer than ten kills hit the proposer");
  console.log(`${kills.length + failed.length + parted.length + 1} passed, 0 failed`);
} finally {
  // Whatever failed: nothing is left running.
  loading = false;
  ending.abort();
  await Promise.all(running);
  spaces?.close?.();
  discard(directory);
}

/** Load and disturbances for a while; then nothing is on its way. */
async function round() {
  const until = Date.now() + ROUND_MINUTES * 60_000;
  loading = true;
  const load = Promise.all(Array.from({ length: HANDS }, (_, hand) => work(hand)));
  load.catch(() => ending.abort());
  while (goesOn() && Date.now() < until) await disturb();
  loading = false;
  await load;
  if (!ending.signal.aborted) await Promise.all(urls.map(isReady));
}

function goesOn() {
  if (ending.signal.aborted) return false;
  if (MINUTES > 0) return Date.now() - began < MINUTES * 60_000;
  return acknowledged.size < OPERATIONS || kills.length < KILLS || failed.length < FAIL_POINTS || (canPart && parted.length < PARTITIONS);
}

/** What is furthest behind of what was asked for; of a run that has a time, in turns. */
async function disturb() {
  const wanted = [
    [kill, kills.length, KILLS],
    [failPoint, failed.length, FAIL_POINTS],
    [part, parted.length, canPart ? PARTITIONS : 0],
  ].filter(([, done, count]) => count > 0 && (MINUTES > 0 || done < count));
  if (wanted.length === 0) return wait(200);
  const [[act]] = wanted.sort(([, a, x], [, b, y]) => a / x - b / y);
  await wait(500 + random() * 2500);
  await act();
}

/** The engine of a validator: in a namespace of its own, and dying at a fail point where a file says which. */
function engineOf({ dataDirectory, host }, i) {
  const program = join(directory, `engine-${i}`);
  const failAt = join(directory, `fail-${i}`);
  const inside = canPart ? `ip netns exec ${spaces.names[i]} ` : "";
  const script = `#!/bin/sh\nif [ -f ${failAt} ]; then FAIL_TEST_INDEX=$(cat ${failAt}); export FAIL_TEST_INDEX; rm ${failAt}; fi\nexec ${inside}${binary} "$@"\n`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  if (canPart) {
    const path = join(engineHome(dataDirectory).root, "config", "config.toml");
    const moved = net.validators.reduce((text, each, k) => text.replaceAll(`${each.host}:${PEER_PORT}`, `${spaces.addressOf(k)}:${PEER_PORT}`), readFileSync(path, "utf8"));
    writeFileSync(path, moved);
  }
  return { program, failAt, host };
}

/** One request after another, to a validator of its own and then to the others: the same bytes again until they are acknowledged. */
async function work(hand) {
  while (loading) {
    let turn = hand;
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
  const aimed = kills.length % AIMED === 0 ? await proposer() : undefined;
  const victim = aimed ?? Math.floor(random() * COUNT);
  const role = ["application", "engine", "pair"][Math.floor(random() * 3)];
  const isProposer = victim === (await proposer());
  const requests = inFlight;
  const { applicationPid, enginePid } = pairs[victim];
  if (role !== "engine") end(applicationPid);
  if (role !== "application") end(enginePid);
  const backMilliseconds = await back(victim, enginePid);
  kills.push({ validator: net.validators[victim].name, role, proposer: isProposer, requests, backMilliseconds });
}

/** One fail point after another: the engine is started anew, dies there by itself, and is started again. */
async function failPoint() {
  const index = failed.length;
  const victim = index % COUNT;
  writeFileSync(engines[victim].failAt, String(index));
  const { enginePid } = pairs[victim];
  end(enginePid);
  const at = Date.now();
  while (pairs[victim].enginePid === enginePid && !ending.signal.aborted) await wait(20);
  const dying = pairs[victim].enginePid;
  await back(victim, dying);
  failed.push({ validator: net.validators[victim].name, index, backMilliseconds: Date.now() - at });
}

/** Cuts some off from the others, for a while; where none of the parts has more than two thirds, nothing may be acknowledged. */
async function part() {
  const isEven = parted.length % 2 === 0;
  const first = Math.floor(random() * COUNT);
  const apart = isEven ? [first, (first + 1) % COUNT] : [first];
  spaces.part(apart);
  await wait(SETTLED_MILLISECONDS);
  const settled = acknowledged.size;
  await wait(3000 + random() * 12_000);
  // Three of four go on, however long it takes them here.
  for (const last = Date.now() + 60_000; !isEven && acknowledged.size === settled && Date.now() < last; ) await wait(100);
  const acknowledgedMeanwhile = acknowledged.size - settled;
  spaces.part([]);
  const at = Date.now();
  if (isEven && acknowledgedMeanwhile > 0) throw new Error("something was acknowledged by a half");
  if (!isEven && acknowledgedMeanwhile === 0) throw new Error("three of four acknowledged nothing");
  while (acknowledged.size === settled + acknowledgedMeanwhile && !ending.signal.aborted) await wait(20);
  parted.push({ apart: apart.map((i) => net.validators[i].name), acknowledgedMeanwhile, backMilliseconds: Date.now() - at });
}

function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended together with the other one.
  }
}

/** Until another engine runs in the place of this one, and takes writes. @returns how long that took */
async function back(victim, enginePid) {
  const at = Date.now();
  while (pairs[victim].enginePid === enginePid && !ending.signal.aborted) await wait(20);
  await isReady(urls[victim]);
  return Date.now() - at;
}

/** Whose turn it is to propose just now, as an engine says that answers. */
async function proposer() {
  for (const { dataDirectory } of net.validators) {
    const rpc = new Rpc(engineHome(dataDirectory).rpcSocket);
    const state = await rpc.ask("consensus_state");
    rpc.close();
    const address = state?.round_state?.proposer?.address;
    const found = ADDRESSES.get(address);
    if (found !== undefined) return found;
  }
  return undefined;
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
  const { text, size } = await sameCheckpoint(urls, Math.max(...acknowledged.values()));
  const logs = await Promise.all(urls.map((url) => readLog(url, size)));
  const [{ entries, tiles }] = logs;
  for (const log of logs) if (log.tiles !== tiles) throw new Error("the tiles differ");
  const leaves = entries.map((entry) => hex(hashLeaf(entry)));
  for (const log of logs) if (log.entries.some((entry, i) => hex(hashLeaf(entry)) !== leaves[i])) throw new Error("the entries differ");
  let lost = 0;
  for (const [hash, index] of acknowledged) if (leaves[index] !== hash) lost++;
  if (lost > 0) throw new Error(`${lost} acknowledged operations are not where they were said to be`);
  if (new Set(leaves).size !== leaves.length) throw new Error("an operation stands twice in the log");
  const last = decodeBlockEntry(entries.findLast(isBlockEntry)).value;
  const embedded = await embeddedOf(net.genesis, entries, [logSigner]);
  const said = `${origin}\n${embedded.size}\n${Buffer.from(embedded.root).toString("base64")}`;
  if (said !== text) throw new Error(`an embedded ledger says ${said}, not ${text}`);
  const sorted = [...latencies].sort((a, b) => a - b);
  const quantile = (q) => Math.round(sorted[Math.floor(q * (sorted.length - 1))] ?? 0);
  const by = (role) => kills.filter((each) => each.role === role).length;
  const longest = (all) => Math.max(0, ...all.map(({ backMilliseconds }) => backMilliseconds));
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
      proposer: kills.filter((each) => each.proposer).length,
      requestsInFlight: kills.reduce((sum, { requests }) => sum + requests, 0),
      longestBackMilliseconds: longest(kills),
      each: kills,
    },
    failPoints: { count: failed.length, longestBackMilliseconds: longest(failed), each: failed },
    partitions: canPart || PARTITIONS === 0 ? { count: parted.length, longestBackMilliseconds: longest(parted), each: parted } : { skipped: spaces.because },
    restarts: restarts.length,
    checkpoint: text,
    embedded: "the same",
    mapRoot: hex(last.mapRoot),
    height: last.height,
  };
}

function save(report) {
  if (JSON_FILE === undefined) return;
  const runs = [...before, report];
  const sum = (of) => runs.reduce((total, run) => total + of(run), 0);
  const total = {
    minutes: Math.round(sum((run) => run.seconds) / 60),
    operations: sum((run) => run.operations),
    lost: sum((run) => run.lost),
    kills: sum((run) => run.kills.count),
    proposer: sum((run) => run.kills.proposer),
    failPoints: sum((run) => run.failPoints.count),
    partitions: sum((run) => run.partitions.count ?? 0),
  };
  writeFileSync(JSON_FILE, `${JSON.stringify({ total, runs }, null, 2)}\n`);
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
