// A ledger to measure: one city, one department, a class, and as many lamps as asked for. Everything goes through HTTP.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as core from "../../dist/core/index.js";
import { publicEd25519, signEd25519 } from "../../dist/crypto/node.js";
import { createEmbeddedLedger, writeDescription } from "../../dist/node/index.js";
import { seedFile } from "../../dist/node/secrets.js";
import { freePort } from "./free-port.mjs";
import { discard } from "../../scripts/lib/discard.mjs";

const CLI = fileURLToPath(new URL("../../bin/cli/main.js", import.meta.url));
const ALL = ["data", "govern", "issue", "record", "seal"];
export const CITY = "MA.156.1301";
export const DEPARTMENT = "MA.156.1301.02";
export const CLASS = "MA.156.1301.02/LAMP";
const VALID_FROM = "2020-01-01";
/** Lamps of one chunk: what fits below 60 KiB. */
export const CHUNK_ITEMS = 200;

function key(word) {
  const seed = core.sha256(core.utf8(`bench ${word}`));
  const cose = core.coseKey({ kind: "ed25519", bytes: publicEd25519(seed) });
  return { seed, cose, kid: core.keyIdentifier(cose) };
}
const spec = (word, uses) => ({ key: key(word).cose, uses, label: word });
const named = (zh, validFrom = VALID_FROM) => ({ zh: { value: zh, validFrom } });

/** A ledger whose members, of whom one is enough, have keys that are no secret. */
export const genesisOf = (origin, policy = "quorum none\n") => ({
  app: 1,
  origin,
  time: Date.now(),
  names: named("统一标识"),
  countries: [{ country: "156", names: named("中国") }],
  members: ["A", "B"].map((id) => ({ id, names: { zh: id }, keys: [spec(id, ["govern", "issue"])] })),
  thresholds: { issue: 1, govern: 1 },
  recoveryDelay: 0,
  voidWindow: 30 * 24 * 3600,
  policy,
});

const originOf = (port) => `127.0.0.1:${port}/log`;

export class World {
  /** @param kept a directory that stays, and is gone on with where one was begun there */
  static async begin(kept) {
    const root = kept ?? mkdtempSync(join(tmpdir(), "cityid-bench-"));
    const data = join(root, "data");
    const begun = join(root, "port");
    if (existsSync(begun)) {
      const port = Number(readFileSync(begun, "utf8"));
      return new this({ root, port, origin: originOf(port), data, kept });
    }
    const port = await freePort();
    const origin = originOf(port);
    await createEmbeddedLedger(join(data, "ledger"), genesisOf(origin));
    await seedFile(join(data, "keys", "log.key"));
    await writeDescription(data, { origin });
    writeFileSync(begun, String(port));
    return new this({ root, port, origin, data, kept });
  }

  constructor(parts) {
    Object.assign(this, parts, { url: `http://127.0.0.1:${parts.port}`, lamps: 0 });
  }

