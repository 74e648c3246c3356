import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { publicEd25519 } from "#crypto";
import { HISTORY_BEGINNING } from "../../src/cli/verify/history-file.ts";
import {
  base64,
  type Checkpoint,
  formatVerifierKey,
  hashLeaf,
  parseCheckpoint,
  signCheckpoint,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { EXPORT_FORMAT } from "../../src/verify/data/index.ts";
import { formatFraudBundle } from "../../src/verify/index.ts";
import { CITY, code, LAMPS, LOG_SEED, named } from "../sdk/world.ts";
import { runHere } from "./in-process.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";
import { runCli } from "./served-world.ts";

// A stranger gets files and a policy, and no node: `runCli` knows none.

let office: Office;
let policy: string;
let checkpoint: string;
const lamp = `${LAMPS}/1`;
const at = (name: string) => join(office.directory, name);
const kept = async (name: string, text: string) => {
  await writeFile(at(name), text);
  return at(name);
};

beforeAll(async () => {
  office = await openOffice();
  const { act, client } = office.node;
  checkpoint = await kept("earlier", await client.checkpoint());
  const item = { code: code(lamp), kind: "thing" as const, class: "LAMP", names: named("灯") };
  const { hash } = await act({ op: "register", items: [item] }, CITY, "city");
  const prev = Uint8Array.from(Buffer.from(hash, "hex"));
  await act({ op: "update", code: code(lamp), prev, names: named("新灯") }, CITY, "city");
  policy = at("policy");
  await office.cli("export", "policy", policy);
  // The public checkpoint follows within a second.
  const { size } = parsed(await readFile(checkpoint, "utf8"));
  const hasGrown = async () => parsed(await client.checkpoint()).size > size;
  await vi.waitUntil(hasGrown, { timeout: 120_000, interval: 100 });
});
afterAll(() => office[Symbol.asyncDispose]());

function parsed(note: string): Checkpoint {
  const read = parseCheckpoint(note);
  if (!read.ok) throw new Error(read.error.code);
  return read.value;
}

const verify = (file: string, ...args: readonly string[]) =>
  runCli(["verify", file, "--policy", policy, ...args]);

const saidOf = ({ errors }: { readonly errors: string }): unknown => JSON.parse(errors);

describe("cityid verify", () => {
  test("shows the whole history of a code, from a file alone", async () => {
    const file = at("history.json");
    expect(jsonOf(await office.cli("history", lamp, "--proof", file, "--json"))).toMatchObject({
      code: lamp,
      history: file,
    });
    const people = await verify(file);
    expect(people).toMatchObject({ exit: 0, errors: "" });
    expect(people.out).toMatch(
      new RegExp(`^✔ ${lamp}: these 2 changes, and no others, made it what it is\\.\n {2}✔ active`),
    );
    expect(people.out).toMatch(/#\d+ +register +MA\.156\.1301 +.*names.*\n.*#\d+ +update/);
    expect(people.out).toMatch(/no witness/);
    const chinese = await verify(file, "--lang", "zh");
    expect(chinese.out).toMatch(/其现状由且仅由以下 2 项变更形成。/);
    const programs = jsonOf(await verify(file, "--json", "--code", lamp));
    expect(programs).toMatchObject({
      key: `code/${lamp}`,
      effective: { status: "active" },
      changes: [
        { kind: "register", chains: ["op", "control"], signed: { iss: CITY } },
        { kind: "update", chains: ["op"], time: expect.stringMatching(/Z$/) },
      ],
      gaps: [],
      cosignatures: [],
    });
    expect(problemOf(await verify(file, "--code", CITY))).toMatchObject({
      exit: 6,
      code: "CLI_PROOF_SUBJECT",
    });
  });

  test("refuses a history of which something was left out", async () => {
    const file = at("shortened.json");
    await office.cli("history", lamp, "--proof", file);
    const json = JSON.parse(await readFile(file, "utf8"));
    json.entries.splice(0, 1);
    await writeFile(file, JSON.stringify(json));
    const refused = problemOf(await verify(file));
    expect(refused).toMatchObject({ exit: 6, code: "CLI_PROOF" });
    expect(refused.what).toMatch(/HISTORY_MISSING/);
  });

  test("says how to ask again for a proof that does not bring what stands above its code", async () => {
    const file = await kept("alone.json", await office.node.client.proof(`code/${lamp}`));
    const english = problemOf(await verify(file));
    expect(english).toMatchObject({ exit: 6, code: "CLI_PROOF_INCOMPLETE" });
    expect(english.what).toMatch(`code/${LAMPS}`);
    expect(english.remedy).toMatch(/effective=1.*cityid show .*GET \/v1\/proof\?key=/);
    const chinese = problemOf(await verify(file, "--lang", "zh"));
    expect(chinese.remedy).toMatch(/effective=1.*cityid show .*\/v1\/proof\?key=/);
    await office.cli("show", lamp, "--proof", file);
    expect(await verify(file)).toMatchObject({ exit: 0 });
  });

  test("reads a proof as programs leave it, and through a pipe", async () => {
    const file = at("lamp.json");
    await office.cli("show", lamp, "--proof", file);
    const text = await readFile(file, "utf8");
    const marked = await kept("marked.json", `\uFEFF\n${text.replaceAll(",", ",\r\n")}`);
    expect(await verify(marked, "--code", lamp)).toMatchObject({ exit: 0, errors: "" });
    const pipe = at("pipe");
    execFileSync("mkfifo", [pipe]);
    const [verdict] = await Promise.all([verify(pipe, "--code", lamp), writeFile(pipe, text)]);
    expect(verdict).toMatchObject({ exit: 0, errors: "" });
    const [history] = await Promise.all([
      verify(pipe, "--code", lamp),
      readFile(at("history.json")).then((pages) => writeFile(pipe, pages)),
    ]);
    expect(history).toMatchObject({ exit: 0, errors: "" });
    const [table] = await Promise.all([
      verify(pipe, "--json"),
      writeFile(pipe, JSON.stringify({ format: EXPORT_FORMAT })),
    ]);
    expect(saidOf(table)).toMatchObject({ code: "CLI_FILE", exit: 2 });
  });

  test("says that a file is no proof, whatever else it is, and ends where it does not", async () => {
    const others = ["", "\xff\xd8\xff", "hello\n", "{}", "null", '{"format":"x"}'];
    const files = [policy, checkpoint];
    for (const [i, text] of others.entries()) files.push(await kept(`other-${i}`, text));
    for (const file of files) {
      expect(saidOf(await verify(file, "--json"))).toMatchObject({
        code: "CLI_FILE_FORMAT",
        facts: { path: file },
        exit: 2,
      });
    }
    expect(saidOf(await verify("/dev/zero", "--json"))).toMatchObject({
      code: "CLI_FILE",
      facts: { errno: "EFBIG" },
    });
    const crlf = await kept("crlf", (await readFile(policy, "utf8")).replaceAll("\n", "\r\n"));
    const refused = await runCli(["verify", at("lamp.json"), "--policy", crlf]);
    expect(refused).toMatchObject({ exit: 2 });
    expect(refused.errors).toContain("(POLICY_CHARACTER, line 1)");
  });

  test("says of a proof by another log, and of one too old, what can be done", async () => {
    const name = "elsewhere.test/log";
    const vkey = formatVerifierKey(verifierKey(name, "ed25519", publicEd25519(LOG_SEED)));
    const stranger = await runCli(["verify", at("lamp.json"), "--vkey", vkey]);
    expect(problemOf(stranger)).toMatchObject({ exit: 6, code: "CLI_PROOF_LOG" });
    const late = await verify(at("lamp.json"), "--max-age", "0", "--json");
    expect(saidOf(late)).toMatchObject({
      code: "CLI_PROOF_OLD",
      facts: { cause: "PROOF_AGE", maxSeconds: 0 },
      exit: 6,
    });
    const both = await verify(at("lamp.json"), "--vkey", vkey);
    expect(problemOf(both)).toMatchObject({ exit: 2, code: "CLI_USAGE" });
  });

  test("takes the code as people write it: printed with its check character, in lower case", async () => {
    const file = at("printed.json");
    expect(await office.cli("show", lamp, "--proof", file)).toMatchObject({ exit: 0 });
    const { check } = jsonOf(await office.cli("show", lamp, "--json"));
    for (const text of [lamp, `${lamp}*${check}`, lamp.toLowerCase()])
      expect(await verify(file, "--code", text), text).toMatchObject({ exit: 0 });
    expect(problemOf(await verify(file, "--code", "foo"))).toMatchObject({
      exit: 2,
      code: "CLI_CODE",
    });
  });

  test("takes no receipt, growth or fraud for the proof of a code", async () => {
    const growth = at("of-a-code.json");
    await office.cli("export", "growth", checkpoint, growth);
    const receipt = at("of-a-code.receipt");
    const key = await office.keyOf("city");
    const words = ["update", lamp, "--name", "zh=新新灯", "--key", key, "--as", CITY, "--yes"];
    expect(await office.cli(...words, "--receipt", receipt)).toMatchObject({ exit: 0 });
    for (const file of [growth, receipt]) {
      expect(await verify(file)).toMatchObject({ exit: 0 });
      expect(problemOf(await verify(file, "--code", lamp))).toMatchObject({
        exit: 6,
        code: "CLI_PROOF_SUBJECT",
      });
    }
  });

  test.runIf(existsSync("/proc/self/fd"))("leaves no file open that it read from", async () => {
    const broken = await kept("broken.proof", `${JSON.stringify({ format: EXPORT_FORMAT })}\n`);
    const pages = await kept("broken.history", `${HISTORY_BEGINNING},\n`);
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let i = 0; i < 10; i++) {
      for (const file of [broken, pages]) {
        expect(await runHere(["verify", file, "--policy", policy])).toMatchObject({ exit: 6 });
      }
    }
    // Others may open something meanwhile; each run would leave one or more.
    expect(open() - before).toBeLessThan(10);
  });

  test("tells the facts of what does not hold, hashes as they are written elsewhere", async () => {
    const elsewhere = await verify(await kept("empty.json", "[]"));
    expect(elsewhere).toMatchObject({ exit: 6 });
    expect(elsewhere.errors).toContain("CLI_PROOF  got=0  max=12  cause=PROOF_CHAIN_LENGTH");
    const proof = JSON.parse(await readFile(at("lamp.json"), "utf8"));
    const value = base64(utf8("another"));
    const changed = await kept("changed.json", JSON.stringify({ ...proof, value }));
    expect(saidOf(await verify(changed, "--json"))).toMatchObject({
      facts: { cause: "PROOF_MAP_ROOT", got: expect.stringMatching(/^[0-9a-f]{64}$/u) },
      exit: 6,
    });
  });

  test("shows that the log only grew since a checkpoint that was kept, or since a receipt", async () => {
    const file = at("growth.json");
    const made = jsonOf(await office.cli("export", "growth", checkpoint, file, "--json"));
    const people = await verify(file);
    expect(people).toMatchObject({ exit: 0, errors: "" });
    expect(people.out).toMatch(`✔ The log only grew, from ${made.first} to ${made.second} entries`);
    expect((await verify(file, "--lang", "zh")).out).toMatch(/日志只增不改/);
    expect(jsonOf(await verify(file, "--json"))).toMatchObject({
      first: { size: made.first },
      second: { size: made.second, signedBy: [expect.stringMatching(/^node\.test\/log\+/)] },
    });
    const { receipt } = await office.node.act(
      { op: "update", code: code(lamp), prev: await opOf(lamp), names: named("再") },
      CITY,
      "city",
    );
    const since = await kept("receipt", receipt);
    const itself = await office.cli("export", "growth", since, `${office.directory}/./receipt`);
    expect(problemOf(itself)).toMatchObject({ exit: 2, code: "CLI_FILE_EXISTS" });
    expect(await readFile(since, "utf8")).toBe(receipt);
    const shorter = await office.cli("export", "growth", since, at("none.json"));
    // Until the public checkpoint has caught up, the node shows less than the receipt.
    if (shorter.exit !== 0) expect(problemOf(shorter)).toMatchObject({ code: "CLI_LOG_SHORTER" });
    await expect
      .poll(async () => (await office.cli("export", "growth", since, file)).exit, {
        interval: 500,
      })
      .toBe(0);
    expect(await verify(file)).toMatchObject({ exit: 0 });
  });

  test("convicts a log that contradicts a checkpoint that was kept", async () => {
    const { origin, size } = parsed(await readFile(checkpoint, "utf8"));
    const key = verifierKey(origin, "ed25519", publicEd25519(LOG_SEED));
    const forged = { origin, size, root: hashLeaf(utf8("another history")) };
    const note = signCheckpoint(forged, [{ key, seed: LOG_SEED }]);
    const file = at("fraud.json");
    const refused = problemOf(
      await office.cli("export", "growth", await kept("forged", note), file, "--lang", "zh"),
    );
    expect(refused).toMatchObject({ exit: 6, code: "CLI_FRAUD" });
    expect(refused.what).toMatch(/与您留存的检查点相矛盾/);
    const people = await verify(file);
    expect(people).toMatchObject({ exit: 0, errors: "" });
    expect(people.out).toMatch(/^✘ Fraud is proved: whoever holds the key of node\.test\/log/);
    expect(people.out).toMatch(`The first ${size} entries of the log of`);
    expect((await verify(file, "--lang", "zh")).out).toMatch(/欺诈属实/);
    expect(jsonOf(await verify(file, "--json"))).toMatchObject({
      fraud: true,
      origin,
      how: { kind: "prefix" },
    });
    const first = await readFile(checkpoint, "utf8");
    const roots = await kept("roots.json", formatFraudBundle({ first, second: note }));
    expect((await verify(roots)).out).toMatch(/Two different logs of the same size/);
    // Slander: the same checkpoint twice.
    const same = await kept("same.json", formatFraudBundle({ first, second: first }));
    const nothing = problemOf(await verify(same));
    expect(nothing).toMatchObject({ exit: 6, code: "CLI_PROOF" });
    expect(nothing.what).toMatch(/FRAUD_SAME_ROOT/);
  });

  test("is told what to compare with: a file that is no checkpoint, or one of another log", async () => {
    const text = await kept("text", "hello\n");
    expect(problemOf(await office.cli("export", "growth", text, at("x")))).toMatchObject({
      exit: 2,
      code: "CLI_FILE_FORMAT",
    });
    expect(problemOf(await office.cli("export", "growth", at("none"), at("x")))).toMatchObject({
      exit: 2,
    });
    const seed = LOG_SEED;
    const key = verifierKey("other.test/log", "ed25519", publicEd25519(seed));
    const other = { origin: "other.test/log", size: 1, root: hashLeaf(utf8("x")) };
    const note = await kept("other", signCheckpoint(other, [{ key, seed }]));
    expect(problemOf(await office.cli("export", "growth", note, at("x")))).toMatchObject({
      exit: 6,
      code: "CLI_PROOF_SUBJECT",
    });
  });

  async function opOf(text: string): Promise<Uint8Array> {
    const { record } = await office.node.client.record(text);
    return Uint8Array.from(Buffer.from(record.op, "hex"));
  }
});
