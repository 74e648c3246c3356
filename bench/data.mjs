// Datasets: what is taken in, written, asked, put together and exported a second, beside bounds, a bare node:http server and
// native verification of the same run. `node bench/data.mjs [--short | --large] [--entities N] [--observations N]`, after npm run
// build; `--only batches,singles,writes,reads,export,meanwhile` for some of it; `--keep DIRECTORY` leaves the dataset there, and reads it again where it is. Prints JSON; `microseconds` is what of the processors the node took for each, all its threads together.
import { createServer } from "node:http";
import * as core from "../dist/core/index.js";
import { createClient } from "../dist/sdk/index.js";
import { AIR, DATASET_PATH, datasetOf, frameOf, makeDataset, observed, signedEntry } from "./lib/dataset.mjs";
import { percentile, postOf } from "./lib/http-load.mjs";
import { inProcess } from "./lib/load-process.mjs";
import { nativeVerifications } from "./lib/native.mjs";
import { processorTime } from "./lib/processor-time.mjs";
import { World } from "./lib/world.mjs";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : Number(process.argv[at + 1]);
};
const short = process.argv.includes("--short");
const large = process.argv.includes("--large");
const ENTITIES = option("--entities", short ? 2_000 : large ? 1_000_000 : 100_000);
const OBSERVATIONS = Math.max(ENTITIES, option("--observations", ENTITIES));
/** Entities that the gateway wrote, beside which it writes others. */
const WRITTEN = Math.min(ENTITIES, 100_000);
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1].split(",") : undefined;
const kept = process.argv.includes("--keep") ? process.argv[process.argv.indexOf("--keep") + 1] : undefined;
const isWanted = (part) => only?.includes(part) ?? true;
const SECONDS = short ? 1 : 5;
/** Requests of each kind before those that count: a program runs at its speed only after some thousand. */
const WARM = short ? 1000 : 4000;
const WARM_BATCHES = 10;
const ASKED = short ? 20 : 200;
const BATCH = 1000;
/** Batches that are under way at once, as several departments send them. */
const SENDERS = 4;
const SIGNED_AT_ONCE = 20;
const ENTITY_PATH = "/ngsi-ld/v1/entities";

const round = (n, digits = 0) => Number(n.toFixed(digits));

process.env.CITYID_SCRATCH = "1";
const world = await World.begin(kept);
const byId = entityPaths(ENTITIES);
const tenant = `NGSILD-Tenant: ${AIR}\r\n`;
const items = `/ogc/collections/dataset.${AIR.replaceAll("/", "_")}/items`;
/** With more things than 10⁵, of which ten and more then stand at one place, a box finds as many as with 10⁵. */
const side = 0.02 * Math.sqrt(Math.min(1, 100_000 / ENTITIES));
const boxes = Array.from({ length: 500 }, (_, i) => boxAt(i));
let origin = "";
/** Kept from an earlier run, with what was taken in then. */
let isThere = false;
let last = OBSERVATIONS;
/** Observations that were signed. */
let rows = 0;
try {
  await world.start();
  const made = await datasetOf(world);
  isThere = made !== undefined;
  if (isThere) rows = WARM_BATCHES * BATCH + OBSERVATIONS + ENTITIES;
  if (!isThere) await world.found();
  origin = made?.log.origin ?? (await makeDataset(world));
  console.log(JSON.stringify(await measured(), null, 2));
} finally {
  await world.end();
}

