// Kills a node with SIGKILL at random instants under load and looks what is left: every acknowledged operation must be there,
// and the state must equal a replay of the journal. `node scripts/kill-loop.mjs --kills 200`
import { setTimeout as wait } from "node:timers/promises";
import { World } from "../bench/lib/world.mjs";
import { auditDirectory } from "../dist/node/index.js";
import { hashLeaf, hex, readItem } from "../dist/core/index.js";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : Number(process.argv[at + 1]);
};
const KILLS = option("--kills", 200);
const seed = option("--seed", Date.now() % 1_000_000);
const random = mulberry32(seed);
console.log(`kill loop: ${KILLS} kills, seed ${seed}`);

const world = await World.begin();
/** For each lamp the hash that its next update must name. */
const heads = new Map();
/** The lamps. */
const codes = [];
const acknowledged = new Set();
/** Records whose last change nobody knows. */
const unsure = new Set();
let interrupted = 0;
let sent = 0;

try {
  await run();
} finally {
  // Whatever failed: no node is left running.
  await world.end();
}
if (acknowledged.size < KILLS) throw new Error(`only ${acknowledged.size} operations were acknowledged`);
if (interrupted < KILLS / 2) throw new Error(`only ${interrupted} kills hit requests under way`);
console.log(`${KILLS} passed, 0 failed`);

async function run() {
  await world.start();
  await world.found();
  const imported = world.prepareImport(2_000);
  await world.import(imported);
  for (const chunk of imported.chunks) for (const { code } of readItem(chunk).chunk.items) heads.set(code, hashLeaf(chunk));
  codes.push(...heads.keys());

  for (let kill = 1; kill <= KILLS; kill++) {
    let running = true;
    let unanswered = 0;
    const load = Promise.all(
      Array.from({ length: 4 }, async (_, worker) => {
        while (running) {
          const batch = nextBatch(worker);
          unanswered++;
          const answer = await send(batch.map(({ bytes }) => bytes)).catch(() => undefined);
          if (answer === undefined) {
            // Nobody knows what became of these: they may be in the log or not, and both is right.
            for (const { code } of batch) forget(code);
            return;
          }
          unanswered--;
          for (const [i, result] of answer.results.entries()) settle(batch[i], result);
        }
      }),
    );
    await wait(50 + random() * 950);
    if (unanswered > 0) interrupted++;
    await world.stop("SIGKILL");
    running = false;
    await load;
    await world.start();
    await relearn();
    await mustHold(sample(acknowledged, 200));
    if (kill % 10 === 0 || kill === KILLS) console.log(`${kill} kills, ${interrupted} with requests under way, ${acknowledged.size} acknowledged, none lost`);
  }
  await mustHold([...acknowledged]);
  const { mapRoot: served } = await head();
  await world.stop();
  const report = await auditDirectory(world.data);
  if (!report.intact) throw new Error(`audit: ${JSON.stringify(report.refusal)}`);
  if (report.mapRoot !== served) throw new Error(`map root ${served}, replay of the journal ${report.mapRoot}`);
  console.log(`map root equals a replay of the journal: ${report.entries} entries, ${report.blocks} blocks`);
}

function nextBatch(worker) {
  const batch = [];
  for (let i = 0; i < 20; i++) {
    // Each worker has codes of its own, so that only a lost answer can make an update lose its race.
    const code = codes[(Math.floor(random() * (codes.length / 4)) * 4 + worker) % codes.length];
    if (batch.some((each) => each.code === code)) continue;
    const names = { zh: { value: `第${++sent}次更名`, validFrom: "2021-01-01" } };
    const bytes = world.sign({ op: "update", code, prev: heads.get(code), names }, "MA.156.1301.02", "department");
    batch.push({ code, bytes });
  }
  return batch;
}

async function send(items) {
  const response = await fetch(`${world.url}/v1/operations`, {
    method: "POST",
    headers: { "content-type": "application/cbor-seq" },
    body: Buffer.concat(items),
  });
  return response.json();
}

function settle({ code, bytes }, result) {
  if (result.status !== "accepted") throw new Error(JSON.stringify(result));
  const hash = hashLeaf(bytes);
  heads.set(code, hash);
  acknowledged.add(hex(hash));
}

function forget(code) {
  unsure.add(code);
}

/** Asks the node what the last change of a record is, where the answer was lost. */
async function relearn() {
  for (const code of unsure) {
    const { record } = await fetch(`${world.url}/v1/codes/${encodeURIComponent(code)}`).then((r) => r.json());
    heads.set(code, Uint8Array.from(Buffer.from(record.op, "hex")));
  }
  unsure.clear();
}

async function mustHold(hashes) {
  for (const hash of hashes) {
    const response = await fetch(`${world.url}/v1/operations/${hash}`);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`acknowledged and lost: ${hash} (${response.status})`);
  }
}

async function head() {
  const proof = await fetch(`${world.url}/v1/proof?key=code%2FMA`).then((r) => r.json());
  const block = readBlock(Buffer.from(proof.block, "base64"));
  return { mapRoot: Buffer.from(block).toString("hex") };
}

/** The map root is the last thing of a block entry. */
function readBlock(bytes) {
  return bytes.subarray(bytes.length - 32);
}

function sample(set, count) {
  const all = [...set];
  return Array.from({ length: Math.min(count, all.length) }, () => all[Math.floor(random() * all.length)]);
}

/** A small generator with a seed, so that a run can be repeated. */
function mulberry32(state) {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
