// What a slow reader of a large export costs in memory: each form of it, and the proof of the whole, read at first so slowly and
// with such pauses that whatever the node makes ahead of its reader would pile up, then as fast as it comes. `node bench/bulk.mjs
// [--rows N] [--forms parquet,csv,geojson,proof] [--slow SECONDS] [--most SECONDS] [--keep DIRECTORY]`, after npm run build.
// `--most` breaks a form off; `--keep` leaves the dataset there, and goes on with it where it is. Prints JSON; `--short` shows
// that every figure can be taken. All rows come in as a source sends them: signed entries of 10 000 over HTTP.
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { createClient } from "../dist/sdk/index.js";
import { AIR, DATASET_PATH, datasetOf, makeDataset, observed, signedEntry } from "./lib/dataset.mjs";
import { processorTime } from "./lib/processor-time.mjs";
import { World } from "./lib/world.mjs";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : process.argv[at + 1];
};
const short = process.argv.includes("--short");
const ROWS = Number(option("--rows", short ? 60_000 : 10_000_000));
const FORMS = option("--forms", "parquet,csv,geojson,proof").split(",");
const SLOW_SECONDS = Number(option("--slow", short ? 1 : 30));
const MOST_SECONDS = Number(option("--most", 3600));
const KEPT = option("--keep");

const BATCH = 10_000;
const THINGS = 1000;
/** Entries that are under way at once. */
const SENDERS = 2;
const SLOW_BYTES_A_SECOND = 20_000_000;
/** Within the slow part it takes nothing at all for so long, once in so many seconds. */
const [PAUSE_SECONDS, PAUSE_EVERY_SECONDS] = [3, 10];
const SAMPLE_MILLISECONDS = 200;
const PAGE_BYTES = 4096;
/** What an export may add. */
const MOST_ADDED_MB = 300;
const LINE_FEED = 10;

const PATHS = {
  parquet: "export?format=parquet",
  csv: "export?format=csv",
  geojson: "export?format=geojson",
  proof: "export/proof?format=parquet",
};

/** All that there are. */
let rows = ROWS;
const world = await World.begin(KEPT);
try {
  await world.start();
  const made = await datasetOf(world);
  if (made === undefined) await world.found();
  const origin = made === undefined ? await makeDataset(world) : made.log.origin;
  const there = made === undefined ? 0 : BATCH * (made.entries - 1);
  const intake = await takeIn(origin, there);
  rows = Math.max(there, ROWS);
  // Nothing is left of what the intake took: an export is asked for of a node that has begun.
  await world.stop();
  await world.start();
  const exports = {};
  for (const form of FORMS) exports[form] = await exported(form);
  console.log(JSON.stringify({ rows, ...(intake && { intake }), exports }, null, 2));
} finally {
  await world.end();
}

async function takeIn(origin, there) {
  const client = createClient({ url: world.url });
  const [began, before] = [performance.now(), processorTime([world.child.pid])];
  let next = there;
  const send = async () => {
    while (next < ROWS) {
      const from = next;
      next += BATCH;
      const said = Array.from({ length: BATCH }, (_, i) => observed(from + i, THINGS));
      await client.sendEntry(AIR, await signedEntry(said, origin));
      if (next % 500_000 === 0) console.error(`${next} rows, ${Math.round((performance.now() - began) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  const [seconds, count] = [(performance.now() - began) / 1000, next - there];
  if (count === 0) return undefined;
  const microseconds = (processorTime([world.child.pid]) - before) / count;
  return { rowsPerSecond: Math.round(count / seconds), microseconds: Math.round(microseconds) };
}

async function exported(form) {
  const before = residentMB();
  const processor = processorTime([world.child.pid]);
  let mostMB = before;
  const sampler = setInterval(() => {
    mostMB = Math.max(mostMB, residentMB());
  }, SAMPLE_MILLISECONDS);
  const began = performance.now();
  const read = await readSlowly(`${world.url}${DATASET_PATH}/${PATHS[form]}`);
  clearInterval(sampler);
  const addedMB = mostMB - before;
  return {
    ...{ beforeMB: before, addedMB: { got: addedMB, bound: MOST_ADDED_MB, met: addedMB <= MOST_ADDED_MB } },
    ...{ seconds: Math.round((performance.now() - began) / 1000), megabytes: Math.round(read.bytes / 1e6) },
    ...{ lines: read.lines, isWhole: read.isWhole },
    microsecondsARow: (processorTime([world.child.pid]) - processor) / rows,
  };
}

function residentMB() {
  const pages = Number(readFileSync(`/proc/${world.child.pid}/statm`, "latin1").split(" ")[1]);
  return Math.round((pages * PAGE_BYTES) / 1024 / 1024);
}

async function readSlowly(url) {
  const answer = await new Promise((resolve, reject) => get(url, resolve).on("error", reject));
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`);
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  let [bytes, lines, paused] = [0, 0, 0];
  for await (const part of answer) {
    bytes += part.length;
    for (let at = part.indexOf(LINE_FEED); at >= 0; at = part.indexOf(LINE_FEED, at + 1)) lines += 1;
    if (elapsed() > MOST_SECONDS) return { bytes, lines, isWhole: false };
    if (elapsed() > SLOW_SECONDS) continue;
    if (elapsed() > (paused + 1) * PAUSE_EVERY_SECONDS) {
      paused += 1;
      await sleep(PAUSE_SECONDS);
    }
    await sleep(bytes / SLOW_BYTES_A_SECOND - elapsed() + paused * PAUSE_SECONDS);
  }
  return { bytes, lines, isWhole: answer.complete };
}

function sleep(seconds) {
  return seconds > 0 ? new Promise((resolve) => setTimeout(resolve, seconds * 1000)) : undefined;
}
