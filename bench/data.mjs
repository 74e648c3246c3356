// Datasets: what is taken in, asked, put together and exported a second, beside a bare node:http server of the same run.
// `node bench/data.mjs [--short] [--entities N] [--observations N]`, after npm run build. Prints JSON.
import { createServer } from "node:http";
import * as core from "../dist/core/index.js";
import { createClient, makeObservation, signEntry, signerFromSeed } from "../dist/sdk/index.js";
import { percentile } from "./lib/http-load.mjs";
import { inProcess } from "./lib/load-process.mjs";
import { DEPARTMENT, World } from "./lib/world.mjs";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : Number(process.argv[at + 1]);
};
const short = process.argv.includes("--short");
const ENTITIES = option("--entities", short ? 2_000 : 100_000);
const OBSERVATIONS = Math.max(ENTITIES, option("--observations", ENTITIES));
const SECONDS = short ? 1 : 5;
const ASKED = short ? 20 : 200;
const BATCH = 1000;
const AIR = `${DEPARTMENT}/DATA/AIR`;
const START = Date.UTC(2026, 0, 1);

const round = (n, digits = 0) => Number(n.toFixed(digits));
const seed = core.sha256(core.utf8("bench department"));
const signer = signerFromSeed(seed);

const world = await World.begin();
let bare = 0;
const byId = entityPaths(2000);
const tenant = `NGSILD-Tenant: ${AIR}\r\n`;
const items = `/ogc/collections/dataset.${AIR.replaceAll("/", "_")}/items`;
const side = 0.02;
const boxes = Array.from({ length: 500 }, (_, i) => boxAt(i));
let origin = "";
try {
  await world.start();
  await world.found();
  origin = await makeDataset();
  console.log(JSON.stringify(await measured(), null, 2));
} finally {
  await world.end();
}

async function measured() {
  const taken = await takeIn();
  for (const path of entityPaths(20)) await ask(path, { "NGSILD-Tenant": AIR });
  bare = await bareHttp();
  return {
    ...{ entities: ENTITIES, observations: OBSERVATIONS, taken, bareHttpPerSecond: bare },
    entityById: await rates(byId, tenant),
    propertyQuery: await latencies((n) => `/ngsi-ld/v1/entities?type=AirQualityObserved&q=serial==${(n * 7919) % ENTITIES}`, tenant),
    geoQuery: await rates(boxes.map(geoPath), tenant),
    ogcItems: await rates(boxes.map((box) => `${items}?bbox=${box}&limit=100`), ""),
    aggregate: await latencies(() => `/v1/datasets/${encodeURIComponent(AIR)}/aggregate?attribute=pm25&step=P1D`, ""),
    export: await exported(),
    residentMB: world.rss().residentMB,
  };
}

async function makeDataset() {
  const owner = createClient({ url: world.url }).as({ signer, holder: `${DEPARTMENT}#1` });
  const log = await owner.openDatasetLog(AIR);
  const by = (body) => world.submit([world.sign(body, DEPARTMENT, "department")]);
  const names = { zh: { value: "空气", validFrom: "2020-01-01" } };
  await by({ op: "register", items: [{ code: `${DEPARTMENT}/DATA`, kind: "class", names }] });
  await by({ op: "register", items: [{ code: AIR, kind: "dataset", names }] });
  const { record } = await owner.record(AIR);
  await by({
    ...{ op: "dataset", code: AIR, prev: Buffer.from(record.op, "hex"), title: { zh: "空气" } },
    ...{ licence: "CC0-1.0", contact: "数据科", log: { origin: log.origin, vkeys: log.vkeys, url: log.url } },
  });
  await by({ op: "grant", code: AIR, to: "*", log: log.origin, actions: ["export", "read"] });
  return log.origin;
}

function said(n) {
  const which = n % ENTITIES;
  return {
    ...{ id: `urn:ngsi-ld:AirQualityObserved:${which}`, type: "AirQualityObserved", serial: which },
    time: new Date(START + n * 30_000).toISOString(),
    place: [1_140_000_000 + (which % 316) * 31_645, 375_000_000 + Math.floor(which / 316) * 31_645],
    ...{ pm25: n % 301, pm10: n % 401, no2: core.factNumber((n % 97) / 4), note: `站点 ${which}` },
  };
}

