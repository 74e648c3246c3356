import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../cli/served-world.ts";
import { discard } from "../discard.ts";
import { CITY, issueCity, signAs } from "../sdk/world.ts";
import { flip } from "./flip.ts";
import { loadOn, nextFact } from "./load.ts";
import { beginLedger, type RealNode, startRealNode, until } from "./real-node.ts";

// A backup that is taken while the node writes, and what becomes of it.

let root: string;
let node: RealNode;
let backup: string;
/** What the node had acknowledged when the backup began, and when it was done. */
let before: readonly string[];
let after: readonly string[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-backup-"));
  const data = await beginLedger(root);
  node = await startRealNode({ data });
  await issueCity(node);
  backup = join(root, "backup");
  const load = loadOn(node);
  await until(async () => load.acknowledged.length >= 100 || undefined);
  before = [...load.acknowledged];
  const ran = await runCli(["backup", data, backup, "--json"]);
  after = [...load.acknowledged];
  // It did write meanwhile, and goes on.
  await until(async () => load.acknowledged.length > after.length + 10 || undefined);
  await load.stop();
  expect(ran).toMatchObject({ exit: 0, errors: "" });
  expect(load.others).toEqual([]);
});
afterAll(async () => {
  await node.stop();
  discard(root);
});

test("it was taken under load, and an audit finds every signature, rule and root right", async () => {
  expect(after.length).toBeGreaterThan(before.length);
  const audit = await runCli(["audit", backup, "--json"]);
  expect(audit).toMatchObject({ exit: 0, errors: "" });
  const { entries, intact } = JSON.parse(audit.out);
  expect(intact).toBe(true);
  // At least all that was acknowledged when it began.
  expect(entries).toBeGreaterThan(before.length);
});

test("it holds no key unless that was asked for", async () => {
  expect(readdirSync(backup).sort()).toEqual(["cityid.json", "ledger"]);
  expect(readdirSync(join(backup, "ledger"))).toEqual(["journal"]);
  const whole = join(root, "with-keys");
  // Those of a validator are never copied: two that vote with one key look like a traitor.
  const ofValidator = ["cosigner.key", "validator.key", "peer.key"];
  for (const name of ofValidator) writeFileSync(join(node.data, "keys", name), "a seed");
  expect((await runCli(["backup", node.data, whole, "--with-keys"])).exit).toBe(0);
  expect(existsSync(join(whole, "keys", "log.key"))).toBe(true);
  for (const name of ofValidator) {
    expect(existsSync(join(whole, "keys", name))).toBe(false);
    rmSync(join(node.data, "keys", name));
  }
});

test("proofs of fraud go along: they are worth something to others as well", async () => {
  mkdirSync(join(node.data, "fraud"));
  writeFileSync(join(node.data, "fraud", "log.json"), "a proof");
  const copy = join(root, "with-fraud");
  expect((await runCli(["backup", node.data, copy])).exit).toBe(0);
  expect(readFileSync(join(copy, "fraud", "log.json"), "utf8")).toBe("a proof");
  discard(join(node.data, "fraud"));
});

test("it is not written over something else", async () => {
  const ran = await runCli(["backup", node.data, backup]);
  expect(ran).toMatchObject({ exit: 10, out: "" });
  expect(ran.errors).toMatch(/is not empty, and nothing is written over[\s\S]*NODE_NOT_EMPTY/);
  const nothing = await runCli(["backup", root, join(root, "of-nothing")]);
  expect(nothing).toMatchObject({ exit: 10, out: "" });
  expect(nothing.errors).toMatch(/NODE_NOT_BEGUN/);
});

test("it is not written into what it is a copy of, nor brought back into itself", async () => {
  const link = join(root, "link");
  symlinkSync(node.data, link);
  for (const [command, from, below] of [
    ["backup", node.data, node.data],
    ["backup", node.data, link],
    ["restore", backup, backup],
  ] as const) {
    const to = join(below, "deep", "copy");
    const ran = await runCli([command, from, to, "--json"]);
    expect(ran).toMatchObject({ exit: 10, out: "" });
    expect(JSON.parse(ran.errors)).toMatchObject({ code: "NODE_INSIDE", facts: { path: to } });
    expect(existsSync(join(from, "deep"))).toBe(false);
  }
  // A name that only begins alike lies beside it.
  expect((await runCli(["backup", node.data, `${node.data}-copy`])).exit).toBe(0);
});

