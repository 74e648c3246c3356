// The ledger of a delegated code with as many things as asked for: how long its beginning takes, and in how much memory.
//
//   node bench/child.mjs [--codes 1000000]
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { freePort } from "./lib/free-port.mjs";
import { processorTime } from "./lib/processor-time.mjs";
import { CITY, World } from "./lib/world.mjs";

const CLI = fileURLToPath(new URL("../bin/cli/main.js", import.meta.url));
const { values } = parseArgs({ options: { codes: { type: "string", default: "1000000" } } });
const codes = Number(values.codes);

const world = await World.begin();
try {
  await world.start();
  await world.found();
  let seconds = 0;
  // A part after the other: their bodies would fill the memory of this process.
  for (let at = 0; at < codes; at += 100_000) {
    seconds += await world.import(world.prepareImport(Math.min(100_000, codes - at)));
  }
  show("parent", { codes, seconds, ...world.rss() });
  const key = join(world.root, "city.key");
  writeFileSync(key, `${world.seedOf("city")}\n`, { mode: 0o600 });
  const port = await freePort();
  const args = ["--data", join(world.root, "child"), "--port", String(port), "--key", key, "--as", CITY];
  await run("begun", port, [...args, "--namespace", CITY, "--parent", world.url]);
  await run("started again", port, args);
} finally {
  await world.end();
}

/** Starts the child's node, waits until it answers, and stops it. */
async function run(what, port, args) {
  const began = performance.now();
  const child = spawn(process.execPath, [CLI, "start", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LANG: "en_US.UTF-8", CITYID_LOG: "quiet" },
  });
  const steps = [];
  child.stderr.setEncoding("utf8").on("data", (text) => {
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const processorSeconds = processorSecondsOf(child.pid);
      steps.push({ seconds: since(began), processorSeconds, peakMB: peakOf(child.pid), line });
    }
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  let peak = 0;
  for (;;) {
    peak = Math.max(peak, peakOf(child.pid));
    if (await fetch(`http://127.0.0.1:${port}/readyz`).then((r) => r.ok, () => false)) break;
    if (child.exitCode !== null) throw new Error(`it ended: ${JSON.stringify(steps)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const processorSeconds = processorSecondsOf(child.pid);
  show(what, { seconds: since(began), processorSeconds, peakMB: Math.max(peak, peakOf(child.pid)), steps });
  child.kill("SIGTERM");
  await gone;
}

/** What all of its threads took: the measure where other work shares the machine. */
function processorSecondsOf(pid) {
  try {
    return Math.round(processorTime([pid]) / 100_000) / 10;
  } catch {
    // It is gone.
    return undefined;
  }
}

function since(began) {
  return Math.round((performance.now() - began) / 100) / 10;
}

function peakOf(pid) {
  try {
    const kb = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kb ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function show(what, figures) {
  console.log(JSON.stringify({ what, ...figures }));
}
