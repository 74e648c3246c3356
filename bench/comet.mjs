// Four validators on this machine beside CometBFT's own in-process kvstore: same sizes, load and cores, one after the other in the
// same run. `node bench/comet.mjs [--short]`, after npm run build. Prints JSON.
//
// kvstore takes transactions by broadcast_tx_async, and they count when a block shows them. Ours takes one operation a request, and
// it counts when it is answered: committed by consensus and durable on that node.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { engineConfig } from "../dist/node/comet/engine-config.js";
import { engineGenesis } from "../dist/node/comet/genesis.js";
import { engineKey, nodeKeyFile, validatorKeyFile } from "../dist/node/comet/keys.js";
import { engineBinary, openTestnet, runValidator } from "../dist/node/index.js";
import { sha256, utf8 } from "../dist/core/index.js";
import { signerFromSeed, signOperation } from "../dist/sdk/index.js";

const short = process.argv.includes("--short");
const COUNT = 4;
const SECONDS = short ? 5 : 20;
const TRANSACTION_BYTES = 300;
const PORT = 38156;
const PEER_PORT = 38656;
const RPC_PORT = 38657;
/** Operations under way where as many as possible are wanted. */
const HANDS = 512;
const PER_SECOND = short ? 200 : 1000;

const CACHE = fileURLToPath(new URL("../.cache/bin", import.meta.url));
const MAIN = fileURLToPath(new URL("../bin/cli/main.js", import.meta.url));
const binary = await engineBinary({ env: process.env, cache: CACHE });
const agent = new Agent({ keepAlive: true, maxSockets: 1024 });

const kvstore = await measureKvstore();
const ours = await measureOurs();
const ratio = (a, b) => Number((a / b).toFixed(3));
console.log(
  JSON.stringify(
    {
      ...{ short, seconds: SECONDS, date: new Date().toISOString(), node: process.version },
      ...{ kvstore, ours },
      ofKvstore: ratio(ours.best.perSecond, kvstore.best.perSecond),
      p50OfKvstore: ratio(ours.offered.p50, kvstore.offered.p50),
      p99OfKvstore: ratio(ours.offered.p99, kvstore.offered.p99),
      bounds: { ofKvstore: 0.5, p50OfKvstore: 1.5, p99OfKvstore: 1.5 },
    },
    null,
    2,
  ),
);
agent.destroy();

async function measureKvstore() {
  const root = mkdtempSync(join(tmpdir(), "cityid-kvstore-"));
  const nodes = Array.from({ length: COUNT }, (_, i) => ({
    home: join(root, `n${i}`),
    host: `127.0.0.${i + 1}`,
    validatorKey: engineKey(sha256(utf8(`validator ${i}`))),
    nodeKey: engineKey(sha256(utf8(`peer ${i}`))),
  }));
  const app = { origin: "kvstore", genesis: utf8("kvstore"), size: 0, root: new Uint8Array(32) };
  const genesis = engineGenesis(app, nodes.map(({ validatorKey }, i) => ({ ...validatorKey, name: `n${i}` })), Date.now());
  const children = nodes.map((node, i) => startKvstore(node, nodes, i, genesis));
  try {
    const seen = new Map();
    let height = 0;
    let watching = true;
    const watch = async () => {
      while (watching) {
        const block = await rpc(0, "block", height === 0 ? {} : { height: String(height + 1) }).catch(() => undefined);
        if (!block?.result?.block) {
          await wait(5);
          continue;
        }
        height = Number(block.result.block.header.height);
        const now = performance.now();
        for (const tx of block.result.block.data.txs ?? []) seen.get(tx)?.(now);
      }
    };
    while ((await rpc(0, "status").catch(() => undefined))?.result === undefined) await wait(100);
    const watched = watch();
    while (height < 2) await wait(50);
    let n = 0;
    const send = async () => {
      const tx = Buffer.from(`k${n++}=`.padEnd(TRANSACTION_BYTES, "x")).toString("base64");
      const shown = new Promise((resolve) => seen.set(tx, resolve));
      for (;;) {
        const { error } = await rpc(n % COUNT, "broadcast_tx_async", { tx });
        if (error === undefined) break;
        await wait(100);
      }
      await shown;
      seen.delete(tx);
    };
    const report = await measure(send);
    watching = false;
    await watched;
    return report;
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await wait(200);
    rmSync(root, { recursive: true, force: true });
  }
}

