// The scenario of check-witness.sh: a real node, a real litewitness, a real log of Tessera. Usage: check-witness.mjs TOOLS
import { execFileSync, spawn } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { freePort } from "../bench/lib/free-port.mjs";
import {
  evaluatePolicy,
  parseCheckpoint,
  parsePolicy,
  parseVerifierKey,
  verifyNote,
} from "../dist/core/index.js";
import { discard } from "./lib/discard.mjs";

const tools = process.argv[2];
const main = fileURLToPath(new URL("../bin/cli/main.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "cityid-foreign-"));
const children = [];
const PATIENCE_MILLISECONDS = 120_000;

function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
  console.log(`  ${what}`);
}

/** What it said on its error stream stands in the error where it fails, or does not end. */
function run(command, args, options = {}) {
  const bounds = { timeout: PATIENCE_MILLISECONDS, killSignal: "SIGKILL" };
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...bounds, ...options });
}

const cityid = (...args) => run(process.execPath, [main, ...args]);

/** Starts a program and keeps what it says on its error stream. */
function start(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const started = { said: "", child, command };
  children.push(started);
  started.gone = new Promise((resolve) => {
    child.once("exit", resolve);
    child.once("error", (cause) => {
      started.said += String(cause);
      resolve();
    });
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    started.said += text;
  });
  return started;
}

async function until(ask, what) {
  for (const end = Date.now() + PATIENCE_MILLISECONDS; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`still not: ${what}`);
}

const text = async (url) => (await fetch(url)).text();

async function startLitewitness() {
  const socket = join(root, "agent");
  const agent = start("ssh-agent", ["-D", "-a", socket]);
  await until(() => {
    try {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(root, "lite")]);
      run("ssh-add", ["-q", join(root, "lite")], { env });
      return true;
    } catch {
      rmSync(join(root, "lite"), { force: true });
      if (agent.child.exitCode !== null) throw new Error(agent.said);
      return false;
    }
  }, "an ssh-agent");
  const fingerprint = run("ssh-keygen", ["-l", "-f", join(root, "lite.pub")]).split(" ")[1];
  const address = `127.0.0.1:${await freePort()}`;
  const db = join(root, "lite.db");
  const lite = start(join(tools, "litewitness"), [
    ...["-name", "lite.example/w", "-db", db, "-ssh-agent", socket],
    ...["-listen", address, "-key", fingerprint],
  ]);
  const vkey = await until(() => {
    if (lite.child.exitCode !== null) throw new Error(`litewitness ended with ${lite.child.exitCode}`);
    return /vkey=(\S+)\s/.exec(lite.said)?.[1]?.replaceAll('"', "");
  }, "the key of litewitness");
  return { vkey, url: `http://${address}`, db };
}

/** A ledger of one member, who decides alone. */
async function startNode(origin) {
  const at = join(root, "node");
  mkdirSync(at);
  cityid("init", "member", "--id", "A", "--name", "A", "--to", at, "--log", origin);
  cityid("init", "genesis", join(at, "A.member.json"), "--out", join(at, "genesis.cbor"));
  const data = join(at, "data");
  cityid("init", "node", "--genesis", join(at, "genesis.cbor"), "--log-key", join(at, "log.key"), "--data", data, "--member", "A");
  const node = start(process.execPath, [main, "start", "--data", data, "--port", "0"]);
  const port = await until(() => /"event":"listening".*"port":(\d+)/.exec(node.said)?.[1], "a node");
  const url = `http://127.0.0.1:${port}`;
  return { url, data, key: join(at, "A.key.json"), description: await (await fetch(`${url}/.well-known/cityid`)).json() };
}

async function propose(node, operation) {
  const file = join(root, "operation.json");
  writeFileSync(file, JSON.stringify(operation));
  cityid("propose", file, "--url", node.url, "--key", node.key, "--yes", "--json");
}

/** The public checkpoint, when it satisfies the policy at this size or beyond. */
function cosigned(node, policy, size) {
  return until(async () => {
    const note = parseCheckpoint(await text(`${node.url}/log/checkpoint`));
    if (!note.ok || note.value.size < size) return undefined;
    const trust = evaluatePolicy(policy, note.value, Math.floor(Date.now() / 1000));
    return trust.ok && { size: note.value.size, ...trust.value };
  }, `a checkpoint of ${size} that litewitness cosigned`);
}

