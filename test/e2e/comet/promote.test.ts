import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import {
  Frontier,
  fromHex,
  hex,
  type InnerOperation,
  parseCheckpoint,
  present,
} from "../../../src/core/index.ts";
import { Rpc } from "../../../src/ledger/comet/index.ts";
import { validatorCard } from "../../../src/node/comet/card.ts";
import { engineHome } from "../../../src/node/comet/home.ts";
import { promote } from "../../../src/node/comet/promote.ts";
import { backup } from "../../../src/node/index.ts";
import { createClient } from "../../../src/sdk/index.ts";
import { jsonOf, type Office, openOffice, problemOf } from "../../cli/office.ts";
import { until } from "../../node/real-node.ts";
import { type Actor, actWith, CITY, code, LAMPS, named, ORIGIN, signAs } from "../../sdk/world.ts";
import { testEngine } from "./engine.ts";
import { isReady, runTestValidator, type TestValidator } from "./net.ts";

const binary = await testEngine();
const PATIENCE = { timeout: 300_000 };
const QUICK = { proposeMilliseconds: 1000, commitMilliseconds: 20 };

describe.skipIf(binary === undefined)("a ledger that one node began", PATIENCE, () => {
  let office: Office;
  let peerPort = 0;
  let port = 0;
  const running: TestValidator[] = [];

  beforeAll(async () => {
    office = await openOffice();
    [peerPort, port] = [await freePort(), await freePort()];
  });
  afterAll(async () => {
    await Promise.all(running.map(({ stop }) => stop()));
    await office?.[Symbol.asyncDispose]();
  });

  const directoryOf = (n: number) => (n === 1 ? office.node.data : join(office.directory, `v${n}`));
  const clientOf = ({ pair }: TestValidator) => createClient({ url: pair().url, attempts: 1 });
  const init = (n: number, ...more: readonly string[]) =>
    office.cli(
      ...["validator", "init", "--name", `v${n}`, "--data", directoryOf(n)],
      ...["--address", `127.0.0.${n}:${peerPort}`, "--node-url", `http://127.0.0.${n}:${port}`],
      ...["--json", ...more],
    );

  /** Proposed by one member, approved by another. */
  async function decide(url: string, ...args: readonly string[]): Promise<void> {
    const options = ["--url", url, "--json"];
    const { id } = jsonOf(await office.as("member/A", "member/A", ...args, ...options));
    const endorsed = await office.as("member/B", "member/B", "endorse", id, ...options);
    expect(JSON.stringify(endorsed)).toContain('"exit":0');
    jsonOf(endorsed);
  }

  const actorOf = (validator: TestValidator) => ({ act: actWith(clientOf(validator)) });

  async function agree({ act }: Actor, inner: InnerOperation): Promise<void> {
    const { id } = await act({ op: "propose", inner }, "member/A", "member/A");
    const vote = { op: "endorse", decision: id, vote: "approve" } as const;
    await act(vote, "member/B", "member/B");
  }

  async function registration(number: number) {
    const item = { code: code(`${LAMPS}/${number}`), kind: "thing", names: named("路灯") } as const;
    return signAs({ op: "register", items: [item] }, CITY, "city");
  }

  async function register(client: ReturnType<typeof createClient>, number: number) {
    const { bytes } = await registration(number);
    return until(() => client.submit(bytes).catch(() => undefined));
  }

  function start(n: number): TestValidator {
    const validator = { name: `v${n}`, dataDirectory: directoryOf(n), host: `127.0.0.${n}` };
    const started = runTestValidator(validator, port, binary as string);
    running.push(started);
    started.start();
    return started;
  }

  test("is ordered by validators from the block in which the members say so, with nothing lost", async () => {
    const { node } = office;
    const before = await register(node.client, 1);
    if (before.status !== "accepted") throw new Error(JSON.stringify(before));
    const old = await until(async () => {
      const checkpoint = await node.client.checkpoint();
      return Number(checkpoint.split("\n")[1]) > before.index ? { checkpoint } : undefined;
    });
    const { file, card } = jsonOf(await init(1));
    expect(card).toMatchObject({ id: "v1", address: `127.0.0.1:${peerPort}` });
    await decide(node.url, "validator", "join", file);
    for (const n of [2, 3, 4]) {
      const terms = { id: `v${n}`, dataDirectory: directoryOf(n), origin: ORIGIN };
      const card = await validatorCard({ ...terms, address: `127.0.0.${n}:${peerPort}` });
      await agree(node, { op: "validator", ...card });
    }
    await agree(node, { op: "param", name: "order", value: "validators" });
    expect(await node.client.ready()).toMatchObject({ ready: false });
    const impatient = createClient({ url: node.url, attempts: 1 });
    const { bytes } = await registration(2);
    await expect(impatient.submit(bytes)).rejects.toThrow();
    expect(jsonOf(await office.cli("validator", "status", "--json"))).toMatchObject({
      order: "validators",
      voters: 4,
      validators: [1, 2, 3, 4].map((n) => expect.objectContaining({ id: `v${n}` })),
    });
    const nobody = problemOf(await office.cli("validator", "leave", "v9"));
    expect(nobody).toMatchObject({ exit: 2, code: "CLI_ARGUMENT" });
    expect(nobody.what).toContain("(v1, v2, v3, v4)");
    const last = await node.client.node();
    await node.stop();
    const copy = join(office.directory, "backup");
    await backup(node.data, copy, { withKeys: true });
    const promoted = [];
    for (const n of [1, 2, 3, 4]) {
      const listen = `127.0.0.${n}:${peerPort}`;
      const options = { dataDirectory: directoryOf(n), listen, pace: QUICK, from: copy };
      promoted.push(await promote(options));
    }
    expect(promoted.map(({ size }) => size)).toEqual(Array(4).fill(last.size));
    const genesis = [1, 2, 3, 4].map((n) =>
      readFileSync(engineHome(directoryOf(n)).genesis, "utf8"),
    );
    expect(new Set(genesis).size).toBe(1);

    const four = [1, 2, 3, 4].map(start);
    await Promise.all(four.map(isReady));
    const [one] = four as [TestValidator];
    const after = await register(clientOf(one), 2);
    expect(after.status).toBe("accepted");
    const client = clientOf(one);
    const { origin, size } = await client.node();
    expect(origin).toBe(last.origin);
    expect(size).toBeGreaterThan(last.size);
    // The tree is the one that was signed before, so all that was proved by it is proved still.
    const note = parseCheckpoint(old.checkpoint);
    if (!note.ok) throw new Error(note.error.code);
    const leaves = await client.tile(`tile/0/000.p/${note.value.size}`);
    const frontier = Frontier.empty();
    frontier.appendAll(leaves);
    expect(frontier.root()).toEqual(note.value.root);
    expect(await client.receipt(before.hash)).toMatchObject({ index: before.index });
  });

  test("takes in a fifth validator from an empty directory, by a snapshot of its log", async () => {
    const [one] = running as [TestValidator];
    const url = one.pair().url;
    const [, two] = running as [TestValidator, TestValidator];
    // What a validator has when it starts it offers, once two more blocks are there to vouch for it.
    await two.stop();
    two.start();
    await isReady(two);
    for (const number of [3, 4, 5, 6]) await register(clientOf(one), number);
    const rpc = new Rpc(engineHome(one.dataDirectory).rpcSocket);
    type Commit = {
      readonly signed_header: { readonly commit: { readonly block_id: { readonly hash: string } } };
    };
    const commit = present(await rpc.ask<Commit>("commit", { height: "2" }), "a commit");
    rpc.close();
    const { hash } = commit.signed_header.commit.block_id;
    const servers = running
      .slice(0, 2)
      .map((each) => `unix://${engineHome(each.dataDirectory).rpcSocket}`);
    const { file } = jsonOf(
      await init(
        5,
        ...["--url", url, "--chain", engineHome(one.dataDirectory).genesis],
        ...[
          "--listen",
          `127.0.0.5:${peerPort}`,
          "--log-key",
          join(one.dataDirectory, "keys", "log.key"),
        ],
        ...["--sync-from", servers.join(), "--trust", `2:${hash}`],
      ),
    );
    // The others let it in when the ledger lists it.
    await decide(url, "validator", "join", file, "--observe");
    const five = start(5);
    await isReady(five);
    expect(five.restarts).toEqual([]);
    const known = await until(async () => {
      const { items } = await clientOf(five).validators();
      return items.find(({ id, power }) => id === "v5" && power === 0);
    });
    const prev = present(fromHex(known.op), "a hash");
    await agree(actorOf(one), { op: "validator", id: "v5", prev, power: 1 });
    const size = await until(async () => {
      const [there, here] = [await clientOf(one).node(), await clientOf(five).node()];
      return there.size === here.size ? there.size : undefined;
    });
    const blockOf = async (validator: TestValidator) => {
      const client = clientOf(validator);
      const { hash } = (await client.log({}, { limit: 1 })).items[0] ?? { hash: "" };
      return hex(await client.entryBytes(hash));
    };
    expect(await blockOf(five)).toBe(await blockOf(one));
    expect(size).toBeGreaterThan(0);
    const outcome = await register(clientOf(five), 7);
    expect(outcome.status).toBe("accepted");
  });

  test("goes on with four where the members let the fifth go", async () => {
    const [one, , , , five] = running as TestValidator[] as [
      ...[TestValidator, TestValidator, TestValidator, TestValidator],
      TestValidator,
    ];
    const { url } = one.pair();
    const votersAt = async (address: string) =>
      jsonOf(await office.cli("validator", "status", "--url", address, "--json")).voters;
    expect(await votersAt(url)).toBe(5);
    await decide(url, "validator", "leave", "v5");
    expect(await votersAt(url)).toBe(4);
    // Nobody waits for its vote: with it two of five would be away, and nothing could be decided.
    await five.stop();
    const [, two] = running as [TestValidator, TestValidator];
    await two.stop();
    expect((await register(clientOf(one), 8)).status).toBe("accepted");
  });
});
