// Load in a process of its own: server and load share two cores, but not an event loop.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { askInTurn, closedLoop, openLoop, postAll } from "./http-load.mjs";

const SELF = fileURLToPath(import.meta.url);

/** Runs one job in a child. @returns its result, and the child's peak resident memory in MB */
export function inProcess(job) {
  return new Promise((resolve, reject) => {
    const child = fork(SELF, ["job"], { serialization: "advanced" });
    child.once("message", resolve);
    child.once("error", reject);
    child.once("exit", (code) => code !== 0 && reject(new Error(`the load ended with ${code}`)));
    child.send(job);
  });
}

async function submitAll({ url, bodies, concurrency }) {
  let next = 0;
  const latencies = [];
  const refused = {};
  let accepted = 0;
  const worker = async () => {
    while (next < bodies.length) {
      const body = bodies[next++];
      const began = performance.now();
      const response = await fetch(`${url}/v1/operations`, {
        method: "POST",
        headers: { "content-type": "application/cbor-seq" },
        body,
      });
      const answer = await response.json();
      latencies.push(performance.now() - began);
      for (const result of answer.results ?? [answer]) {
        if (result.status === "accepted") accepted++;
        else refused[result.code] = (refused[result.code] ?? 0) + 1;
      }
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - began) / 1000;
  return { seconds, accepted, refused, latencies: latencies.sort((a, b) => a - b) };
}

const JOBS = { submitAll, askInTurn, closedLoop, openLoop, postAll };

if (process.argv[2] === "job") {
  process.once("message", async ({ kind, ...options }) => {
    const result = await JOBS[kind](options);
    const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
    process.send({ result, peakMB }, () => process.exit(0));
  });
}
