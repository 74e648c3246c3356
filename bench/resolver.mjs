// `node bench/resolver.mjs`: what a plate leads to, each figure beside a bare `node:http` server that answers the same bytes in the
// same run. Prints JSON.
//   --short   small sizes: shows that every figure can be taken, not what it is
//   --codes N how many lamps (100 000)
import { createServer } from "node:http";
import { availableParallelism, cpus } from "node:os";
import { percentile } from "./lib/http-load.mjs";
import { inProcess } from "./lib/load-process.mjs";
import { World } from "./lib/world.mjs";

const short = process.argv.includes("--short");
const at = process.argv.indexOf("--codes");
const CODES = at < 0 ? (short ? 2_000 : 100_000) : Number(process.argv[at + 1]);
/** Plates that are scanned; more than one street, fewer than a city. */
const ASKED = short ? 500 : 10_000;
const SECONDS = short ? 0.5 : 2;
/** Odd, so that there is one in the middle. */
const ROUNDS = short ? 1 : 5;
const PAGES_PER_SECOND = 1000;
const HTML = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Language: zh-CN,zh;q=0.9\r\n";

const round = (n, digits = 3) => Number(n.toFixed(digits));
const note = (text) => process.stderr.write(`${text}\n`);

/** Every lamp leads somewhere, as most plates do. */
class LinkedWorld extends World {
  lamp(n) {
    return { ...super.lamp(n), links: [{ rel: "default", href: `https://lamps.example/${n}` }] };
  }
}

/** What node:http adds by itself. */
const OWN_HEADERS = ["date", "connection", "keep-alive", "transfer-encoding"];

/** A server that answers everything with these bytes, those of the head included. */
async function bareServer(answer, body) {
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OWN_HEADERS.includes(name)));
  const server = createServer((_, response) => response.writeHead(answer.status, headers).end(body));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port, close: () => server.close() };
}

/** Closed loop in rounds, each beside the peer of that moment, for the machine is faster now and slower then. The middle ratio counts. */
async function besideBare(port, paths) {
  const answer = await fetch(`http://127.0.0.1:${port}${paths[0]}`, { redirect: "manual", headers: { accept: "*/*" } });
  const body = Buffer.from(await answer.arrayBuffer());
  const bare = await bareServer(answer, body);
  const job = { kind: "closedLoop", connections: 64, seconds: SECONDS };
  const ask = async (options) => (await inProcess({ ...job, ...options })).result;
  const peerAt = { port: bare.port, paths: ["/"] };
  // Each once: the first ones meet a program that is not compiled yet, and answers that were not made yet.
  await ask({ port, paths, requests: paths.length });
  await ask(peerAt);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const [ours, peer] = [await ask({ port, paths }), await ask(peerAt)];
    rounds.push({ ours, peer, ratio: ours / peer });
  }
  bare.close();
  const { ours, peer, ratio } = [...rounds].sort((a, b) => a.ratio - b.ratio)[Math.floor(ROUNDS / 2)];
  return { status: answer.status, perSecond: round(ours, 0), bareNodeHttp: round(peer, 0), ratio: round(ratio), ratios: rounds.map((each) => round(each.ratio)), bytes: body.length };
}

/** Pages at their intended times, whatever the answers do: those that were made before, and others that nobody asked for yet. */
async function pages(port, paths, others) {
  const { body } = await page(port, paths[0]);
  // Each once, as fast as they can be made; then they are kept.
  const made = { kind: "closedLoop", port, paths, connections: 8, requests: paths.length, headers: HTML };
  const firstPerSecond = (await inProcess(made)).result;
  const seconds = SECONDS * 2;
  const kept = await openLoops(port, Array.from({ length: ROUNDS }, () => paths), seconds);
  const each = PAGES_PER_SECOND * seconds;
  const unseen = Array.from({ length: Math.min(ROUNDS, Math.floor(others.length / each)) }, (_, i) => others.slice(i * each, (i + 1) * each));
  const anew = unseen.length === 0 ? undefined : await openLoops(port, unseen, seconds);
  return { ...kept, perSecond: PAGES_PER_SECOND, firstPerSecond: round(firstPerSecond, 0), anew, bytes: body.length };
}

async function openLoops(port, lists, seconds) {
  const rounds = [];
  for (const paths of lists) {
    const job = { kind: "openLoop", port, paths, perSecond: PAGES_PER_SECOND, headers: HTML };
    const { latencies } = (await inProcess({ ...job, seconds })).result;
    rounds.push({ p50: round(percentile(latencies, 50), 2), p99: round(percentile(latencies, 99), 2), requests: latencies.length });
  }
  const middle = [...rounds].sort((a, b) => a.p99 - b.p99)[Math.floor(rounds.length / 2)];
  return { ...middle, p99s: rounds.map(({ p99 }) => p99) };
}

async function page(port, path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept: "text/html", "accept-language": "zh" } });
  if (response.status !== 200) throw new Error(`the page answered ${response.status}`);
  return { body: Buffer.from(await response.arrayBuffer()) };
}

const world = await LinkedWorld.begin();
try {
  await world.start();
  await world.found();
  note(`import of ${CODES}…`);
  await world.import(world.prepareImport(CODES));
  const step = Math.floor(CODES / ASKED);
  const codes = Array.from({ length: ASKED }, (_, i) => world.codeOf(i * step));
  // The index still works when the import is durable.
  const size = async () => (await fetch(`${world.url}/v1/codes?q=ZS-0`)).json();
  for (let each = await size(); each.indexedSize < each.size; each = await size()) await new Promise((resolve) => setTimeout(resolve, 50));
  const report = { machine: { cores: availableParallelism(), model: cpus()[0]?.model, node: process.version }, short, codes: CODES, asked: ASKED };
  note("codes…");
  report.code = { ...(await besideBare(world.port, codes.map((code) => `/v1/codes/${encodeURIComponent(code)}`))), bound: 0.7 };
  note("redirects…");
  report.redirect = { ...(await besideBare(world.port, codes.map((code) => `/${code}`))), bound: 0.7 };
  note("pages…");
  const asked = new Set(codes);
  const others = Array.from({ length: CODES }, (_, i) => world.codeOf(i)).filter((code) => !asked.has(code));
  report.page = { ...(await pages(world.port, codes.map((code) => `/${code}`), others.map((code) => `/${code}`))), bound: 20 };
  report.memory = world.rss();
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await world.end();
}