/** Signed beforehand; what counts is the time until they are durable, and until they can be asked for. */
async function takeIn() {
  const client = createClient({ url: world.url });
  let durable = 0;
  for (let at = 0; at < OBSERVATIONS; at += BATCH) {
    const all = Array.from({ length: Math.min(BATCH, OBSERVATIONS - at) }, (_, i) => makeObservation(said(at + i)));
    const claims = { source: DEPARTMENT, audience: origin, signer, iatSeconds: Math.floor(Date.now() / 1000) };
    const entry = await signEntry(claims, all);
    const began = performance.now();
    await client.sendEntry(AIR, entry);
    durable += performance.now() - began;
  }
  const began = performance.now();
  await ask(`${items}?limit=1`);
  const indexed = performance.now() - began;
  return { durablePerSecond: round((1000 * OBSERVATIONS) / durable), indexedPerSecond: round((1000 * OBSERVATIONS) / indexed) };
}

async function ask(path, headers = {}) {
  const answer = await fetch(world.url + path, { headers });
  const body = await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${Buffer.from(body)}`);
  return body;
}

function entityPaths(count) {
  return Array.from({ length: count }, (_, i) => `/ngsi-ld/v1/entities/urn:ngsi-ld:AirQualityObserved:${(i * 7919) % ENTITIES}`);
}

/** About 60 things of 10⁵. */
function boxAt(i) {
  const [west, south] = [114 + ((i * 7) % 90) / 100, 37.5 + ((i * 13) % 90) / 100];
  return [west, south, west + side, south + side].map((each) => each.toFixed(5)).join();
}

function geoPath(box) {
  const [w, s, e, n] = box.split(",");
  const ring = encodeURIComponent(`[[[${w},${s}],[${e},${s}],[${e},${n}],[${w},${n}],[${w},${s}]]]`);
  return `/ngsi-ld/v1/entities?type=AirQualityObserved&georel=within&geometry=Polygon&coordinates=${ring}&limit=100`;
}

async function closed(port, paths, connections, headers) {
  const { result } = await inProcess({ kind: "closedLoop", port, paths, connections, seconds: SECONDS, headers });
  return result;
}

async function rates(paths, headers) {
  const [one, many] = [await closed(world.port, paths, 1, headers), await closed(world.port, paths, 16, headers)];
  return { one: round(one), sixteen: round(many), ofBareHttp: round(many / bare, 3) };
}

async function latencies(pathOf, headers) {
  const named = Object.fromEntries(headers.split("\r\n").filter(Boolean).map((line) => line.split(": ")));
  const all = [];
  for (let i = 0; i < ASKED; i++) {
    const began = performance.now();
    await ask(pathOf(i), named);
    all.push(performance.now() - began);
  }
  all.sort((a, b) => a - b);
  return { p50Milliseconds: round(percentile(all, 50), 1), p95Milliseconds: round(percentile(all, 95), 1) };
}

async function bareHttp() {
  const server = createServer((_, response) => response.end("{}"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const rate = await closed(server.address().port, ["/"], 16, "");
  server.close();
  return round(rate);
}

/** While it runs somebody asks for entities, at 50 a second. */
async function exported() {
  const before = world.rss();
  const load = inProcess({ kind: "openLoop", port: world.port, paths: byId, perSecond: 50, seconds: SECONDS, headers: tenant });
  const began = performance.now();
  const answer = await fetch(`${world.url}/v1/datasets/${encodeURIComponent(AIR)}/export?format=parquet`);
  let bytes = 0;
  for await (const part of answer.body) bytes += part.length;
  const seconds = (performance.now() - began) / 1000;
  const after = world.rss();
  const { result } = await load;
  return {
    ...{ rowsPerSecond: round(OBSERVATIONS / seconds), megabytes: round(bytes / 1e6, 1) },
    addedMB: Math.max(0, after.peakMB - Math.max(before.peakMB, before.residentMB)),
    entityByIdMeanwhile: { p50Milliseconds: round(percentile(result.latencies, 50), 1), p99Milliseconds: round(percentile(result.latencies, 99), 1) },
  };
}