async function measured() {
  const native = nativeVerifications(short ? 0.5 : 2);
  const isAsked = ["batches", "reads", "export"].some(isWanted) && !isThere;
  const observations = isAsked ? await takeIn(OBSERVATIONS) : undefined;
  if ((isWanted("reads") || isWanted("export")) && !isThere) await describeAll();
  // What was taken in before is there when it is first asked for.
  await ask(`${items}?limit=1`);
  const bareHttp = await bareServer();
  const reads = isWanted("reads") && (await readsMeasured());
  const exportParquet = isWanted("export") && (await exported());
  const written = isWanted("writes") && (await writes());
  return {
    ...{ entities: ENTITIES, observations: OBSERVATIONS, bareHttpPerSecond: round(bareHttp), nativeVerificationsPerSecond: round(native) },
    ...(observations && { observationsInBatches: observations }),
    ...(isWanted("singles") && { singleEntries: await singles(native) }),
    ...{ ...written, ...reads },
    ...(exportParquet && { exportParquet }),
    ...(isWanted("meanwhile") && { byIdMeanwhile: await meanwhile() }),
    residentAtTheEndMB: world.rss(),
  };
}

async function readsMeasured() {
  return {
    entityById: await rates(byId, tenant, [3000, 8000]),
    propertyQuery: await latencies((n) => `${ENTITY_PATH}?type=AirQualityObserved&q=serial==${(n * 7919) % ENTITIES}`, tenant, 20),
    geoQuery: await rates(boxes.map(geoPath), tenant, [1000, 2000]),
    ogcItems: await rates(boxes.map((box) => `${items}?bbox=${box}&limit=100`), "", [1500, 3000]),
    aggregate: await latencies(() => `${DATASET_PATH}/aggregate?attribute=pm25&step=P1D`, "", 300),
    residentMB: bounded(world.rss().residentMB, 600, (got, bound) => got <= bound),
  };
}

/** Any of them, each as likely: most are asked for the first time. */
function entityPaths(count) {
  return Array.from({ length: count }, (_, i) => `${ENTITY_PATH}/urn:ngsi-ld:AirQualityObserved:${(i * 7919) % ENTITIES}`);
}

/** A figure with the least, or the most, that it should be. */
function bounded(got, bound, isMet = (value, least) => value >= least) {
  return { got: round(got, got < 10 ? 3 : got < 1000 ? 1 : 0), bound, ratio: round(got / bound, 3), met: isMet(got, bound) };
}

/** What the node takes of the processors while something is done, each time. */
async function costing(work, countOf) {
  const before = processorTime([world.child.pid]);
  const done = await work();
  return [done, round((processorTime([world.child.pid]) - before) / Math.max(1, countOf(done)))];
}

function reading(n) {
  return observed(n, ENTITIES);
}

/** What else is known of the same thing, which makes it an entity of five attributes beside its place. */
function described(n) {
  return { ...frameOf(n, ENTITIES), serial: n % ENTITIES, pm10: n % 401, no2: core.factNumber((n % 97) / 4), note: `站点 ${n % ENTITIES}` };
}

/** Things that no question is about, to get warm with. */
function elsewhere(n) {
  const { id, place, ...rest } = reading(n);
  return { id: `${id}:elsewhere`, place: place.map((each) => each - 50_000_000), ...rest };
}

function entryOf(from, count, what = reading) {
  rows += count;
  return signedEntry(Array.from({ length: count }, (_, i) => what(from + i)), origin);
}

/** What things are, beside what was observed of them: reads tell both. */
async function describeAll() {
  const client = createClient({ url: world.url });
  for (let at = 0; at < ENTITIES; at += BATCH) await client.sendEntry(AIR, await entryOf(at, Math.min(BATCH, ENTITIES - at), described));
  await ask(`${items}?limit=1`);
}

