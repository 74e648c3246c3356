// Four validators on this machine beside CometBFT's own in-process kvstore: same sizes, load and cores, one after the other in the
// same run. `node bench/comet.mjs [--short] [--profile DIR]`, after npm run build. Prints JSON; takes two to five minutes.
//
// kvstore takes transactions by broadcast_tx_async, and they count when a block shows them. Ours takes one operation a request, and
// it counts when it is answered: committed by consensus and durable on that node. Time of the processors is given for each
// operation too, of all four together: on a machine that does other things it says more than the clock.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { hashLeaf, hex } from "../dist/core/index.js";
import { engineBinary } from "../dist/node/index.js";
import { readLog, sameCheckpoint } from "../scripts/lib/public-log.mjs";
import { startValidators } from "./lib/cityid-net.mjs";
import { Client, percentile, postOf } from "./lib/http-load.mjs";
import { startKvstores } from "./lib/kvstore-net.mjs";
import { nativeVerifications } from "./lib/native.mjs";
import { processorTimer } from "./lib/processor-time.mjs";

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const short = process.argv.includes("--short");
const profile = option("--profile");
const COUNT = 4;
const SECONDS = Number(option("--seconds") ?? (short ? 4 : 10));
const WARM_SECONDS = short ? 3 : 12;
/** Of ours beyond that: what an operation runs through is still being compiled, and the kvstore has nothing to compile. */
const MORE_WARM_SECONDS = short ? 0 : 20;
const TRANSACTION_BYTES = 300;
// Below those that the system gives to connections.
const PORT = 18156;
const PEER_PORT = 18656;
const RPC_PORT = 18657;
/** Operations under way where as many as possible are wanted; the best counts. */
const HANDS = short ? [512, 1024] : [1024, 2048, 4096];
const PER_SECOND = short ? 200 : 1000;
const ITEMS = short ? 10_000 : 100_000;
const RESEND_MILLISECONDS = 3000;
/** A run that hangs says so. */
const PATIENCE_MILLISECONDS = 6.5 * 60_000;

setTimeout(() => {
  throw new Error("it takes too long");
}, PATIENCE_MILLISECONDS).unref();
const CACHE = fileURLToPath(new URL("../.cache/bin", import.meta.url));
const binary = await engineBinary({ env: process.env, cache: CACHE });
if (profile !== undefined) mkdirSync(profile, { recursive: true });

const native = nativeVerifications(short ? 0.5 : 2);
const kvstore = await measureKvstore();
const ours = await measureOurs();
const ratio = (a, b) => Number((a / b).toFixed(3));
const report = {
  ...{ short, date: new Date().toISOString(), node: process.version, nativeVerifications: Math.round(native) },
  ...{ kvstore, ours },
  ofKvstore: ratio(ours.best.perSecond, kvstore.best.perSecond),
  p50OfKvstore: ratio(ours.offered.p50, kvstore.offered.p50),
  p99OfKvstore: ratio(ours.offered.p99, kvstore.offered.p99),
  itemsPerSecond: ours.manifest.perSecond,
  lost: ours.lost,
  bounds: { ofKvstore: 0.5, p50OfKvstore: 1.5, p99OfKvstore: 1.5, itemsPerSecond: 20_000, lost: 0 },
};
console.log(JSON.stringify(report, null, 2));
if (ours.lost > 0) throw new Error(`${ours.lost} acknowledged operations are lost`);

async function measureKvstore() {
  const net = await startKvstores({ binary, count: COUNT, peerPort: PEER_PORT, rpcPort: RPC_PORT });
  const doors = net.hosts.map((host) => createDoor(host, RPC_PORT));
  try {
    await net.ready();
    const seen = new Map();
    let watching = true;
    const watched = watchBlocks(`http://${net.hosts[0]}:${RPC_PORT}`, seen, () => watching);
    let n = 0;
    const send = async () => {
      const at = n++;
      const tx = Buffer.from(`k${at}=`.padEnd(TRANSACTION_BYTES, "x")).toString("base64");
      const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "broadcast_tx_async", params: { tx } }));
      const shown = new Promise((resolve) => seen.set(tx, resolve));
      for (let isShown = false; !isShown; ) {
        const answer = JSON.parse((await doors[at % COUNT].ask(postOf("/", body, "application/json"))).body);
        const isKnown = answer.error === undefined || /already exists/.test(JSON.stringify(answer.error));
        // What the engine took may vanish; so it is handed in again, as our validators do.
        isShown = await Promise.race([shown.then(() => true), wait(isKnown ? RESEND_MILLISECONDS : 100, false)]);
      }
      seen.delete(tx);
    };
    const measured = await measure(send, { engines: net.pids });
    watching = false;
    await watched;
    return measured;
  } finally {
    for (const door of doors) door.close();
    await net.stop();
  }
}

/** Tells whoever waits for a transaction that a block shows it. */
async function watchBlocks(url, seen, isWatching) {
  const ask = async (what) => (await (await fetch(`${url}/${what}`)).json()).result;
  let height = Number((await ask("status")).sync_info.latest_block_height);
  while (isWatching()) {
    const block = (await ask(`block?height=${height + 1}`))?.block;
    if (block === undefined) {
      await wait(5);
      continue;
    }
    height++;
    for (const tx of block.data.txs ?? []) seen.get(tx)?.();
  }
}