  /** Starts the node with the defaults it is shipped with. @returns milliseconds until it was ready */
  async start() {
    const began = performance.now();
    this.child = spawn(process.execPath, [...(process.env.BENCH_PROF ? ["--cpu-prof", "--cpu-prof-dir=" + process.env.BENCH_PROF] : []), CLI, "start", "--data", this.data, "--port", String(this.port)], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, CITYID_LOG: "quiet" },
    });
    this.gone = new Promise((resolve) => this.child.once("exit", resolve));
    for (;;) {
      const ready = await fetch(`${this.url}/readyz`).then((r) => r.ok, () => false);
      if (ready) return performance.now() - began;
      if (this.child.exitCode !== null) throw new Error(`the node ended with ${this.child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(signal = "SIGTERM") {
    this.child?.kill(signal);
    await this.gone;
  }

  async end() {
    await this.stop();
    if (this.kept === undefined) discard(this.root);
  }

  sign(body, iss, word) {
    const { kid, seed } = key(word);
    const claims = new Map([[1, iss], [3, this.origin], [6, Math.floor(Date.now() / 1000)]]);
    const header = new Map([[1, -8], [3, core.OPERATION_TYPE], [4, kid], [15, claims]]);
    const protectedBytes = core.encodeCbor(header);
    const payload = core.encodePayload(body);
    const signature = signEd25519(seed, core.sigStructure(protectedBytes, payload));
    return core.encodeSign1({ protectedBytes, payload, signature });
  }

  async submit(items, url = this.url) {
    const response = await fetch(`${url}/v1/operations`, {
      method: "POST",
      headers: { "content-type": "application/cbor-seq" },
      body: core.concat(...items),
    });
    const answer = await response.json();
    if (response.status === 503 || response.status === 429) return this.later(items, response, url);
    if (!response.ok) throw new Error(JSON.stringify(answer));
    const refused = answer.results.find(({ status }) => status !== "accepted");
    if (refused) throw new Error(JSON.stringify(refused));
    return answer;
  }

  async later(items, response, url) {
    const seconds = Number(response.headers.get("retry-after") ?? "1");
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return this.submit(items, url);
  }

  /** City, department, class register and class. */
  async found() {
    const gazette = { names: { zh: "石家庄市" }, level: "prefecture", from: "1981", source: "bench" };
    const application = this.sign(
      { op: "apply", code: CITY, names: named("石家庄市"), keys: [spec("city", ALL)], evidence: [{ title: "x", commit: core.sha256(core.utf8("x")) }] },
      CITY,
      "city",
    );
    const decision = core.readItem(application).envelope.id;
    const classes = { op: "classes", items: [{ class: "LAMP", names: { zh: "路灯" }, public: "all" }] };
    await this.submit([
      this.sign({ op: "gazette", items: [{ code: CITY, add: [gazette] }] }, "member/A", "A"),
      this.sign({ op: "admit", application }, "member/A", "A"),
      this.sign({ op: "endorse", decision, vote: "approve" }, "member/A", "A"),
      this.sign({ op: "propose", inner: classes }, "member/A", "A"),
      this.sign({ op: "register", items: [{ code: DEPARTMENT, kind: "department", names: named("交通运输局"), keys: [spec("department", ALL)] }] }, CITY, "city"),
      this.sign({ op: "register", items: [{ code: CLASS, kind: "class", class: "LAMP", names: named("路灯") }] }, DEPARTMENT, "department"),
    ]);
  }

  /** The private key behind a word, hex. */
  seedOf(word) {
    return core.hex(key(word).seed);
  }

  codeOf(n) {
    return `${CLASS}/${String(n).padStart(7, "0")}`;
  }

  /** Chunks of `count` more lamps, signed by one manifest; each record's `op` is the leaf hash of its chunk. */
  prepareImport(count) {
    const from = this.lamps;
    const groups = [];
    for (let at = from; at < from + count; at += CHUNK_ITEMS) {
      const size = Math.min(CHUNK_ITEMS, from + count - at);
      groups.push(core.encodeChunkItems(Array.from({ length: size }, (_, i) => this.lamp(at + i))));
    }
    const tree = core.treeOf(groups.map(core.hashLeaf));
    const root = core.rootOf(tree);
    const body = { op: "manifest", what: "register", under: CLASS, count, chunks: groups.length, root };
    const manifest = this.sign(body, DEPARTMENT, "department");
    const id = core.readItem(manifest).envelope.id;
    const chunks = groups.map((items, index) =>
      frame(items, { manifest: id, index, path: core.inclusionPath(tree, index) }),
    );
    this.lamps += count;
    return { manifest, chunks, from, count };
  }

  /** Makes bodies of `perRequest` updates each, of different records of an import, one change after the other. */
  updatesOf({ from, count, chunks }) {
    const ops = chunks.map(core.hashLeaf);
    const updated = new Map();
    return (howMany, offset, perRequest) => {
      const operations = Array.from({ length: howMany }, (_, i) => {
        const n = from + ((offset + i * 7919) % count);
        const prev = updated.get(n) ?? ops[Math.floor((n - from) / CHUNK_ITEMS)];
        const names = named(`更名${i}`, "2021-01-01");
        const operation = this.sign({ op: "update", code: this.codeOf(n), prev, names }, DEPARTMENT, "department");
        updated.set(n, core.hashLeaf(operation));
        return operation;
      });
      const bodies = [];
      for (let at = 0; at < howMany; at += perRequest) bodies.push(Buffer.concat(operations.slice(at, at + perRequest)));
      return bodies;
    };
  }

  lamp(n) {
    const street = STREETS[n % STREETS.length];
    return {
      code: this.codeOf(n),
      kind: "thing",
      class: "LAMP",
      names: named(`${street}路灯${n}号`),
      geometry: {
        value: { point: [1_140_000_000 + (n % 1000) * 1000, 380_000_000 + Math.floor(n / 1000) * 1000] },
        validFrom: VALID_FROM,
      },
      aliases: [{ scheme: "asset-no", value: `ZS-${n}` }],
    };
  }

  /** Hands the chunks in, several requests at once. @returns seconds until all were durable */
  async import({ manifest, chunks }, { perRequest = 16, concurrency = 3, urls = [this.url] } = {}) {
    await this.submit([manifest]);
    const began = performance.now();
    let next = 0;
    const worker = async (_, hand) => {
      while (next < chunks.length) {
        const part = chunks.slice(next, (next += perRequest));
        await this.submit(part, urls[hand % urls.length]);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return (performance.now() - began) / 1000;
  }

  rss() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return { residentMB: Math.round(kb("VmRSS") / 1024), peakMB: Math.round(kb("VmHWM") / 1024) };
  }
}

const STREETS = ["中山路", "裕华路", "和平路", "体育大街", "建设大街", "槐安路", "翟营大街", "友谊大街"];

/** `["chunk", {path, index, items, manifest}]` around items that are encoded already. */
function frame(items, { manifest, index, path }) {
  return core.concat(
    Uint8Array.of(0x82), core.encodeCbor("chunk"), Uint8Array.of(0xa4),
    core.encodeCbor("path"), core.encodeCbor(path), core.encodeCbor("index"), core.encodeCbor(index),
    core.encodeCbor("items"), items, core.encodeCbor("manifest"), core.encodeCbor(manifest),
  );
}