/** Signed beforehand; what counts is the time until they are durable, and until the last of them can be asked for. */
async function takeIn(count) {
  const client = createClient({ url: world.url });
  for (let at = 0; at < WARM_BATCHES * BATCH; at += BATCH) await client.sendEntry(AIR, await entryOf(at, BATCH, elsewhere));
  await ask(`${items}?limit=1`);
  const node = [world.child.pid];
  let [seconds, processor] = [0, 0];
  const timed = async (work) => {
    const [began, before] = [performance.now(), processorTime(node)];
    await work();
    seconds += (performance.now() - began) / 1000;
    processor += processorTime(node) - before;
  };
  for (let at = 0; at < count; at += SIGNED_AT_ONCE * BATCH) {
    const signed = [];
    for (let from = at; from < Math.min(count, at + SIGNED_AT_ONCE * BATCH); from += BATCH) {
      signed.push(await entryOf(from, Math.min(BATCH, count - from)));
    }
    const sendSome = async () => {
      for (let entry = signed.shift(); entry !== undefined; entry = signed.shift()) await client.sendEntry(AIR, entry);
    };
    await timed(() => Promise.all(Array.from({ length: SENDERS }, sendSome)));
  }
  const durable = seconds;
  await timed(() => ask(`${items}?limit=1`));
  return {
    durablePerSecond: round(count / durable),
    visiblePerSecond: bounded(count / seconds, 50_000),
    microseconds: round(processor / count),
  };
}

/** One observation each, from many sockets. */
async function singles(native) {
  const requests = [];
  for (let n = 0; n < WARM + SECONDS * 8000; n++) {
    const { entry, facts } = await entryOf(last++, 1);
    requests.push(postOf(`${DATASET_PATH}/entries`, Buffer.from(core.encodeCbor({ entry, facts })), "application/cbor"));
  }
  await inTurn(requests.splice(0, WARM), 64);
  const { perSecond, microseconds } = await inTurn(requests, 64);
  return { perSecond: round(perSecond), ofNative: bounded(perSecond / native, 0.35), microseconds };
}

async function inTurn(requests, connections) {
  const job = { kind: "askInTurn", port: world.port, requests, connections, seconds: SECONDS };
  const [{ result }, microseconds] = await costing(() => inProcess(job), (done) => done.result.count);
  return { ...result, microseconds };
}

/** What programs write that do not sign: the gateway signs for them. */
async function writes() {
  const entity = (n) => {
    const { id, type, place, time, ...rest } = { ...reading(n), ...described(n) };
    const property = ([name, value]) => [name, { type: "Property", value: typeof value === "object" ? 0.25 : value, observedAt: time }];
    const location = { type: "GeoProperty", value: { type: "Point", coordinates: place.map((each) => each / 1e7) } };
    return { id: id.replace(/\d+$/, n), type, location, ...Object.fromEntries(Object.entries(rest).map(property)) };
  };
  const body = (value) => Buffer.from(JSON.stringify(value));
  const send = (path, value, method) => postOf(path, body(value), "application/json", method);
  const batches = [];
  for (let at = 0; at < WRITTEN; at += BATCH) {
    const all = Array.from({ length: Math.min(BATCH, WRITTEN - at) }, (_, i) => entity(at + i));
    batches.push(send("/ngsi-ld/v1/entityOperations/create", all));
  }
  const job = { kind: "askInTurn", port: world.port, requests: batches, connections: 1, seconds: 3600 };
  const [{ result }, microseconds] = await costing(() => inProcess(job), () => WRITTEN);
  let next = WRITTEN;
  const creations = () => Array.from({ length: SECONDS * 8000 }, () => send(ENTITY_PATH, entity(next++)));
  const update = (n) => send(`${ENTITY_PATH}/${entity((n * 7919) % WRITTEN).id}/attrs`, { pm25: { type: "Property", value: n % 997 } }, "PATCH");
  const updates = () => Array.from({ length: SECONDS * 8000 }, (_, i) => update(i + next++));
  const both = async (make) => {
    await inTurn(make().slice(0, WARM), 16);
    const [one, many] = [await inTurn(make(), 1), await inTurn(make(), 16)];
    return {
      ...{ one: bounded(one.perSecond, 1500), sixteen: bounded(many.perSecond, 4000) },
      microseconds: [one.microseconds, many.microseconds],
    };
  };
  return {
    batchCreate: { entitiesPerSecond: round(result.perSecond * BATCH), microseconds },
    entityCreate: await both(creations),
    attributeUpdate: await both(updates),
  };
}

