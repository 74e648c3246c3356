import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatTilePath, hashLeaf, tileRow, utf8 } from "../../src/core/index.ts";
import { jsonOf, type Office, openOffice, problemOf } from "../cli/office.ts";
import { runCli } from "../cli/served-world.ts";
import { discard } from "../discard.ts";
import { MAIN, until } from "../node/real-node.ts";
import { code, LAMPS, named } from "../sdk/world.ts";
import { filesOf, gazette, POLICY, serveFiles, writtenLog } from "./kit.ts";

// The compiled command against a real node, and against files that somebody with the log's key wrote.

let root: string;
let office: Office;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-audit-"));
  office = await openOffice();
  await register(0, 300);
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  discard(root);
});

async function register(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const item = { code: code(`${LAMPS}/A${n}`), kind: "thing" as const, class: "LAMP" };
    const operation = { op: "register" as const, items: [{ ...item, names: named(`灯${n}`) }] };
    await office.node.act(operation, "MA.156.1301", "city");
  }
}

const fresh = (): string => mkdtempSync(join(root, "dir-"));
const size = async (url = office.node.url): Promise<number> => {
  const response = await fetch(`${url}/log/checkpoint`);
  return response.ok ? Number((await response.text()).split("\n")[1]) : 0;
};
/** Resolves once the public checkpoint covers everything, which may take a second. */
const settled = () =>
  until(async () => {
    const [published, { size: newest }] = [await size(), await office.node.client.node()];
    return published === newest ? newest : undefined;
  });

