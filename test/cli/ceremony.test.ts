import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import { formatVerifierKey, sha256, utf8, verifierKey } from "../../src/core/index.ts";
import { discard } from "../discard.ts";
import { type RealNode, startRealNode } from "../node/real-node.ts";
import { jsonOf, problemOf } from "./office.ts";
import { runCli } from "./served-world.ts";

// Three institutes begin a ledger: each makes its keys on a machine of its own, here a directory, and only descriptions travel.

let root: string;
const at = (...path: readonly string[]) => join(root, ...path);
const descriptions = () => ["A", "B", "C"].map((id) => at(id, `${id}.member.json`));
const genesis = (files: readonly string[], out: string, ...more: readonly string[]) =>
  runCli(["init", "genesis", ...files, "--out", at(out), ...more]);
const begin = (...more: readonly string[]) =>
  runCli([
    "init",
    "node",
    "--genesis",
    at("A", "genesis"),
    "--log-key",
    at("A", "log.key"),
    ...more,
  ]);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "cityid-ceremony-"));
  for (const id of ["A", "B", "C"]) {
    await mkdir(at(id));
    const log = id === "A" ? ["--log", "id.example.org/log"] : [];
    const made = ["init", "member", "--id", id, "--name", `机构${id}`, "--to", at(id), ...log];
    expect(jsonOf(await runCli([...made, "--json"]))).toMatchObject({
      description: at(id, `${id}.member.json`),
      kid: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  }
});
afterAll(() => discard(root));

describe("the keys of a member", () => {
  test("stay in files that only their owner can read; what is sent holds nothing of them", async () => {
    for (const name of ["A.key.json", "A.age", "log.key"]) {
      expect((await stat(at("A", name))).mode & 0o777).toBe(0o600);
    }
    const sent = await readFile(at("A", "A.member.json"), "utf8");
    const { secret } = JSON.parse(await readFile(at("A", "A.key.json"), "utf8"));
    const logKey = (await readFile(at("A", "log.key"), "utf8")).trim();
    const identity = (await readFile(at("A", "A.age"), "utf8")).match(/AGE-SECRET-KEY-\w+/)?.[0];
    for (const kept of [secret, logKey, identity]) expect(sent).not.toContain(kept);
  });

  test("are not written over, and not for an id that no ledger takes", async () => {
    const again = await runCli(["init", "member", "--id", "B", "--name", "乙", "--to", at("B")]);
    expect(problemOf(again)).toMatchObject({ exit: 2, code: "CLI_FILE_EXISTS" });
    const strange = await runCli(["init", "member", "--id", "../x", "--name", "丁", "--to", root]);
    expect(problemOf(strange)).toMatchObject({ exit: 2, code: "CLI_ARGUMENT" });
  });
});

