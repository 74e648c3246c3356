// `npm run bench`: figures as ratios to a ceiling or a peer that is measured in the same run. Prints JSON.
//   --short   small sizes, for CI: shows that every figure can be taken, not what it is
//   --codes N the large size (1 000 000)
import { createServer } from "node:http";
import { availableParallelism, cpus, totalmem } from "node:os";
import { inProcess } from "./lib/load-process.mjs";
import { percentile } from "./lib/http-load.mjs";
import { nativeVerifications } from "./lib/native.mjs";
import { World } from "./lib/world.mjs";

const flag = (name) => process.argv.includes(name);
const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : Number(process.argv[at + 1]);
};
const short = flag("--short");
const LARGE = option("--codes", short ? 30_000 : 1_000_000);
const SMALL = short ? 5_000 : 10_000;
const UPDATES = short ? 4_000 : 20_000;
const SECONDS = short ? 1 : 5;
const PER_REQUEST = 500;
/** Odd, so that there is one in the middle. */
const ROUNDS = short ? 1 : 5;

const round = (n, digits = 3) => Number(n.toFixed(digits));
const note = (text) => process.stderr.write(`${text}\n`);

/** Updates of different records, 500 a request, load and server on the same cores. */
async function updates(world, imported, count, offset) {
  const bodies = imported.updates(count, offset, PER_REQUEST);
  const { result, peakMB } = await inProcess({ kind: "submitAll", url: world.url, bodies, concurrency: 4 });
  if (result.accepted !== count) throw new Error(`accepted ${result.accepted} of ${count}: ${JSON.stringify(result.refused)}`);
  return { perSecond: count / result.seconds, p50: percentile(result.latencies, 50), p99: percentile(result.latencies, 99), clientPeakMB: peakMB };
}

/** Rounds of updates, each beside what one core verifies at that moment: the machine is faster now and slower then. */
async function updatesInRounds(world, imported, count) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const native = nativeVerifications(1);
    const { perSecond, p50, p99, clientPeakMB } = await updates(world, imported, count, 1 + i * count);
    const requestMilliseconds = { p50: round(p50, 0), p99: round(p99, 0) };
    rounds.push({ perSecond: round(perSecond, 0), native: round(native, 0), ofNative: round(perSecond / native), requestMilliseconds, clientPeakMB });
  }
  const ratios = rounds.map(({ ofNative }) => ofNative);
  return { ...middle(rounds, "ofNative"), ratios };
}

function middle(rounds, by) {
  return [...rounds].sort((a, b) => a[by] - b[by])[Math.floor(rounds.length / 2)];
}

async function importLamps(world, count) {
  const prepared = world.prepareImport(count);
  const began = performance.now();
  await world.import(prepared);
  const durable = performance.now();
  const last = world.codeOf(prepared.from + count - 1);
  const path = `/v1/codes?q=${encodeURIComponent(`ZS-${prepared.from + count - 1}`)}`;
  for (;;) {
    const { items } = await fetch(world.url + path).then((r) => r.json());
    if (items?.some(({ code }) => code === last)) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const searchable = performance.now();
  return {
    count,
    updates: world.updatesOf(prepared),
    durablePerSecond: count / ((durable - began) / 1000),
    searchablePerSecond: count / ((searchable - began) / 1000),
  };
}

/** What node:http adds by itself. */
const OWN_HEADERS = ["date", "connection", "keep-alive"];

/** Fisher and Yates, with the same order in every run. */
function shuffled(items) {
  let seed = 1;
  for (let i = items.length - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const j = seed % (i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

async function reads(world) {
  const paths = shuffled(Array.from({ length: Math.min(100_000, world.lamps) }, (_, i) =>
    `/v1/codes/${encodeURIComponent(world.codeOf((i * 7919) % world.lamps))}`,
  ));
  const answer = await fetch(world.url + paths[0]);
  const sample = Buffer.from(await answer.arrayBuffer());
  // The peer answers the same bytes: those of the head too.
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OWN_HEADERS.includes(name)));
  const bare = createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(sample);
  });
  // The bare server is a process of its own too.
  await new Promise((resolve) => bare.listen(0, "127.0.0.1", resolve));
  const job = { kind: "closedLoop", connections: 64, seconds: SECONDS };
  const ask = async (port, more) => (await inProcess({ ...job, port, ...more })).result;
  const bareAt = { port: bare.address().port, paths: ["/"] };
  // Each code once; then any of them at random, in turns with the peer, for the machine is faster now and slower then.
  const first = await ask(world.port, { paths, requests: paths.length });
  await ask(bareAt.port, bareAt);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const [ours, peer] = [await ask(world.port, { paths }), await ask(bareAt.port, bareAt)];
    rounds.push({ ours, peer, ratio: ours / peer });
  }
  bare.close();
  const { ours, peer, ratio } = middle(rounds, "ratio");
  return { firstPerSecond: round(first, 0), perSecond: round(ours, 0), bareNodeHttp: round(peer, 0), ratio: round(ratio), ratios: rounds.map((each) => round(each.ratio)), bytes: sample.length, memory: world.rss() };
}