/** What its own tool writes for a new log: that one needs modules which litewitness itself does not. */
function tellLitewitness(path, origin, vkey) {
  const db = new Database(path);
  const emptyRoot = createHash("sha256").digest("base64");
  const insert = db.transaction(() => {
    db.prepare("INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)").run(origin, emptyRoot);
    db.prepare("INSERT INTO key (origin, key) VALUES (?, ?)").run(origin, vkey);
  });
  let why;
  return until(() => {
    try {
      insert();
      db.close();
      return true;
    } catch (cause) {
      // It says its key before its tables are there, and may be busy with them.
      why = cause;
      return false;
    }
  }, "a log that litewitness knows").catch((cause) => {
    throw Object.assign(cause, { cause: why });
  });
}

async function theyCosign(node) {
  const { vkeys, origin } = node.description;
  const lite = await startLitewitness();
  await tellLitewitness(lite.db, origin, vkeys[0]);
  const now = `log ${vkeys[0]}\nwitness lite ${lite.vkey} ${lite.url}\nquorum lite\n`;
  const policy = parsePolicy(now);
  check(policy.ok, "the vkey of litewitness stands in a policy");
  const { items } = await (await fetch(`${node.url}/v1/params`)).json();
  const prev = items.find(({ name }) => name === "policy").op;
  await propose(node, { op: "param", name: "policy", prev, value: { now } });
  const first = await cosigned(node, policy.value, 3);
  check(first.cosignatures[0].witness === "lite", `litewitness cosigned size ${first.size}`);
  let { size } = first;
  for (const n of [1, 2, 3]) {
    const add = [{ names: { zh: "某县" }, level: "county", from: "1983", source: "test" }];
    await propose(node, { op: "gazette", items: [{ code: `MA.156.13010${n}`, add }] });
    const next = await cosigned(node, policy.value, size + 1);
    check(next.size > size, `and after a write size ${next.size}, by its consistency proof`);
    size = next.size;
  }
}

/** Keys as Go's note package writes them. */
function goKeys(name) {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { d, x } = privateKey.export({ format: "jwk" });
  const [seed, publicKey] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const typed = (bytes) => Buffer.concat([Buffer.of(1), bytes]);
  const id = createHash("sha256").update(`${name}\n`).update(typed(publicKey)).digest("hex").slice(0, 8);
  return {
    secret: `PRIVATE+KEY+${name}+${id}+${typed(seed).toString("base64")}`,
    vkey: `${name}+${id}+${typed(publicKey).toString("base64")}`,
  };
}

async function weCosign(node) {
  const origin = "tessera.example/log";
  const { secret, vkey } = goKeys(origin);
  cityid("witness", "add", vkey, "--data", node.data);
  const { witness } = node.description;
  const policy = join(root, "tessera.policy");
  writeFileSync(policy, `witness ours ${witness.vkey} ${witness.url}\nquorum ours\n`);
  const storage = join(root, "tessera");
  writeFileSync(join(root, "tessera.key"), secret);
  const keys = [vkey, witness.vkey].map((each) => parseVerifierKey(each).value);
  for (const round of [1, 2]) {
    const entries = join(root, `entries${round}`);
    mkdirSync(entries);
    for (let n = 0; n < 3 * round; n++) writeFileSync(join(entries, `${n}`), `entry ${round} ${n}`);
    run(join(tools, "posix-oneshot"), [
      ...["--storage_dir", storage, "--private_key", join(root, "tessera.key")],
      ...["--entries", `${entries}/*`, "--witness_policy_file", policy, "--witness_timeout", "60s"],
    ]);
    const note = parseCheckpoint(readFileSync(join(storage, "checkpoint"), "utf8"));
    check(note.ok && verifyNote(note.value.note, keys).value?.length === 2, `Tessera published size ${note.value.size} with our cosignature`);
    const hash = createHash("sha256").update(origin).digest("hex");
    const shown = parseCheckpoint(await text(`${witness.url}/${hash}/checkpoint`));
    check(shown.ok && shown.value.size === note.value.size, "and our node shows the same");
  }
}

try {
  const node = await startNode("node.example/log");
  console.log("a foreign witness, our log");
  await theyCosign(node);
  console.log("a foreign log, our witness");
  await weCosign(node);
} catch (cause) {
  for (const { command, child, said } of children) {
    console.error(`\n${command} (exit ${child.exitCode ?? child.signalCode ?? "none, it runs"}) said:\n${said}`);
  }
  throw cause;
} finally {
  for (const { child } of children) child.kill();
  await Promise.all(children.map(({ gone }) => gone));
  discard(root);
}
console.log("witnessing works both ways with software that nobody here wrote");