describe("the genesis", () => {
  test("has one fingerprint on every machine, whatever the order of the descriptions", async () => {
    const [a, b] = [
      jsonOf(await genesis(descriptions(), "A/genesis", "--json")),
      jsonOf(await genesis(descriptions().reverse(), "B/genesis", "--json")),
    ];
    expect(a).toMatchObject({ origin: "id.example.org/log", thresholds: { issue: 2, govern: 2 } });
    expect(b.fingerprint).toBe(a.fingerprint);
    expect(await readFile(at("B", "genesis"))).toEqual(await readFile(at("A", "genesis")));
    // For people in groups, to be read aloud.
    const told = await genesis(descriptions(), "C/genesis", "--lang", "zh");
    expect(told.out.replaceAll(" ", "")).toContain(a.fingerprint);
    expect(told.out).toMatch(/每个成员都必须看到相同的指纹/);
    const other = jsonOf(await genesis(descriptions(), "C/other", "--issue-votes", "3", "--json"));
    expect(other.fingerprint).not.toBe(a.fingerprint);
  });

  test("is refused without the log's key, with members twice, or votes that cannot be reached", async () => {
    const [a = "", b = "", c = ""] = descriptions();
    const refusals = [
      [[b, c], [], "INIT_LOG"],
      [[a, b, b], [], "INIT_GENESIS"],
      [[a, b], ["--issue-votes", "3"], "INIT_GENESIS"],
      [[at("A", "A.key.json"), b], [], "CLI_FILE_FORMAT"],
      [[at("A", "nobody.json")], [], "CLI_FILE"],
      [[a, b], ["--govern-votes", "many"], "CLI_ARGUMENT"],
    ] as const;
    for (const [files, more, code] of refusals) {
      expect(problemOf(await genesis(files, "never", ...more))).toMatchObject({ exit: 2, code });
    }
    await expect(stat(at("never"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("validators that order the ledger from its first block", () => {
  const card = (n: number, ...more: readonly string[]) =>
    runCli([
      ...["validator", "init", "--data", at(`v${n}`), "--name", `v${n}`, "--json"],
      ...["--address", `10.0.0.${n}:26656`, "--log", "id.example.org/log", ...more],
    ]);
  const cards = [1, 2, 3];
  const found = (n: number, file: string, ...more: readonly string[]) =>
    runCli([
      ...["init", "node", "--genesis", at(file), "--log-key", at("A", "log.key")],
      ...["--data", at(`v${n}`), ...more],
    ]);
  const engineFile = (n: number, name: string) =>
    readFile(at(`v${n}`, "comet", "config", name), "utf8");

  test("stand in the genesis, cosign it, and each begins on its own machine with the same chain", async () => {
    for (const n of cards) jsonOf(await card(n, "--node-url", `https://v${n}.example.org/`));
    const named = cards.flatMap((n) => ["--validator", at(`v${n}`, "validator.json")]);
    const one = jsonOf(await genesis(descriptions(), "validated", ...named, "--json"));
    const reversed = [3, 2, 1].flatMap((n) => ["--validator", at(`v${n}`, "validator.json")]);
    const other = jsonOf(await genesis(descriptions(), "reversed", ...reversed, "--json"));
    expect(other.fingerprint).toBe(one.fingerprint);
    const begun = await Promise.all(cards.map((n) => found(n, "validated", "--json")));
    for (const each of begun) expect(jsonOf(each).fingerprint).toBe(one.fingerprint);
    const chains = await Promise.all(cards.map((n) => engineFile(n, "genesis.json")));
    expect(new Set(chains).size).toBe(1);
    const peers = await engineFile(2, "config.toml");
    expect(peers).toMatch(/persistent_peers = "\w{40}@10.0.0.1:26656,\w{40}@10.0.0.3:26656"/);
    expect(peers).toContain("tcp://0.0.0.0:26656");
    // Begun again it is what it was; with another genesis, or the keys of nobody in it, it is not begun.
    jsonOf(await found(1, "validated", "--json"));
    expect(await engineFile(1, "genesis.json")).toBe(chains[0]);
    const fewer = named.slice(0, 4);
    jsonOf(await genesis(descriptions(), "fewer", ...fewer, "--json"));
    expect(problemOf(await found(1, "fewer"))).toMatchObject({ code: "NODE_BEGUN" });
    jsonOf(await card(4, "--node-url", "https://v4.example.org"));
    const strange = problemOf(await found(4, "validated"));
    expect(strange).toMatchObject({ exit: 8, code: "NODE_VALIDATOR_KEYS" });
    expect(strange.what).toContain(at("v4"));
    // No key is made that nobody would know.
    expect(problemOf(await found(6, "validated"))).toMatchObject({ code: "NODE_VALIDATOR_KEYS" });
    expect(existsSync(at("v6"))).toBe(false);
    // The environment names the directory as well, as in an image.
    const named2 = { CITYID_DATA: at("v2") };
    const again = await runCli(
      [
        ...["init", "node", "--genesis", at("validated"), "--json"],
        ...["--log-key", at("A", "log.key")],
      ],
      named2,
    );
    expect(jsonOf(again)).toMatchObject({ data: at("v2") });
  });

  test("must each say where its node answers", async () => {
    jsonOf(await card(5));
    const named = ["--validator", at("v5", "validator.json")];
    const refused = await genesis(descriptions(), "never", ...named);
    expect(problemOf(refused)).toMatchObject({ exit: 2, code: "CLI_FILE_FORMAT" });
  });
});

describe("the node that writes the log", () => {
  let node: RealNode;
  let fingerprint: string;
  beforeAll(async () => {
    await genesis(descriptions(), "A/genesis");
    const begun = jsonOf(await begin("--data", at("data"), "--member", "A", "--json"));
    fingerprint = begun.fingerprint;
    node = await startRealNode({ data: at("data") });
  });
  afterAll(async () => {
    expect(await node.stop()).toBe(0);
  });

  test("shows the fingerprint that all compared", async () => {
    expect(await node.client.node()).toMatchObject({
      genesis: fingerprint,
      origin: "id.example.org/log",
      member: "A",
      size: 2,
    });
  });

  test("takes what two of the three agree on", async () => {
    const operation = {
      op: "classes",
      items: [{ class: "LAMP", names: { zh: "路灯" }, public: "all" }],
    };
    const file = at("classes.json");
    await writeFile(file, JSON.stringify(operation));
    const signed = (id: string, ...args: readonly string[]) =>
      runCli([...args, "--key", at(id, `${id}.key.json`), "--yes", "--json"], {
        CITYID_URL: node.url,
      });
    const { id } = jsonOf(await signed("B", "propose", file));
    expect(await node.client.decision(id)).toMatchObject({
      state: "open",
      approvals: 1,
      needed: 2,
    });
    // Proposed again, it is the same decision; by somebody else, it is for a vote.
    const size = async () => (await node.client.node()).size;
    const before = await size();
    expect(jsonOf(await signed("B", "propose", file))).toMatchObject({ id, repeated: true });
    const twice = await signed("C", "propose", file);
    expect({ exit: twice.exit, ...JSON.parse(twice.errors) }).toMatchObject({
      ...{ exit: 3, code: "CLI_PROPOSED", facts: { decision: id, by: "member/B" } },
    });
    expect(await size()).toBe(before);
    const unknown = await signed("C", "endorse", "00".repeat(32));
    expect(unknown.exit).toBe(4);
    expect(unknown.errors).toContain("CLI_DECISION_UNKNOWN");
    jsonOf(await signed("C", "endorse", id));
    expect(await node.client.decision(id)).toMatchObject({ state: "executed" });
    // What stands there is changed by the same word; nobody has to know which operation set it.
    const agree = async (change: object) => {
      await writeFile(file, JSON.stringify(change));
      const { id } = jsonOf(await signed("B", "propose", file));
      return (await signed("C", "endorse", id)).errors.includes("STATE_PREV") ? "refused" : id;
    };
    const stale = { op: "param", name: "voidWindow", value: 1, prev: "00".repeat(32) };
    expect(await agree(stale)).toBe("refused");
    await agree({ ...operation, items: [{ ...operation.items[0], names: { zh: "灯" } }] });
    expect((await node.client.classes()).items).toMatchObject([{ names: { zh: "灯" } }]);
    await agree({ op: "param", name: "voidWindow", value: 86_400 });
    expect(await node.client.params()).toContainEqual(
      expect.objectContaining({ name: "voidWindow", value: 86_400 }),
    );
    // A witness that nobody could ask would show only after the vote.
    const seed = sha256(utf8("witness"));
    const vkey = formatVerifierKey(verifierKey("w.test/w", "cosignature", publicEd25519(seed)));
    const { policy } = await node.client.node();
    const now = policy.replace(/quorum .*\n/, `witness w ${vkey} htp:/nonsense\nquorum w\n`);
    await writeFile(file, JSON.stringify({ op: "param", name: "policy", value: { now } }));
    const unasked = await signed("B", "propose", file);
    expect({ exit: unasked.exit, ...JSON.parse(unasked.errors) }).toMatchObject({
      ...{ exit: 2, code: "CLI_FILE_FORMAT" },
      facts: { path: file, want: { en: expect.stringMatching(/“w”.*“htp:\/nonsense”/) } },
    });
    await agree({ op: "member", id: "A", names: { zh: "甲所" } });
    expect(await node.client.member("A")).toMatchObject({ names: { zh: "甲所" } });
  });

  test("is alone in its directory, and on its port", async () => {
    const second = await runCli(["start", "--data", at("data"), "--port", "0"]);
    expect(problemOf(second)).toMatchObject({
      exit: 10,
      code: "NODE_DATA_IN_USE",
      what: expect.stringContaining(`pid ${node.pid}`),
    });
    expect((await begin("--data", at("other"))).exit).toBe(0);
    const { port } = new URL(node.url);
    const taken = await runCli(["start", "--data", at("other"), "--port", port]);
    expect(taken.exit).toBe(10);
    expect(taken.errors).toMatch(/NODE_PORT/);
  });

  test("is not begun twice, nor with another log key, nor started where nothing was begun", async () => {
    expect(problemOf(await begin("--data", at("data")))).toMatchObject({
      exit: 10,
      code: "NODE_BEGUN",
    });
    const other = ["--log-key", at("B", "B.key.json"), "--data", at("never")];
    expect(problemOf(await begin(...other))).toMatchObject({ exit: 8, code: "INIT_LOG_KEY" });
    const nothing = ["start", "--data", at("nothing"), "--port", "0", "--lang", "zh"];
    expect(problemOf(await runCli(nothing))).toMatchObject({
      exit: 10,
      code: "NODE_NOT_BEGUN",
      what: expect.stringContaining("没有账本"),
    });
    const port = await runCli(["start", "--data", at("other"), "--port", "99999"]);
    expect(problemOf(port)).toMatchObject({ exit: 2, code: "CLI_ARGUMENT" });
  });
});