function startKvstore({ home, host, validatorKey, nodeKey }, nodes, i, genesis) {
  for (const name of ["config", "data"]) mkdirSync(join(home, name), { recursive: true });
  const json = (path, value) => writeFileSync(join(home, path), JSON.stringify(value));
  json("data/priv_validator_state.json", { height: "0", round: 0, step: 0 });
  json("config/node_key.json", nodeKeyFile(nodeKey));
  json("config/priv_validator_key.json", validatorKeyFile(validatorKey));
  writeFileSync(join(home, "config/genesis.json"), genesis);
  const peers = nodes.flatMap((other, k) => (k === i ? [] : [`${other.nodeKey.id}@${other.host}:${PEER_PORT}`]));
  const pace = { proposeMilliseconds: 1000, commitMilliseconds: 200 };
  // It knows of no list of peers.
  const config = engineConfig({ name: `n${i}`, listen: `${host}:${PEER_PORT}`, peers, pace }).replace("filter_peers = true\n", "");
  writeFileSync(join(home, "config/config.toml"), config);
  const args = ["start", "--home", home, "--proxy_app", "kvstore", "--rpc.laddr", `tcp://${host}:${RPC_PORT}`];
  return spawn(binary, args, { stdio: "ignore" });
}

async function measureOurs() {
  const directory = mkdtempSync(join(tmpdir(), "cityid-bench-"));
  const net = await openTestnet({ directory, validators: COUNT, port: PORT, peerPort: PEER_PORT });
  const ending = new AbortController();
  const running = net.validators.map(({ dataDirectory, host }) =>
    runValidator({
      ...{ dataDirectory, binary, entry: MAIN, signal: ending.signal },
      arguments: ["validator", "--supervised", "--data", dataDirectory, "--host", host, "--port", String(PORT)],
    }),
  );
  try {
    for (const { host } of net.validators) {
      while (!(await fetch(`http://${host}:${PORT}/readyz`).catch(() => ({ ok: false }))).ok) await wait(100);
    }
    const signer = signerFromSeed(Buffer.from(readFileSync(net.memberKeys[0].path, "utf8").trim(), "hex"));
    const operations = [];
    const make = async (count) => {
      while (operations.length < count) operations.push(await factSigned(operations.length, signer));
    };
    await make(short ? 4000 : 60_000);
    let n = 0;
    const send = async () => {
      const body = operations[n] ?? (await factSigned(n, signer));
      const host = `127.0.0.${(n++ % COUNT) + 1}`;
      for (;;) {
        const status = await post(host, PORT, "/v1/operations", "application/cose", body);
        if (status.status === 200 || status.status === 201) return;
        if (status.status !== 503) throw new Error(`${status.status} ${status.body}`);
        await wait(100);
      }
    };
    return await measure(send);
  } finally {
    ending.abort();
    await Promise.all(running);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As many as `HANDS` get through, and then so many a second at their intended times. */
async function measure(send) {
  const warm = performance.now() + 2000;
  await Promise.all(Array.from({ length: 32 }, async () => { while (performance.now() < warm) await send(); }));
  let done = 0;
  const began = performance.now();
  const until = began + SECONDS * 1000;
  await Promise.all(Array.from({ length: HANDS }, async () => { while (performance.now() < until) { await send(); done++; } }));
  const perSecond = Math.round((done * 1000) / (performance.now() - began));
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
  const at = (q) => Math.round(latencies[Math.floor(q * (latencies.length - 1))]);
  return { best: { perSecond, hands: HANDS }, offered: { perSecond: PER_SECOND, p50: at(0.5), p99: at(0.99) } };
}

/** A first fact of a division that has none, about as long as the other's transactions. */
async function factSigned(n, signer) {
  const pair = (value) => String(1 + value).padStart(2, "0");
  const rest = n % 9801;
  const code = `MA.156.${11 + Math.floor(n / 9801)}${pair(Math.floor(rest / 99))}${pair(rest % 99)}`;
  const add = [{ names: { zh: `县 ${n}` }, level: "county", from: "1981", source: "bench" }];
  const { bytes } = await signOperation({
    ...{ iss: "member/A", aud: `127.0.0.1:${PORT}/log`, iatSeconds: Math.floor(Date.now() / 1000), signer },
    operation: { op: "gazette", items: [{ code, add }] },
  });
  return Buffer.from(bytes);
}

function post(host, port, path, type, body) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": type, "content-length": body.length };
    const asked = request({ host, port, path, method: "POST", agent, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(parts).toString("utf8") }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function rpc(node, method, params = {}) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  return JSON.parse((await post(`127.0.0.${node + 1}`, RPC_PORT, "/", "application/json", body)).body);
}
