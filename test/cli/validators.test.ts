import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import {
  formatVerifierKey,
  fromHex,
  hashLeaf,
  hex,
  present,
  RULE_VERSION,
  sha256,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { formatAppState } from "../../src/ledger/comet/index.ts";
import { type Ledger, LedgerFault } from "../../src/ledger/index.ts";
import { openMemoryLedger } from "../../src/ledger/memory/index.ts";
import type { AppDependencies } from "../../src/server/index.ts";
import { member, START_MILLISECONDS, testKey } from "../core/state/kit.ts";
import { discard } from "../discard.ts";
import { keyOf, peerOf, VALIDATED } from "../ledger/comet/chain-caller.ts";
import { logSigner, openWorld, type World } from "../server/world.ts";
import { runHere } from "./in-process.ts";

type Seen = ReturnType<NonNullable<AppDependencies["consensus"]>>;

const WELL: Seen = {
  ...{ height: 98, voters: 4, signing: 4, silent: [], peers: 3, unconnected: [] },
  ...{ catchingUp: false, mempool: 0, commits: { count: 98, sumMilliseconds: 500 } },
};

let ledger: Ledger;
let served: Served;
let env: { readonly CITYID_URL: string };
let fault: LedgerFault | undefined;
let seen = WELL;

beforeAll(async () => {
  const now = START_MILLISECONDS + 60_000;
  const clock = { wallMilliseconds: () => now, monotonicMilliseconds: () => now };
  ledger = await openMemoryLedger({ genesis: VALIDATED, signers: [logSigner], clock });
  ledger.unready = () => fault;
  served = await serve({ ledger, consensus: () => seen });
  env = served.env;
});

afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await ledger[Symbol.asyncDispose]();
});

type Served = AsyncDisposable & {
  readonly world: World;
  readonly env: { readonly CITYID_URL: string };
};

async function serve(more: Partial<AppDependencies> = {}): Promise<Served> {
  const world = await openWorld({}, more);
  const listener = getRequestListener((request) => world.app.fetch(request), {
    overrideGlobalObjects: false,
  });
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    world,
    env: { CITYID_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await world[Symbol.asyncDispose]();
    },
  };
}

describe("the status of validators", () => {
  test("says that all vote", async () => {
    [fault, seen] = [undefined, WELL];
    const { exit, out } = await runHere(["validator", "status"], env);
    expect(exit).toBe(0);
    expect(out).toMatch(/✔ takes writes/);
    expect(out).toMatch(/consensus height 98 · votes in the newest block: 4 of 4 · peers: 3\n/);
    expect(out).toMatch(/● v4 {2}- {2}-\n/);
  });

  test("names the fault of a ledger that stands, and who is missing", async () => {
    fault = new LedgerFault("LEDGER_STALLED", { height: 98, sinceMilliseconds: 59_384 });
    seen = { ...WELL, signing: 2, silent: ["v3", "v4"], peers: 2, unconnected: ["v4"] };
    const { out } = await runHere(["validator", "status"], env);
    expect(out).toMatch(/✘ no writes: LEDGER_STALLED {2}height=98 {2}sinceMilliseconds=59384/);
    expect(out).toMatch(/votes in the newest block: 2 of 4 · peers: 2/);
    expect(out).toMatch(/● v3 .*- {2}no vote in the newest block\n/);
    expect(out).toMatch(/● v4 .*not connected · no vote in the newest block/);
    const zh = await runHere(["validator", "status", "--lang", "zh"], env);
    expect(zh.out).toMatch(/不可写入：LEDGER_STALLED/);
    expect(zh.out).toMatch(/● v4 .*未连接 · 最新区块中没有其投票/);
    const json = JSON.parse((await runHere(["validator", "status", "--json"], env)).out);
    expect(json.ready).toMatchObject({
      ...{ ready: false, code: "LEDGER_STALLED", facts: { height: 98 } },
      consensus: { silent: ["v3", "v4"], unconnected: ["v4"] },
    });
    expect(json.ready.consensus).not.toHaveProperty("commits");
  });

  test("says that its engine is dead, and that it catches up", async () => {
    fault = new LedgerFault("LEDGER_STALLED", { height: 3 });
    seen = { height: 3, voters: 4, commits: WELL.commits };
    const dead = await runHere(["validator", "status"], env);
    expect(dead.out).toMatch(/: unknown of 4 · peers: unknown · its engine does not answer\n/);
    seen = { ...WELL, catchingUp: true };
    expect((await runHere(["validator", "status"], env)).out).toMatch(/ · catching up\n/);
  });
});