test("it comes back read-only, until its operator says that nobody saw a newer state", async () => {
  const data = join(root, "restored");
  const restored = await runCli(["restore", backup, data]);
  expect(restored).toMatchObject({ exit: 0, errors: "" });
  expect(restored.out).toMatch(/takes no writes .* cityid start --confirm-restored/);
  // A backup without keys: the log's key is put back from where it is kept.
  const keyless = await runCli(["start", "--data", data, "--port", "0"]);
  expect(keyless).toMatchObject({ exit: 10, out: "" });
  expect(keyless.errors).toMatch(/no .*log\.key[\s\S]*--with-keys[\s\S]*NODE_LOG_KEY/);
  mkdirSync(join(data, "keys"));
  cpSync(join(node.data, "keys", "log.key"), join(data, "keys", "log.key"));

  await using idle = await startRealNode({ data });
  await until(async () => idle.log().includes("It takes no writes: LEDGER_RESTORED") || undefined);
  for (const hash of before) expect(await idle.client.entry(hash)).toMatchObject({ hash });
  expect(await idle.client.record(CITY)).toMatchObject({ effective: { status: "active" } });
  const { bytes } = await signAs(nextFact(), "member/A", "member/A");
  const refused = await fetch(`${idle.url}/v1/operations`, {
    method: "POST",
    headers: { "content-type": "application/cose" },
    body: new Uint8Array(bytes),
  });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, null]);
  expect(await refused.json()).toMatchObject({ code: "LEDGER_RESTORED" });
  const ready = await fetch(`${idle.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { fault: "LEDGER_RESTORED" }]);
  expect(await idle.stop()).toBe(0);

  await using confirmed = await startRealNode({ data, args: ["--confirm-restored"] });
  expect(await confirmed.client.submit(bytes)).toMatchObject({ status: "accepted" });
  expect(await confirmed.stop()).toBe(0);
  // Said once, it is said.
  await using again = await startRealNode({ data });
  expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
});

test("of a copy of a validator's whole directory, what it votes with comes back only where that is said", async () => {
  const copy = join(root, "copy");
  cpSync(node.data, copy, { recursive: true, filter: (path) => !/lock|index\.db/.test(path) });
  const keys = ["cosigner.key", "validator.key", "peer.key"].map((name) => join("keys", name));
  const engine = ["config/priv_validator_key.json", "data/priv_validator_state.json"];
  const votes = [...keys, ...engine.map((name) => join("comet", name))];
  for (const directory of ["config", "data"]) {
    mkdirSync(join(copy, "comet", directory), { recursive: true });
  }
  for (const name of votes) writeFileSync(join(copy, name), "of a validator");
  const there = (data: string) => votes.filter((name) => existsSync(join(data, name)));

  const plain = join(root, "plain");
  expect(await runCli(["restore", copy, plain])).toMatchObject({ exit: 0, errors: "" });
  expect(existsSync(join(plain, "keys", "log.key"))).toBe(true);
  expect(there(plain)).toEqual([]);
  const validator = join(root, "validator");
  const said = await runCli(["restore", copy, validator, "--as-validator"]);
  expect(said).toMatchObject({ exit: 0, errors: "" });
  expect(there(validator)).toEqual(votes);
});

test("a damaged one is not brought back", async () => {
  const damaged = join(root, "damaged");
  cpSync(backup, damaged, { recursive: true });
  await flip(join(damaged, "ledger", "journal"), 500);
  const ran = await runCli(["restore", damaged, join(root, "never"), "--json"]);
  expect(ran).toMatchObject({ exit: 6, out: "" });
  expect(JSON.parse(ran.errors)).toMatchObject({
    code: "CLI_DAMAGED",
    facts: { cause: "JOURNAL_DAMAGED", detail: "digest", offset: expect.any(Number) },
  });
  expect(existsSync(join(root, "never"))).toBe(false);
});
