// Four of CometBFT's validators with its own in-process kvstore, as our engines are set but for their pace.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sha256, utf8 } from "../../dist/core/index.js";
import { engineConfig } from "../../dist/node/comet/engine-config.js";
import { engineGenesis } from "../../dist/node/comet/genesis.js";
import { engineKey, nodeKeyFile, validatorKeyFile } from "../../dist/node/comet/keys.js";
import { discard } from "../../scripts/lib/discard.mjs";

/** The one that the bounds were set by. */
const PACE = { proposeMilliseconds: 1000, commitMilliseconds: 200 };

export async function startKvstores({ binary, count, peerPort, rpcPort }) {
  const root = mkdtempSync(join(tmpdir(), "cityid-kvstore-"));
  const nodes = Array.from({ length: count }, (_, i) => ({
    home: join(root, `n${i}`),
    host: `127.0.0.${i + 1}`,
    validatorKey: engineKey(sha256(utf8(`validator ${i}`))),
    nodeKey: engineKey(sha256(utf8(`peer ${i}`))),
  }));
  const app = { origin: "kvstore", genesis: utf8("kvstore"), size: 0, root: new Uint8Array(32) };
  const genesis = engineGenesis(app, nodes.map(({ validatorKey }, i) => ({ ...validatorKey, name: `n${i}` })), Date.now());
  const children = nodes.map((node, i) => {
    const { home, host, validatorKey, nodeKey } = node;
    for (const name of ["config", "data"]) mkdirSync(join(home, name), { recursive: true });
    const json = (path, value) => writeFileSync(join(home, path), JSON.stringify(value));
    json("data/priv_validator_state.json", { height: "0", round: 0, step: 0 });
    json("config/node_key.json", nodeKeyFile(nodeKey));
    json("config/priv_validator_key.json", validatorKeyFile(validatorKey));
    writeFileSync(join(home, "config/genesis.json"), genesis);
    const peers = nodes.flatMap((other) => (other === node ? [] : [`${other.nodeKey.id}@${other.host}:${peerPort}`]));
    const settings = { name: `n${i}`, listen: `${host}:${peerPort}`, peers, pace: PACE };
    // It knows of no list of peers.
    writeFileSync(join(home, "config/config.toml"), engineConfig(settings).replace("filter_peers = true\n", ""));
    return spawn(binary, ["start", "--home", home, "--proxy_app", "kvstore", "--rpc.laddr", `tcp://${host}:${rpcPort}`], { stdio: "ignore" });
  });
  // Also where this program ends by an error.
  process.once("exit", () => {
    for (const child of children) child.kill("SIGKILL");
  });
  const ended = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
  return {
    hosts: nodes.map(({ host }) => host),
    pids: () => children.map(({ pid }) => pid),
    async ready() {
      for (const { host } of nodes) {
        while (!(await isPast(host, rpcPort, 1))) {
          if (children.some(({ exitCode }) => exitCode !== null)) throw new Error("a kvstore ended");
          await wait(100);
        }
      }
    },
    async stop() {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(ended);
      discard(root);
    },
  };
}

async function isPast(host, rpcPort, height) {
  const answer = await fetch(`http://${host}:${rpcPort}/status`).then((each) => each.json(), () => undefined);
  return Number(answer?.result?.sync_info?.latest_block_height ?? 0) > height;
}
