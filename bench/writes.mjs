// The write path, one operation a request and batched, beside what one core verifies natively in the same round; latency at half of
// that load, from the intended times of sending. `node bench/writes.mjs [--short]`, after npm run build. Prints JSON.
import { inProcess } from "./lib/load-process.mjs";
import { percentile } from "./lib/http-load.mjs";
import { nativeVerifications } from "./lib/native.mjs";
import { World } from "./lib/world.mjs";

const short = process.argv.includes("--short");
const CODES = 10_000;
const ROUNDS = short ? 1 : 5;
const round = (n, digits = 3) => Number(n.toFixed(digits));

const KINDS = [
  { name: "single", perRequest: 1, operations: short ? 1_000 : 8_000, connections: 64, bound: { ofNative: 0.25, p99: 50 } },
  { name: "batched", perRequest: 500, operations: short ? 4_000 : 10_000, connections: 4, bound: { ofNative: 0.8, p99: 50 } },
];

const world = await World.begin();
try {
  await world.start();
  await world.found();
  const prepared = world.prepareImport(CODES);
  await world.import(prepared);
  const updates = world.updatesOf(prepared);
  let offset = 0;
  const post = async (kind, operations, more = {}) => {
    const { perRequest, connections } = kind;
    const bodies = updates(operations, (offset += 1), perRequest);
    const job = { kind: "postAll", port: world.port, path: "/v1/operations", bodies, connections, ...more };
    const { result } = await inProcess(job);
    if (result.seen.accepted !== operations) throw new Error(JSON.stringify(result.seen));
    return result;
  };
  const report = { short };
  for (const kind of KINDS) {
    // The first ones meet a program that is not compiled yet.
    await post(kind, kind.operations);
    const rounds = [];
    for (let i = 0; i < ROUNDS; i++) {
      const native = nativeVerifications(short ? 0.5 : 1);
      const perSecond = kind.operations / (await post(kind, kind.operations)).seconds;
      const half = { perSecond: perSecond / 2 / kind.perRequest };
      const seconds = short ? 1 : 4;
      const wanted = Math.ceil(half.perSecond * seconds) * kind.perRequest;
      // A fast machine would want more than one change of a record in a second, and which of two comes first is not certain.
      const { latencies } = await post(kind, short ? Math.min(CODES, wanted) : wanted, half);
      rounds.push({
        perSecond: round(perSecond, 0), native: round(native, 0), ofNative: round(perSecond / native),
        atHalfLoad: { p50: round(percentile(latencies, 50), 1), p99: round(percentile(latencies, 99), 1), requests: latencies.length },
      });
    }
    const middle = [...rounds].sort((a, b) => a.ofNative - b.ofNative)[Math.floor(rounds.length / 2)];
    const p99s = rounds.map(({ atHalfLoad }) => atHalfLoad.p99).sort((a, b) => a - b);
    report[kind.name] = { ...middle, ratios: rounds.map(({ ofNative }) => ofNative), p99s, bound: kind.bound };
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await world.end();
}
