// Subscriptions of NGSI-LD: how long after a write the last of those that listen was told, with and without receivers that
// take what is sent and never answer. `node bench/notifications.mjs [--short]`, after npm run build. Prints JSON. The receivers
// run in this program.
import { createServer } from "node:http";
import { percentile } from "./lib/http-load.mjs";
import { World } from "./lib/world.mjs";

const short = process.argv.includes("--short");
const ALL = short ? 200 : 1000;
const SILENT = ALL / 10;
const WRITES = short ? 5 : 20;
const BOUND_MILLISECONDS = 1000;

const round = (n) => Math.round(n * 10) / 10;
process.env.CITYID_SCRATCH = "1";
const world = await World.begin();
const receivers = await receiving();
try {
  await world.start();
  await create("/entities", entity(0));
  const healthy = Array.from({ length: ALL - SILENT }, (_, i) => `/taken/${i}`);
  await subscribe(healthy);
  await told(healthy);
  const alone = await told(healthy);
  await subscribe(Array.from({ length: SILENT }, (_, i) => `/silent/${i}`));
  const beside = await told(healthy);
  const delay = beside.most - alone.median;
  console.log(
    JSON.stringify(
      {
        ...{ subscriptions: ALL, silent: SILENT, writes: WRITES, alone, besideSilent: beside },
        delayMilliseconds: { got: round(delay), bound: BOUND_MILLISECONDS, met: delay < BOUND_MILLISECONDS },
        silentWereSent: receivers.silent,
      },
      null,
      2,
    ),
  );
} finally {
  await world.end();
  receivers.close();
}

/** Writes one after the other; of each, when every receiver had been told. @returns milliseconds */
async function told(paths) {
  const lasts = [];
  const each = [];
  for (let i = 0; i < WRITES; i++) {
    const began = performance.now();
    const all = receivers.awaited(paths);
    await change(i + 1);
    const times = (await all).map((time) => time - began);
    each.push(...times);
    lasts.push(Math.max(...times));
  }
  each.sort((a, b) => a - b);
  lasts.sort((a, b) => a - b);
  // `median` and `most` are of the last receiver of each write.
  return {
    ...{ p50: round(percentile(each, 50)), p99: round(percentile(each, 99)) },
    ...{ median: round(percentile(lasts, 50)), most: round(lasts.at(-1)) },
  };
}

function entity(value) {
  return { id: "urn:ngsi-ld:Lamp:1", type: "Lamp", level: { type: "Property", value } };
}

async function subscribe(paths) {
  for (const path of paths) {
    await create("/subscriptions", {
      ...{ type: "Subscription", entities: [{ type: "Lamp" }], watchedAttributes: ["level"] },
      notification: { endpoint: { uri: receivers.url + path, accept: "application/json" } },
    });
  }
}

async function create(path, body) {
  await sent("POST", path, body, 201);
}

async function change(value) {
  await sent("PATCH", "/entities/urn:ngsi-ld:Lamp:1/attrs", { level: { type: "Property", value } }, 204);
}

async function sent(method, path, body, status) {
  const response = await fetch(`${world.url}/ngsi-ld/v1${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== status) throw new Error(`${method} ${path}: ${await response.text()}`);
  await response.arrayBuffer();
}

/** Receivers by their paths: one that answers, or keeps whoever sends waiting. */
async function receiving() {
  let waiting = new Map();
  const state = { silent: 0 };
  const server = createServer((request, response) => {
    request.resume();
    if (request.url.startsWith("/silent/")) {
      state.silent += 1;
      return;
    }
    request.on("end", () => {
      response.writeHead(200).end();
      waiting.get(request.url)?.(performance.now());
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.address().port}`,
    awaited(paths) {
      waiting = new Map();
      return Promise.all(paths.map((path) => new Promise((resolve) => waiting.set(path, resolve))));
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
}
