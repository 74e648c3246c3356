import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatVerifierKey } from "../../src/core/index.ts";
import { dataDirectory } from "../../src/node/data-directory.ts";
import { addLogs, openWitness, writeFraud } from "../../src/node/witness.ts";
import { originHash } from "../../src/witness/index.ts";
import { discard } from "../discard.ts";
import { branch, LOG, ORIGIN, request } from "../witness/kit.ts";

// What a node keeps as a witness, on real files.

let root: string;
let lines: { readonly event: string; readonly facts: object | undefined }[];
const clock = { now: 1_795_000_000_000 };
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (event: string, facts?: object) => void lines.push({ event, facts }),
};
const open = () =>
  openWitness(dataDirectory(root), { origin: "w.test/log", clock: () => clock.now, log });
const POLICY = `log ${formatVerifierKey(LOG.key)}\nquorum none\n`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cityid-witness-files-"));
  lines = [];
});
afterEach(() => discard(root));

test("the key is made once, for its owner alone, and its memory says whose it is", async () => {
  const first = await open();
  const again = await open();
  expect(again?.vkey).toBe(first?.vkey);
  expect(readFileSync(join(root, "witness", "seen", "vkey"), "utf8")).toBe(`${first?.vkey}\n`);
  expect(statSync(join(root, "keys", "witness.key")).mode & 0o777).toBe(0o600);
});

test("a crash between the memory and the key leaves nothing that stops the next start", async () => {
  const first = await open();
  rmSync(join(root, "keys", "witness.key"));
  const next = await open();
  expect(next?.vkey).not.toBe(first?.vkey);
  expect((await open())?.vkey).toBe(next?.vkey);
});

test("a key is refused with the memory of another one, or none", async () => {
  await open();
  writeFileSync(join(root, "keys", "witness.key"), `${"11".repeat(32)}\n`);
  await expect(open()).rejects.toMatchObject({
    code: "LEDGER_DIRECTORY",
    facts: { why: "witness-memory" },
  });
  discard(join(root, "witness", "seen"));
  await expect(open()).rejects.toMatchObject({ facts: { why: "witness-memory" } });
});

test("a node whose disk takes no key is no witness, and says so", async () => {
  writeFileSync(join(root, "witness"), "in the way");
  expect(await open()).toBeUndefined();
  expect(lines).toMatchObject([{ event: "witness-closed" }]);
});

test("what was cosigned is in a file before the answer, and stays what it was in the next process", async () => {
  await addLogs(dataDirectory(root), POLICY);
  const witness = await open();
  const tree = branch("a", 10);
  expect((await witness?.add(request(tree.body(0, 20))))?.ok).toBe(true);
  const file = join(root, "witness", "seen", originHash(ORIGIN));
  expect(readFileSync(file, "utf8")).toBe(await witness?.latest(originHash(ORIGIN)));
  expect(readdirSync(join(root, "witness", "seen")).sort()).toEqual([
    originHash(ORIGIN),
    "logs",
    "vkey",
  ]);
  const next = await open();
  expect(await next?.add(request(branch("b", 10).body(0, 20)))).toMatchObject({
    error: { code: "WITNESS_ROOT", size: 20 },
  });
  // Both sides are kept for everybody to see.
  const [name = ""] = readdirSync(join(root, "fraud"));
  expect(JSON.parse(readFileSync(join(root, "fraud", name), "utf8"))).toEqual({
    format: "cityid/fraud/v1",
    first: tree.note(20),
    second: branch("b", 10).note(20),
  });
  expect(lines).toMatchObject([{ event: "fraud-proof", facts: { origin: ORIGIN } }]);
});

test("the first proof of a fraud stays; later ones of the same size do not fill the disk", async () => {
  const proof = (word: string) => ({
    origin: ORIGIN,
    first: branch("a").note(5),
    second: branch(word).note(5),
  });
  for (const word of ["b", "c", "d"]) await writeFraud(dataDirectory(root), proof(word), log);
  const names = readdirSync(join(root, "fraud"));
  expect(names).toHaveLength(1);
  const text = readFileSync(join(root, "fraud", names[0] ?? ""), "utf8");
  expect(JSON.parse(text).second).toBe(branch("b").note(5));
});

test("policies are read again while it runs; one that cannot be read is told once and passed over", async () => {
  const witness = await open();
  const tree = branch("a");
  const ask = async () => (await witness?.add(request(tree.body(0, 3))))?.ok;
  expect(await ask()).toBe(false);
  const file = await addLogs(dataDirectory(root), POLICY);
  // Twice the same is one file.
  expect(await addLogs(dataDirectory(root), POLICY)).toBe(file);
  writeFileSync(join(root, "witness", "logs", "bad.policy"), "log nonsense\n");
  writeFileSync(join(root, "witness", "logs", "notes.txt"), "not a policy");
  mkdirSync(join(root, "witness", "logs", "folder.policy"));
  clock.now += 1000;
  expect(await ask()).toBe(true);
  clock.now += 1000;
  expect(await ask()).toBe(false);
  expect(lines).toHaveLength(2);
  expect(lines).toEqual(
    expect.arrayContaining([
      { event: "witness-policy", facts: { file: "bad.policy", cause: "POLICY_KEY" } },
      { event: "witness-policy", facts: { file: "folder.policy", cause: "EISDIR" } },
    ]),
  );
  rmSync(file);
  expect(existsSync(file)).toBe(false);
  clock.now += 1000;
  expect(await witness?.add(request(tree.body(3, 4)))).toMatchObject({
    error: { code: "WITNESS_ORIGIN" },
  });
});