async function ask(path, headers = {}) {
  const answer = await fetch(world.url + path, { headers });
  const body = await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${Buffer.from(body)}`);
  return body;
}

/** About 60 things of 10⁵. */
function boxAt(i) {
  const [west, south] = [114 + ((i * 7) % 90) / 100, 37.5 + ((i * 13) % 90) / 100];
  return [west, south, west + side, south + side].map((each) => each.toFixed(5)).join();
}

function geoPath(box) {
  const [w, s, e, n] = box.split(",");
  const ring = encodeURIComponent(`[[[${w},${s}],[${e},${s}],[${e},${n}],[${w},${n}],[${w},${s}]]]`);
  return `${ENTITY_PATH}?type=AirQualityObserved&georel=within&geometry=Polygon&coordinates=${ring}&limit=100`;
}

async function closed(port, paths, connections, headers) {
  const { result } = await inProcess({ kind: "closedLoop", port, paths, connections, seconds: SECONDS, headers });
  return result;
}

async function rates(paths, headers, [leastOne, leastMany]) {
  await inProcess({ kind: "closedLoop", port: world.port, paths, connections: 16, requests: WARM, headers });
  const counted = (connections) => costing(() => closed(world.port, paths, connections, headers), (rate) => rate * SECONDS);
  const [[one, alone], [many, together]] = [await counted(1), await counted(16)];
  return { one: bounded(one, leastOne), sixteen: bounded(many, leastMany), microseconds: [alone, together] };
}

async function latencies(pathOf, headers, most) {
  const named = Object.fromEntries(headers.split("\r\n").filter(Boolean).map((line) => line.split(": ")));
  const all = [];
  for (let i = 0; i < ASKED; i++) {
    const began = performance.now();
    await ask(pathOf(i), named);
    all.push(performance.now() - began);
  }
  all.sort((a, b) => a - b);
  const p95 = bounded(percentile(all, 95), most, (got, bound) => got <= bound);
  return { p50Milliseconds: round(percentile(all, 50), 1), p95Milliseconds: p95 };
}

async function bareServer() {
  const server = createServer((_, response) => response.end("{}"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const rate = await closed(server.address().port, ["/"], 16, "");
  server.close();
  return rate;
}

async function exported() {
  const before = world.rss();
  const began = performance.now();
  const [bytes, microseconds] = await costing(exportOnce, () => rows);
  const seconds = (performance.now() - began) / 1000;
  const after = world.rss();
  const addedMB = Math.max(0, after.peakMB - Math.max(before.peakMB, before.residentMB));
  return { rowsPerSecond: bounded(rows / seconds, 200_000), microseconds, megabytes: round(bytes / 1e6, 1), addedMB };
}

async function exportOnce() {
  const answer = await fetch(`${world.url}${DATASET_PATH}/export?format=parquet`);
  let bytes = 0;
  for await (const part of answer.body) bytes += part.length;
  return bytes;
}

/** Somebody asks for entities, 50 a second, while an export, aggregates and an ingest run. */
async function meanwhile() {
  const client = createClient({ url: world.url });
  const paths = entityPaths(Math.min(ENTITIES, 100 * SECONDS));
  const job = { kind: "openLoop", port: world.port, paths, perSecond: 50, seconds: 2 * SECONDS, headers: tenant };
  let isOver = false;
  const until = async (work) => {
    while (!isOver) await work();
  };
  const ingest = async () => {
    await client.sendEntry(AIR, await entryOf(last, BATCH));
    last += BATCH;
  };
  const others = [until(exportOnce), until(() => ask(`${DATASET_PATH}/aggregate?attribute=pm25&step=P1D`)), until(ingest)];
  const { result } = await inProcess(job);
  isOver = true;
  await Promise.all(others);
  const p99 = bounded(percentile(result.latencies, 99), 50, (got, bound) => got <= bound);
  return { p50Milliseconds: round(percentile(result.latencies, 50), 1), p99Milliseconds: p99 };
}