test("rules that were voted for are shown until they come, and whether the program has them", async () => {
  // One node that orders its ledger alone goes by what the members voted as well.
  await using alone = await serve();
  const { world, env } = alone;
  const inner = { op: "param", name: "upgrade", value: { app: 2, height: 50 } } as const;
  await world.do({ op: "propose", inner }, member("A"));
  const { id } = (await world.json("/v1/decisions?limit=1")).items[0];
  const decision = present(fromHex(id), "a hash");
  await world.do({ op: "endorse", decision, vote: "approve" }, member("B"));
  const { out } = await runHere(["validator", "status"], env);
  expect(out).toMatch(/✘ rules 2 from block 50 on: this program has rules 1 alone; install/);
  const answer = await world.json("/.well-known/cityid");
  expect(answer).toMatchObject({ rules: 1, programRules: RULE_VERSION });
});

describe("a card that the members would decide upon in vain", () => {
  const directory = mkdtempSync(join(tmpdir(), "cityid-cards-"));
  const cosigner = (kind: "cosignature" | "ed25519") =>
    formatVerifierKey(verifierKey("ledger.test/v5", kind, publicEd25519(sha256(utf8("v5")))));
  const CARD = {
    ...{ id: "v5", key: hex(keyOf("v5")), peer: hex(peerOf("v5")), address: "10.0.0.5:26656" },
    cosigner: cosigner("cosignature"),
  };

  async function join5(change: object, ...more: readonly string[]) {
    const path = join(directory, "validator.json");
    writeFileSync(path, JSON.stringify({ ...CARD, ...change }));
    return runHere(["validator", "join", path, ...more], env);
  }

  test.each(["key", "peer"] as const)("has the %s of another validator", async (field) => {
    const own = field === "key" ? hex(keyOf("v1")) : hex(peerOf("v1"));
    const { exit, errors } = await join5({ [field]: own });
    expect(exit).toBe(3);
    expect(errors).toMatch(`STATE_VALIDATOR_KEY  key=${own}  by=v1`);
  });

  test.each([["nonsense"], [cosigner("ed25519")], [7]])(
    "names %s as its cosigner",
    async (wrong) => {
      const { exit, errors } = await join5({ cosigner: wrong });
      expect(exit).toBe(2);
      expect(errors).toMatch(/its “cosigner” is no public key .*\n.*\n {2}CLI_FILE_FORMAT/);
    },
  );

  test("what is right with it comes as far as to the key that signs", async () => {
    expect((await join5({})).errors).toMatch(/CLI_KEY_NONE/);
    // Its own keys are no others'.
    expect((await join5({ id: "v1", key: hex(keyOf("v1")) })).errors).toMatch(/CLI_KEY_NONE/);
  });
});