async function measureOurs() {
  const net = await startValidators({ ...{ binary, count: COUNT, port: PORT, peerPort: PEER_PORT }, ...(profile && { profile }) });
  const doors = net.hosts.map((host) => createDoor(host, PORT));
  const acknowledged = new Map();
  try {
    await net.ready();
    const { world } = net;
    const operations = [];
    // Signed before, as far as it goes: the loader's time is not what is measured.
    while (operations.length < (short ? 6_000 : 180_000)) operations.push(factSigned(world, operations.length));
    let [n, busy] = [0, 0];
    const send = async () => {
      const at = n++;
      const body = operations[at] ?? factSigned(world, at);
      const request = postOf("/v1/operations", body, "application/cose");
      for (;;) {
        const { status, body: text, retryAfterSeconds } = await doors[at % COUNT].ask(request);
        if (status === 200) {
          acknowledged.set(hex(hashLeaf(body)), Number(/"index":(\d+)/.exec(text)[1]));
          return;
        }
        // Anything but a receipt or a time to come back is an error, however much was asked.
        if (retryAfterSeconds === undefined) throw new Error(`${status} ${text}`);
        busy++;
        await wait(retryAfterSeconds * 1000);
      }
    };
    const parts = { applications: net.applications, engines: net.engines };
    await closedLoop(send, 256, MORE_WARM_SECONDS);
    const measured = await measure(send, parts);
    const manifest = await measureManifest(net, parts);
    const { size } = await sameCheckpoint(net.urls, manifest.size - 1);
    const logs = await Promise.all(net.urls.map((url) => readLog(url, size)));
    const leaves = logs.map(({ entries }) => entries.map((entry) => hex(hashLeaf(entry))));
    const lost = [...acknowledged].filter(([hash, index]) => leaves.some((each) => each[index] !== hash)).length;
    return { ...measured, manifest, acknowledged: acknowledged.size, refusedAsBusy: busy, lost };
  } finally {
    for (const door of doors) door.close();
    await net.stop();
  }
}

/** From the first chunk that is sent until all four show all of them. */
async function measureManifest({ world, urls }, parts) {
  await world.found();
  const prepared = world.prepareImport(ITEMS);
  const took = processorTimer(parts);
  const began = performance.now();
  await world.import(prepared, { perRequest: 16, concurrency: 2 * COUNT, urls });
  const ends = prepared.chunks.map((chunk) => hex(hashLeaf(chunk))).slice(-1);
  const sizes = await Promise.all(
    urls.map(async (url) => {
      while ((await fetch(`${url}/v1/operations/${ends[0]}`)).status !== 200) await wait(20);
      return (await (await fetch(`${url}/.well-known/cityid`)).json()).size;
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return { items: ITEMS, perSecond: Math.round(ITEMS / seconds), processorMicroseconds: took(ITEMS), size: Math.max(...sizes) };
}

/** As many as so many hands get through, and then so many a second at their intended times. */
async function measure(send, parts) {
  await closedLoop(send, 256, WARM_SECONDS);
  const levels = [];
  for (const hands of HANDS) {
    const took = processorTimer({ ...parts, loader: () => [process.pid] });
    const { done, perSecond } = await closedLoop(send, hands, SECONDS);
    levels.push({ hands, perSecond, processorMicroseconds: took(done) });
  }
  const best = levels.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
  const latencies = [];
  const sent = [];
  const from = performance.now();
  for (let i = 0; i < PER_SECOND * SECONDS; i++) {
    const intended = from + (i * 1000) / PER_SECOND;
    const pause = intended - performance.now();
    if (pause > 0) await wait(pause);
    sent.push(send().then(() => latencies.push(performance.now() - intended)));
  }
  await Promise.all(sent);
  latencies.sort((a, b) => a - b);
  const at = (p) => Math.round(percentile(latencies, p));
  return { levels, best, offered: { perSecond: PER_SECOND, p50: at(50), p99: at(99) } };
}

/** What is done when the time is over counts; then those under way are waited for. */
async function closedLoop(send, hands, seconds) {
  const until = performance.now() + seconds * 1000;
  let [done, inTime] = [0, 0];
  const hand = async () => {
    while (performance.now() < until) {
      await send();
      done++;
      if (performance.now() < until) inTime++;
    }
  };
  await Promise.all(Array.from({ length: hands }, hand));
  return { done, perSecond: Math.round(inTime / seconds) };
}

/** Connections to a host, as many as are busy at once. */
function createDoor(host, port) {
  const all = [];
  const free = [];
  return {
    async ask(request) {
      // An idle one may have been closed meanwhile.
      while (free.length > 0 && !free.at(-1).isOpen) free.pop();
      const client = free.pop() ?? (await Client.open(port, host).then((each) => (all.push(each), each)));
      const answer = await client.ask(request);
      free.push(client);
      return { ...answer, body: answer.body.toString("utf8") };
    },
    close() {
      for (const client of all) client.close();
    },
  };
}

/** A first fact of a division that has none, about as long as the other's transactions. */
function factSigned(world, n) {
  const pair = (value) => String(1 + value).padStart(2, "0");
  const rest = n % 9801;
  const code = `MA.156.${14 + Math.floor(n / 9801)}${pair(Math.floor(rest / 99))}${pair(rest % 99)}`;
  const add = [{ names: { zh: `县 ${n}` }, level: "county", from: "1981", source: "bench" }];
  return world.sign({ op: "gazette", items: [{ code, add }] }, "member/A", "A");
}