describe("cityid audit URL", () => {
  test("audits a real node, by a policy or by its own word", async () => {
    const want = await settled();
    const policy = await office.file("policy", await policyOf());
    const cache = fresh();
    const report = jsonOf(
      await runCli(["audit", office.node.url, "--policy", policy, "--cache", cache, "--json"]),
    );
    expect(report).toMatchObject({ intact: true, size: want, policyFrom: "given" });
    const again = await runCli(["audit", office.node.url, "--cache", fresh()]);
    expect(again).toMatchObject({ exit: 0, errors: "" });
    expect(again.out).toMatch(/the node's own word/);
    expect(again.out).toMatch(/no witness/);
    expect(again.out).toContain(`${want} entries are right`);
  });

  test("keeps its cache where the system keeps caches", async () => {
    const home = fresh();
    const ran = await runCli(["audit", office.node.url], { XDG_CACHE_HOME: home });
    expect(ran.exit).toBe(0);
    expect(readdirSync(join(home, "cityid", "audit"))).toHaveLength(1);
  });

  test("goes on after a kill without fetching anything twice", async () => {
    const log = await writtenLog(1300);
    await using server = await serveFiles(filesOf(log.entries));
    // The last bundle but one is withheld, so the run cannot end.
    server.instead = (path) => path === "tile/entries/004";
    const cache = fresh();
    const args = ["audit", server.url, "--cache", cache];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
    const ended = new Promise<string | null>((resolve) =>
      child.once("close", (_, signal) => resolve(signal)),
    );
    const kept = (path: string) =>
      readdirSync(cache).some((origin) => existsSync(join(cache, origin, "log", path)));
    const wanted = ["tile/entries/000", "tile/entries/001", "tile/entries/002", "tile/entries/003"];
    await until(async () => (wanted.every(kept) ? true : undefined));
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    const arrived = [...new Set(server.asked)].filter(kept);
    expect(arrived).toEqual(expect.arrayContaining(wanted));
    server.asked.length = 0;
    server.instead = () => false;
    const report = jsonOf(await runCli([...args, "--json"]));
    expect(report).toMatchObject({ intact: true, size: log.entries.length });
    // Only what was asked for and had not arrived is asked for once more.
    expect(server.asked.filter((path) => arrived.includes(path))).toEqual([]);
  });

  test("ends at once with 130 on Ctrl-C, also while it waits for an answer", async () => {
    const log = await writtenLog(600);
    await using server = await serveFiles(filesOf(log.entries));
    server.instead = (path) => path === "tile/entries/001";
    const cache = fresh();
    const args = ["audit", server.url, "--cache", cache];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    await until(async () => (server.asked.includes("tile/entries/001") ? true : undefined));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    server.instead = () => false;
    expect(jsonOf(await runCli([...args, "--json"]))).toMatchObject({ intact: true });
  });

  test("asks a real node for every partial tile of earlier sizes", async () => {
    const want = await settled();
    const args = ["audit", office.node.url, "--cache", fresh(), "--every-width", "--json"];
    const edges = [want % 256, want % 256, Math.floor(want / 256)];
    const narrower = edges.reduce((sum, width) => sum + Math.max(0, width - 1), 0);
    expect(jsonOf(await runCli(args))).toMatchObject({ intact: true, narrower });
  });

  test("ends with 6 and names index and cause where the log's own key signed what is false", async () => {
    const log = await writtenLog(20);
    log.skip();
    log.close([await gazette(5000)], hashLeaf(utf8("not the root")));
    const index = log.entries.length - 1;
    await using server = await serveFiles(filesOf(log.entries));
    const policy = join(root, "policy");
    writeFileSync(policy, POLICY);
    const args = ["audit", server.url, "--policy", policy, "--cache", fresh()];
    const ran = await runCli(args);
    expect(ran.exit).toBe(6);
    expect(ran.out).toMatch(/Audited against the checkpoint of 2\d entries/);
    expect(problemOf({ ...ran, out: "" })).toMatchObject({
      code: "CLI_AUDIT",
      what: expect.stringMatching(new RegExp(`entry ${index} claims.*REPLAY_MAP_ROOT`)),
    });
    const json = await runCli([...args, "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      intact: false,
      refusal: { code: "REPLAY_MAP_ROOT", index },
    });
    expect(JSON.parse(json.errors)).toMatchObject({ code: "CLI_AUDIT", exit: 6 });
    const chinese = await runCli([...args, "--lang", "zh"]);
    expect(chinese.errors).toMatch(new RegExp(`条目 ${index} 声称映射根`));
  });

  test("ends with 5 where nobody answers, with 2 where the policy is none", async () => {
    const silent = await runCli(["audit", "http://127.0.0.1:9", "--cache", fresh()]);
    expect(silent.exit).toBe(5);
    const policy = await office.file("no-policy", "trust me\n");
    const ran = await runCli(["audit", office.node.url, "--policy", policy]);
    expect(problemOf(ran)).toMatchObject({ exit: 2, code: "CLI_FILE_FORMAT" });
  });

  test.each(["audit", "mirror"])(
    "%s says what an address is that serves no log",
    async (command) => {
      await using served = await serveFiles(new Map());
      const block = Buffer.alloc(512 * 1024, 65);
      const answers = {
        missing: (response: ServerResponse) => response.writeHead(404).end("no such page"),
        endless: (response: ServerResponse) => response.writeHead(200).end(block),
        sentOn: (response: ServerResponse) =>
          response.writeHead(302, { location: "https://elsewhere.test/" }).end(),
      };
      const ran: Record<string, unknown> = {};
      for (const [name, answer] of Object.entries(answers)) {
        served.instead = (_, response) => {
          answer(response);
          return true;
        };
        const where = command === "audit" ? ["--cache", fresh()] : [fresh(), "--once"];
        const { exit, errors } = await runCli([command, served.url, ...where, "--json"]);
        const { code, facts } = JSON.parse(errors);
        ran[name] = [exit, code, facts.refusal?.code ?? facts.cause ?? facts.status];
      }
      expect(ran).toEqual({
        missing: [6, "CLI_AUDIT", "AUDIT_MISSING"],
        endless: [6, "CLI_AUDIT", "AUDIT_SIZE"],
        sentOn: [3, "HTTP_ANSWER", 302],
      });
    },
  );
});

describe("cityid mirror", () => {
  test("keeps no copy among the files of a node", async () => {
    const { url, data } = office.node;
    const before = readdirSync(data);
    const { exit, errors } = await runCli(["mirror", url, data, "--once", "--json"]);
    expect({ exit, problem: JSON.parse(errors) }).toMatchObject({
      exit: 10,
      problem: { code: "NODE_BEGUN", facts: { path: data } },
    });
    expect(readdirSync(data)).toEqual(before);
  });

  test("copies what there is, resumes, and keeps files that any web server serves", async () => {
    const want = await settled();
    const directory = fresh();
    const report = jsonOf(await runCli(["mirror", office.node.url, directory, "--once", "--json"]));
    expect(report).toMatchObject({ intact: true, size: want, replayed: { before: 0 } });
    const again = jsonOf(await runCli(["mirror", office.node.url, directory, "--once", "--json"]));
    expect(again).toMatchObject({ size: want, fetched: { requests: 1 } });
    const note = await (await fetch(`${office.node.url}/log/checkpoint`)).text();
    expect(readFileSync(join(directory, "log/checkpoint"), "utf8")).toBe(note);
    await using served = await serveFiles(new Map());
    served.instead = (path, response) => {
      const file = join(directory, "log", path);
      const exists = existsSync(file);
      response.writeHead(exists ? 200 : 404).end(exists ? readFileSync(file) : undefined);
      return true;
    };
    const policy = await office.file("policy", await policyOf());
    const audited = await runCli([
      "audit",
      served.url,
      "--policy",
      policy,
      "--cache",
      fresh(),
      "--json",
    ]);
    expect(jsonOf(audited)).toMatchObject({ intact: true, size: want });
  });

  test("shows no checkpoint before all that it covers is there, whenever it is killed", async () => {
    const log = await writtenLog(600);
    await using server = await serveFiles(filesOf(log.entries));
    server.instead = (path) => path === "tile/entries/001";
    const directory = fresh();
    const args = ["mirror", server.url, directory, "--once"];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const first = join(directory, "log/tile/entries/000");
    await until(async () => (existsSync(first) ? true : undefined));
    child.kill("SIGKILL");
    await ended;
    expect(existsSync(join(directory, "log/checkpoint"))).toBe(false);
    server.instead = () => false;
    expect(jsonOf(await runCli([...args, "--json"]))).toMatchObject({ size: log.entries.length });
    expect(readFileSync(join(directory, "log/checkpoint"), "utf8")).toBe(
      new TextDecoder().decode(server.files.get("checkpoint")),
    );
    const served = new Set(filesOf(log.entries).keys());
    for (const path of served) expect(existsSync(join(directory, "log", path))).toBe(true);
  });

  test.skipIf(spawnSync("go", ["version"]).status !== 0)(
    "is a log to Go's sumdb too (needs Go)",
    async () => {
      const program = join(root, "check");
      const module = fileURLToPath(new URL("../go", import.meta.url));
      execFileSync("go", ["build", "-o", program, "."], { cwd: module, stdio: "inherit" });
      const want = await settled();
      const mirror = await startMirror(office.node.url, fresh());
      await until(async () => ((await size(mirror.url)) === want ? true : undefined));
      const { vkeys } = await office.node.client.node();
      const { stdout } = await promisify(execFile)(program, [`${mirror.url}/log`, vkeys[0] ?? ""]);
      expect(stdout).toMatch(new RegExp(`^ok .* size=${want} `));
      await mirror.stop();
    },
  );

  test("can check the tree alone, and says so", async () => {
    const ran = await runCli(["mirror", office.node.url, fresh(), "--once", "--tree-only"]);
    expect(ran.exit).toBe(0);
    expect(ran.out).toMatch(/rules and map roots were not checked/);
  });

  test("follows a node, serves the same bytes at every width, and stops in good order", async () => {
    await settled();
    const directory = fresh();
    const mirror = await startMirror(office.node.url, directory);
    const before = await until(async () => (await size(mirror.url)) || undefined);
    await register(300, 310);
    const want = await settled();
    expect(want).toBeGreaterThan(before);
    await until(async () => ((await size(mirror.url)) === want ? true : undefined));
    const paths = ["checkpoint"];
    for (let level = 0; tileRow(level, want) > 0; level++) {
      const row = tileRow(level, want);
      for (let index = 0; index * 256 < row; index++) {
        const widest = Math.min(256, row - index * 256);
        for (const width of new Set([1, Math.ceil(widest / 2), widest])) {
          paths.push(formatTilePath({ kind: "hashes", level, index, width }));
          if (level === 0) paths.push(formatTilePath({ kind: "entries", index, width }));
        }
      }
    }
    for (const path of paths) {
      const [theirs, ours] = await Promise.all(
        [office.node.url, mirror.url].map((url) => fetch(`${url}/log/${path}`)),
      );
      expect(`${path} ${ours?.status}`).toBe(`${path} 200`);
      expect(Buffer.from(await (ours as Response).arrayBuffer())).toEqual(
        Buffer.from(await (theirs as Response).arrayBuffer()),
      );
      expect(ours?.headers.get("cache-control")).toBe(theirs?.headers.get("cache-control"));
    }
    const beyond = formatTilePath({ kind: "entries", index: Math.floor(want / 256), width: 255 });
    expect((await fetch(`${mirror.url}/log/${beyond}`)).status).toBe(404);
    expect(await mirror.stop()).toBe(0);
    expect(
      jsonOf(await runCli(["mirror", office.node.url, directory, "--once", "--json"])),
    ).toMatchObject({
      replayed: { before: want },
    });
  });

  test("serves on while what it is given is wrong, and ends with 6 at a split view", async () => {
    const log = await writtenLog(300);
    await using server = await serveFiles(filesOf(log.entries));
    const directory = fresh();
    const mirror = await startMirror(server.url, directory);
    const before = log.entries.length;
    await until(async () => ((await size(mirror.url)) === before ? true : undefined));
    const longer = await writtenLog(600, 1000);
    const bad = filesOf([...log.entries, ...log.entries.slice(0, 300)]);
    bad.set("tile/entries/001", new Uint8Array(3));
    server.files = bad;
    await until(async () => (mirror.said().includes("BUNDLE_SHORT") ? true : undefined));
    expect(await size(mirror.url)).toBe(before);
    server.files = filesOf(longer.entries);
    expect(await mirror.ended).toBe(6);
    expect(mirror.said()).toMatch(/AUDIT_SPLIT/);
    const proofs = readdirSync(directory).filter((name) => name.startsWith("fraud-"));
    expect(proofs).toHaveLength(1);
    expect(readFileSync(join(directory, "log/checkpoint"), "utf8")).toContain(`\n${before}\n`);
  });
});

async function policyOf(): Promise<string> {
  return (await office.node.client.node()).policy;
}

async function startMirror(url: string, directory: string) {
  const args = ["mirror", url, directory, "--port", "0", "--every", "1"];
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, LANG: "en_US.UTF-8" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const at = await until(async () => {
    if (child.exitCode !== null) throw new Error(said);
    return /served at (http:\S+)\/log/.exec(said)?.[1];
  });
  return {
    url: at,
    ended,
    said: () => said,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