test("keys of a validator that runs are not replaced before whoever signs was told so", async () => {
  await using alone = await serve();
  const { world, env } = alone;
  const root = mkdtempSync(join(tmpdir(), "cityid-replaced-"));
  const propose = async (name: string, prev?: Uint8Array) => {
    const terms = { id: "v1", key: keyOf(name), peer: peerOf(name), power: 1 as const };
    const address = "10.0.0.1:26656";
    const inner = { op: "validator" as const, ...terms, address, ...(prev && { prev }) };
    await world.do({ op: "propose", inner }, member("A"));
    return (await world.json("/v1/decisions?limit=1")).items[0].id;
  };
  const signing = (id: string, ...args: readonly string[]) => {
    const path = join(root, `${id}.key`);
    writeFileSync(path, `${hex(testKey(`member ${id}`).seed)}\n`, { mode: 0o600 });
    return runHere([...args, "--key", path, "--as", `member/${id}`], env);
  };
  try {
    const decision = present(fromHex(await propose("v1")), "a hash");
    await world.do({ op: "endorse", decision, vote: "approve" }, member("B"));
    const [was, peerWas] = [hex(keyOf("v1")), hex(peerOf("v1"))];
    const [next, peerNext] = [hex(keyOf("v9")), hex(peerOf("v9"))];
    const join9 = (change: object, ...more: readonly string[]) => {
      const card = join(root, "validator.json");
      const terms = { id: "v1", key: next, peer: peerNext, address: "10.0.0.9:26656" };
      writeFileSync(card, JSON.stringify({ ...terms, ...change }));
      return signing("A", "validator", "join", card, ...more);
    };
    const { errors } = await join9({});
    expect(errors).toMatch("▲ v1 is a validator of the ledger already: this REPLACES its keys");
    expect(errors).toMatch(`  votes with key: ${was} now, ${next} then\n`);
    expect(errors).toMatch(`  known to its peers as: ${peerWas} now, ${peerNext} then\n`);
    expect(errors).toMatch(/CLI_CONFIRMATION/);
    const chinese = await join9({}, "--lang", "zh");
    expect(chinese.errors).toMatch("▲ v1 已是账本的验证节点：此操作将替换其密钥");
    expect(chinese.errors).toMatch(`  投票密钥：现为 ${was}，改为 ${next}\n`);
    // One that is new, and one of which something else changes, replace nothing.
    for (const change of [{ id: "v9" }, { key: was, peer: peerWas }]) {
      const { errors } = await join9(change);
      expect(errors).toMatch(/CLI_CONFIRMATION/);
      expect(errors).not.toMatch(/▲/);
    }
    // The others are told as well, before they vote.
    const { op } = (await world.json("/v1/validators")).items[0];
    const vote = await signing("B", "endorse", await propose("v9", present(fromHex(op), "a hash")));
    expect(vote.errors).toMatch(`  votes with key: ${was} now, ${next} then\n`);
    expect(vote.errors).toMatch(/CLI_CONFIRMATION/);
  } finally {
    discard(root);
  }
});

test.each(["10.0.0.1:99999", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1"])(
  "a validator at %s is not begun: there is no such port",
  async (address) => {
    const args = ["validator", "init", "--name", "v1", "--address", address, "--json"];
    const { exit, errors } = await runHere(args, env);
    expect([exit, JSON.parse(errors).facts.name]).toEqual([2, "--address"]);
  },
);

test("a validator that joins a chain is not begun with the key of another log", async () => {
  const root = mkdtempSync(join(tmpdir(), "cityid-joining-"));
  try {
    const [chain, logKey] = [join(root, "genesis.json"), join(root, "log.key")];
    const app = { origin: "node.test/log", genesis: utf8("g"), size: 1, root: hashLeaf(utf8("r")) };
    writeFileSync(chain, JSON.stringify({ app_state: formatAppState(app) }));
    writeFileSync(logKey, `${"07".repeat(32)}\n`, { mode: 0o600 });
    const data = join(root, "data");
    const { exit, errors } = await runHere(
      [
        ...["validator", "init", "--name", "v5", "--address", "10.0.0.5:26656", "--data", data],
        ...["--chain", chain, "--log-key", logKey, "--json"],
      ],
      env,
    );
    expect({ exit, ...JSON.parse(errors) }).toMatchObject({
      ...{ exit: 8, code: "INIT_LOG_KEY" },
      facts: { path: logKey },
    });
    expect(existsSync(data)).toBe(false);
  } finally {
    discard(root);
  }
});
