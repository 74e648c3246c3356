// Four validators of ours on this machine, on a ledger that `World` can write to.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { formatVerifierKey, sha256, utf8 } from "../../dist/core/index.js";
import { PACES } from "../../dist/node/comet/engine-config.js";
import { beginNet, validatorPolicy } from "../../dist/node/comet/index.js";
import { runValidator } from "../../dist/node/index.js";
import { logKey } from "../../dist/node/log-key.js";
import { genesisOf, World } from "./world.mjs";
import { discard } from "../../scripts/lib/discard.mjs";

const MAIN = fileURLToPath(new URL("../../bin/cli/main.js", import.meta.url));
const LOG_SEED = sha256(utf8("bench log"));

/** @param profile a directory for what `node --cpu-prof` says of the applications */
export async function startValidators({ binary, count, port, peerPort, profile }) {
  const root = mkdtempSync(join(tmpdir(), "cityid-bench-"));
  const origin = `127.0.0.1:${port}/log`;
  const validators = Array.from({ length: count }, (_, i) => ({
    name: `v${i + 1}`,
    dataDirectory: join(root, `v${i + 1}`),
    host: `127.0.0.${i + 1}`,
    url: `http://127.0.0.${i + 1}:${port}`,
  }));
  const policy = await validatorPolicy(validators, { origin, vkey: formatVerifierKey(logKey(origin, LOG_SEED)) });
  await beginNet({ validators, genesis: genesisOf(origin, policy), logSeed: LOG_SEED, peerPort, pace: PACES.local });
  // The applications are started with the same flags as this program.
  if (profile !== undefined) process.execArgv.push("--cpu-prof", `--cpu-prof-dir=${profile}`);
  process.env.CITYID_LOG = "quiet";
  const ending = new AbortController();
  const pairs = validators.map(() => undefined);
  let failed;
  const running = validators.map(({ dataDirectory, host }, i) =>
    runValidator({
      ...{ dataDirectory, binary, entry: MAIN, signal: ending.signal },
      arguments: ["validator", "--supervised", "--data", dataDirectory, "--host", host, "--port", String(port)],
      onRunning: (pair) => {
        pairs[i] = pair;
      },
      onRestart: ({ because }) => {
        failed = because;
      },
    }),
  );
  for (const each of running) void each.then((status) => (failed ??= `it ended with ${status}`));
  const urls = validators.map(({ url }) => url);
  return {
    urls,
    hosts: validators.map(({ host }) => host),
    world: new World({ root, port, origin, data: root }),
    applications: () => pairs.map(({ applicationPid }) => applicationPid),
    engines: () => pairs.map(({ enginePid }) => enginePid),
    async ready() {
      for (const url of urls) {
        while (!(await fetch(`${url}/readyz`).catch(() => ({ ok: false }))).ok) {
          if (failed !== undefined) throw new Error(failed);
          await wait(100);
        }
      }
    },
    async stop() {
      ending.abort();
      await Promise.all(running);
      discard(root);
    },
  };
}