async function proofSize(world) {
  const code = encodeURIComponent(world.codeOf(Math.floor(world.lamps / 2)));
  const text = await fetch(`${world.url}/v1/codes/${code}/proof`).then((r) => r.text());
  const { value } = JSON.parse(text);
  return { bytes: text.length, withoutRecord: text.length - value.length };
}

async function searchDuringImport(world) {
  const queries = [
    "q=%E4%B8%AD%E5%B1%B1%E8%B7%AF", "q=%E7%81%AF", "q=zhongshanlu", "q=zsl", "q=ZS-77",
    "q=12345", "bbox=114.02,38.01,114.03,38.02", "under=MA.156.1301.02&status=active&limit=50",
  ].map((query) => `/v1/codes?${query}`);
  const lookups = Array.from({ length: 64 }, (_, i) => `/v1/codes/${encodeURIComponent(world.codeOf((i * 104729) % world.lamps))}`);
  const paths = queries.flatMap((query, i) => [query, lookups[i], lookups[i + 8]]);
  // The first ones meet a program that is not compiled yet, so they are not counted.
  await inProcess({ kind: "openLoop", port: world.port, paths, perSecond: 100, seconds: 2 });
  const prepared = world.prepareImport(short ? 5_000 : 100_000);
  const importing = world.import(prepared);
  const { result } = await inProcess({ kind: "openLoop", port: world.port, paths, perSecond: 100, seconds: SECONDS });
  await importing;
  const { latencies, slowest } = result;
  return {
    p50: round(percentile(latencies, 50), 1), p99: round(percentile(latencies, 99), 1), requests: latencies.length, perSecond: 100,
    slowest: slowest.map(({ path, at, milliseconds }) => `${round(milliseconds, 0)} ms for ${path} at ${round(at, 0)} ms`),
  };
}

async function main() {
  const report = {
    machine: { cores: availableParallelism(), model: cpus()[0]?.model, memoryGB: round(totalmem() / 2 ** 30, 0), node: process.version },
    settings: "as shipped",
    short,
  };
  note("native verification rate…");
  const native = nativeVerifications(SECONDS);
  report.nativeVerificationsPerSecond = round(native, 0);

  const world = await World.begin();
  try {
    await world.start();
    await world.found();
    note(`import of ${SMALL}…`);
    const small = await importLamps(world, SMALL);
    // The first ones meet a program that is not compiled yet, so they are not counted.
    await updates(world, small, Math.min(UPDATES, SMALL), 0);
    const smallUpdates = await updatesInRounds(world, small, Math.min(UPDATES, SMALL));
    note(`import of ${LARGE - SMALL}…`);
    const large = await importLamps(world, LARGE - SMALL);
    const largeUpdates = await updatesInRounds(world, large, UPDATES);
    report.operations = {
      at: { [SMALL]: smallUpdates, [LARGE]: largeUpdates },
      ofNative: smallUpdates.ofNative,
      largeToSmall: round(largeUpdates.ofNative / smallUpdates.ofNative),
      bound: { ofNative: 0.35, largeToSmall: 0.8 },
    };
    report.manifest = { items: large.count, durablePerSecond: round(large.durablePerSecond, 0), searchablePerSecond: round(large.searchablePerSecond, 0), bound: 30_000 };
    report.memory = { codes: world.lamps, ...world.rss(), bound: 900 };
    note("reads…");
    report.reads = { ...(await reads(world)), bound: 0.6 };
    report.proof = { ...(await proofSize(world)), bound: 3100 };
    note("search during an import…");
    report.search = { ...(await searchDuringImport(world)), bound: 50 };
    note("restart…");
    await world.stop();
    const clean = await world.start();
    await world.stop("SIGKILL");
    const killed = await world.start();
    report.start = { codes: world.lamps, afterStopSeconds: round(clean / 1000, 1), afterKillSeconds: round(killed / 1000, 1), memoryAfter: world.rss(), bound: 20 };
  } finally {
    await world.end();
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

await main();
