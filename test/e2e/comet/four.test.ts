import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  decodeBlockEntry,
  evaluatePolicy,
  type Hash,
  hashLeaf,
  hex,
  isBlockEntry,
  parseCheckpoint,
  parseCheckpointText,
  parsePolicy,
  present,
  readItem,
  type SignedCheckpoint,
  sha256,
  signCheckpoint,
  utf8,
} from "../../../src/core/index.ts";
import { makeBlock, sealBlock } from "../../../src/ledger/block-maker.ts";
import { Rpc } from "../../../src/ledger/comet/index.ts";
import { createEmbeddedLedger, openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import { openStores } from "../../../src/ledger/embedded/open-stores.ts";
import { closeParts } from "../../../src/ledger/ledger.ts";
import { engineHome } from "../../../src/node/comet/home.ts";
import { createClient } from "../../../src/sdk/index.ts";
import { formatAddCheckpoint } from "../../../src/witness/index.ts";
import { discard } from "../../discard.ts";
import { crowdOn } from "../../node/crowd.ts";
import { until } from "../../node/real-node.ts";
import {
  actWith,
  CITY,
  code,
  genesisWith,
  issueCity,
  LAMPS,
  named,
  ORIGIN,
  registerLampClass,
  signAs,
} from "../../sdk/world.ts";
import { signerOf, testEngine } from "./engine.ts";
import { isReady, startNet, type TestNet, type TestValidator } from "./net.ts";

const binary = await testEngine();

/** Requests under way at each validator. */
const HANDS = 8;

/** More than wait at one validator at a time; with what is given to them before it, 10 000 in all. */
const CROWD_OF_EACH = 2425;

/** Nothing is timed; a machine that does other things too may take its time to start a dozen processes. */
const PATIENCE = { timeout: 300_000 };

describe.skipIf(binary === undefined)("four validators", PATIENCE, () => {
  let net: TestNet;
  /** Leaf hash of each acknowledged operation, with the index that its submitter was told. */
  const acknowledged = new Map<string, number>();
  let lamps = 0;

  beforeAll(async () => {
    net = await startNet({ binary: binary as string, genesis: genesisWith(), count: 4 });
  });
  afterAll(async () => {
    await net?.[Symbol.asyncDispose]();
  });

  const clientOf = ({ pair }: TestValidator) => createClient({ url: pair().url, attempts: 1 });

  /** Registers a lamp through one validator: the same bytes again and again, until it is acknowledged. */
  async function registerLamp(validator: TestValidator): Promise<void> {
    const number = lamps++;
    const item = {
      code: code(`${LAMPS}/${String(number).padStart(6, "0")}`),
      kind: "thing" as const,
      names: named(`路灯 ${number}号`),
    };
    const { bytes } = await signAs({ op: "register", items: [item] }, CITY, "city");
    const outcome = await until(() =>
      clientOf(validator)
        .submit(bytes)
        .catch(() => undefined),
    );
    if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
    acknowledged.set(hex(hashLeaf(bytes)), outcome.index);
  }

  /** So many operations, each a request of its own, spread over these validators. */
  async function load(validators: readonly TestValidator[], count: number): Promise<void> {
    const last = lamps + count;
    const hand = async (validator: TestValidator) => {
      while (lamps < last) await registerLamp(validator);
    };
    await Promise.all(
      validators.flatMap((each) => Array.from({ length: HANDS }, () => hand(each))),
    );
  }

  /** How far a validator shows its log with the cosignatures that the policy asks for. */
  async function sizeOf({ pair }: TestValidator): Promise<number> {
    const answer = await fetch(`${pair().url}/log/checkpoint`).catch(() => undefined);
    const note = parseCheckpoint((await answer?.text()) ?? "");
    return note.ok && isCosigned(note.value) ? note.value.size : 0;
  }

  /** Says a verifier that knows the policy alone, and nothing of consensus. */
  function isCosigned(checkpoint: SignedCheckpoint): boolean {
    const policy = parsePolicy(net.genesis.policy);
    if (!policy.ok) throw new Error(policy.error.code);
    const nowSeconds = Math.floor(Date.now() / 1000);
    return evaluatePolicy(policy.value, checkpoint, nowSeconds).ok;
  }

  /** What an engine says of consensus just now. */
  async function roundOf({ dataDirectory }: TestValidator): Promise<Round> {
    const rpc = new Rpc(engineHome(dataDirectory).rpcSocket);
    const said = await rpc.ask<{ readonly round_state: Round }>("consensus_state");
    rpc.close();
    return present(said, "an answer").round_state;
  }

  /** The height that is being decided. */
  async function heightOf(validator: TestValidator): Promise<number> {
    return Number((await roundOf(validator))["height/round/step"].split("/")[0]);
  }

  /** How many validators an engine has heard vote, in the first round of that height. */
  async function prevotesOf(validator: TestValidator): Promise<number> {
    const [first] = (await roundOf(validator)).height_vote_set;
    return first?.prevotes.filter((vote) => vote !== "nil-Vote").length ?? 0;
  }

  /** The public log of a validator, once it is of this size. */
  async function logOf(validator: TestValidator, size: number): Promise<Log> {
    await until(async () => ((await sizeOf(validator)) === size ? true : undefined));
    const get = async (path: string) => {
      const answer = await fetch(`${validator.pair().url}/log/${path}`);
      expect(answer.status, path).toBe(200);
      return Buffer.from(await answer.arrayBuffer());
    };
    const note = (await get("checkpoint")).toString("utf8");
    const tiles: string[] = [];
    const entries: Uint8Array[] = [];
    for (let n = 0; n * 256 < size; n++) {
      const width = Math.min(256, size - n * 256);
      const name = `${String(n).padStart(3, "0")}${width < 256 ? `.p/${width}` : ""}`;
      tiles.push((await get(`tile/0/${name}`)).toString("hex"));
      entries.push(...entriesOf(await get(`tile/entries/${name}`)));
    }
    return { text: note.slice(0, note.indexOf("\n\n")), note, tiles, entries };
  }

  /** The size that all end with when nothing more comes. */
  async function settledSize(): Promise<number> {
    const last = Math.max(...acknowledged.values());
    return until(async () => {
      const sizes = await Promise.all(net.validators.map(sizeOf));
      const [size = 0] = sizes;
      return size > last && sizes.every((each) => each === size) ? size : undefined;
    });
  }

  /** Deletes all that a validator gets from the others. */
  function forget({ dataDirectory }: TestValidator): void {
    discard(join(dataDirectory, "ledger"));
    const { root } = engineHome(dataDirectory);
    for (const name of readdirSync(join(root, "data"))) {
      if (name !== "priv_validator_state.json") discard(join(root, "data", name));
    }
  }

  async function expectSameLogs(): Promise<Log> {
    const size = await settledSize();
    const logs = await Promise.all(net.validators.map((each) => logOf(each, size)));
    const first = present(logs[0], "a log");
    // Cosignatures bear a time and come as they come; everything else is the same to the byte.
    for (const log of logs) expect({ ...log, note: "" }).toEqual({ ...first, note: "" });
    const leaves = first.entries.map((entry) => hex(hashLeaf(entry)));
    for (const [hash, index] of acknowledged) expect(leaves[index]).toBe(hash);
    return first;
  }

  test("keep one log, whichever of them an operation is given to", async () => {
    const [first] = net.validators;
    const world = { act: actWith(clientOf(present(first, "a validator"))) };
    await issueCity(world);
    await registerLampClass(world);
    await load(net.validators, 300);
    expect(acknowledged.size).toBeGreaterThanOrEqual(300);
    const { entries } = await expectSameLogs();
    // A receipt of one validator is that of any other: every one of them answers the same bytes.
    const lamp = present(
      entries.findLast((entry) => !isBlockEntry(entry)),
      "a lamp",
    );
    const again = await Promise.all(net.validators.map((each) => clientOf(each).submit(lamp)));
    for (const outcome of again) {
      expect(outcome).toMatchObject({ status: "accepted", index: entries.indexOf(lamp) });
    }
  });

  test("answer everybody of a crowd that is more than they can take, with a receipt or when to come back", async () => {
    const addresses = net.validators.map(({ pair }) => {
      const { hostname: host, port } = new URL(pair().url);
      return { host, port: Number(port) };
    });
    const crowd = await crowdOn(addresses, 4 * CROWD_OF_EACH);
    expect(crowd.others).toEqual([]);
    expect(crowd.turnedAway).toBeGreaterThan(0);
    expect(crowd.acknowledged.size).toBe(4 * CROWD_OF_EACH);
    for (const [hash, index] of crowd.acknowledged) acknowledged.set(hash, index);
    await expectSameLogs();
  });

  test("show how consensus is: height, who votes and signs, peers, what waits, how long commits take", async () => {
    const values = await until(async () => {
      const text = await (await fetch(`${net.validators[0]?.pair().url}/metrics`)).text();
      const found = [...text.matchAll(/^(cityid_consensus_\w+) (\S+)$/gm)];
      const read = Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]));
      // The votes of all, however late the last one is.
      return read.cityid_consensus_validators_signing === 4 ? read : undefined;
    });
    expect(values).toMatchObject({
      cityid_consensus_validators: 4,
      cityid_consensus_peers: 3,
      cityid_consensus_mempool_transactions: expect.any(Number),
    });
    const { cityid_consensus_height: height } = values;
    expect(height).toBeGreaterThan(0);
    const { cityid_consensus_commit_seconds_count: blocks } = values;
    expect(blocks).toBeGreaterThan(0);
    expect(values.cityid_consensus_commit_seconds_sum).toBeGreaterThan(0);
  });

  test("cosign what they have committed themselves, for nobody anything else", async () => {
    const { text, entries } = await expectSameLogs();
    const size = entries.length;
    const root = sha256(utf8("an invented state")) as Hash;
    const askAll = async ({ pair }: TestValidator) => {
      const ask = async (path: string, checkpoint: Parameters<typeof signCheckpoint>[0]) => {
        const note = signCheckpoint(checkpoint, [signerOf(ORIGIN)]);
        const body = formatAddCheckpoint(0, [], note);
        const answer = await fetch(`${pair().url}/${path}/add-checkpoint`, {
          method: "POST",
          body,
        });
        return { status: answer.status, text: await answer.text() };
      };
      const own = parseCheckpointText(`${text}\n`);
      if (!own.ok) throw new Error(own.error.code);
      expect(await ask("validator", own.value)).toMatchObject({ status: 200 });
      // Signed with the log's own key, as one rogue validator could.
      const invented = { origin: ORIGIN, size, root };
      expect(await ask("validator", invented)).toEqual({ status: 409, text: `${size}\n` });
      const ahead = { ...invented, size: size + 2 };
      expect(await ask("validator", ahead)).toEqual({ status: 409, text: `${size}\n` });
      expect((await ask("witness", own.value)).status).toBe(404);
    };
    await Promise.all(net.validators.map(askAll));
  });

  test("go on without one that is killed, which then catches up", async () => {
    const victim = present(net.validators[3], "a validator");
    const others = net.validators.slice(0, 3);
    const before = victim.pair();
    const loading = load(others, 150);
    const seen = acknowledged.size;
    await until(async () => (acknowledged.size > seen + 10 ? true : undefined));
    process.kill(before.application, "SIGKILL");
    process.kill(before.engine, "SIGKILL");
    await loading;
    await until(async () => (victim.pair().engine !== before.engine ? true : undefined));
    await isReady(victim);
    expect(victim.restarts.length).toBeGreaterThan(0);
    await load([victim], 10);
    await expectSameLogs();
  });

  test("stop both of a pair when one of the two dies, and start both again", async () => {
    const [one, two] = net.validators.slice(1, 3) as [TestValidator, TestValidator];
    const killHalf = async (victim: TestValidator, half: "application" | "engine") => {
      const before = victim.pair();
      process.kill(before[half], "SIGKILL");
      await until(async () => {
        const { application, engine } = victim.pair();
        return application !== before.application && engine !== before.engine ? true : undefined;
      });
      expect(victim.restarts.at(-1)).toContain(half);
      await isReady(victim);
    };
    await Promise.all([killHalf(one, "application"), killHalf(two, "engine")]);
    await load(net.validators, 40);
    await expectSameLogs();
  });

  test("take no writes where only two of four are left, and take them again by themselves", async () => {
    const [one, two, three, four] = net.validators as [
      TestValidator,
      TestValidator,
      TestValidator,
      TestValidator,
    ];
    await Promise.all([three.stop(), four.stop()]);
    const item = { code: code(`${LAMPS}/999999`), kind: "thing" as const, names: named("路灯") };
    const { bytes } = await signAs({ op: "register", items: [item] }, CITY, "city");
    // Whoever asked before it showed is told as well as whoever asks after, and nobody that nothing was taken: it may still be.
    const refused = await clientOf(one)
      .submit(bytes)
      .catch((problem: unknown) => problem);
    expect(refused).toMatchObject({ code: "HTTP_STALLED", status: 503 });
    const answer = await fetch(`${one.pair().url}/readyz`);
    expect(await answer.json()).toMatchObject({ status: "unready", fault: "LEDGER_STALLED" });
    const read = await fetch(`${two.pair().url}/v1/codes/${encodeURIComponent(CITY)}`);
    expect(read.status).toBe(200);
    three.start();
    // The fourth has lost all but its keys and what it has signed.
    forget(four);
    four.start();
    await Promise.all(net.validators.map(isReady));
    const outcome = await until(() =>
      clientOf(two)
        .submit(bytes)
        .catch(() => undefined),
    );
    expect(outcome.status).toBe("accepted");
    await load(net.validators, 20);
    await expectSameLogs();
  });

  test("go on without one that is cut off, stop where they fall into halves, and make no fork of it", async () => {
    const [one, , three, four] = net.validators as [
      TestValidator,
      TestValidator,
      TestValidator,
      TestValidator,
    ];
    const { relays } = net;
    relays.part([0, 1, 2], [3]);
    let told = 0;
    const lonely = registerLamp(four).then(() => told++);
    await load(net.validators.slice(0, 3), 20);
    expect(told).toBe(0);
    // The fourth comes to know from the third what the three have decided, and then neither half can decide anything.
    relays.part([0, 1], [2, 3]);
    const height = () => heightOf(three);
    await until(async () => ((await heightOf(four)) >= (await height()) ? true : undefined));
    const before = await Promise.all(net.validators.map(heightOf));
    const halves = [one, three].map((each) => registerLamp(each).then(() => told++));
    await until(async () => {
      const votes = await Promise.all(net.validators.map(prevotesOf));
      return votes.every((each) => each >= 2) ? true : undefined;
    });
    expect(told).toBe(0);
    const after = await Promise.all(net.validators.map(heightOf));
    expect(Math.max(...after)).toBe(Math.max(...before));
    relays.heal();
    await Promise.all([lonely, ...halves]);
    await expectSameLogs();
  });

  test("go on without one that makes something else of a block, which stops by itself", async () => {
    const others = net.validators.slice(0, 3);
    const rogue = present(net.validators[3], "a validator");
    await rogue.stop();
    rogue.start(fileURLToPath(new URL("rogue.mjs", import.meta.url)));
    await isReady(rogue);
    const before = lamps;
    await load(others, 30);
    expect(lamps).toBeGreaterThanOrEqual(before + 30);
    // What it has, nobody else has: it takes no part any more, and no writes.
    await until(async () => {
      const answer = await fetch(`${rogue.pair().url}/readyz`).catch(() => undefined);
      return answer?.status === 503 ? true : undefined;
    });
    await load(others, 10);
    // With the program of the others, and without what it had made, it is one of them again.
    await rogue.stop();
    forget(rogue);
    rogue.start();
    await isReady(rogue);
    await expectSameLogs();
  });

  test("keep the log that an embedded ledger makes of the same blocks", async () => {
    const { entries, text } = await expectSameLogs();
    const directory = mkdtempSync(join(tmpdir(), "cityid-same-"));
    const clock = {
      wallMilliseconds: () => Date.now(),
      monotonicMilliseconds: () => performance.now(),
    };
    const options = { directory, origin: ORIGIN, signers: [signerOf(ORIGIN)], clock, workers: 0 };
    await createEmbeddedLedger(directory, net.genesis);
    const { parts, head } = await openStores(options);
    let position = { size: head.size, height: 0, timeMilliseconds: head.timeMilliseconds };
    let block: Uint8Array[] = [];
    for (const entry of entries.slice(2)) {
      if (!isBlockEntry(entry)) {
        block.push(entry);
        continue;
      }
      const said = decodeBlockEntry(entry);
      if (!said.ok) throw new Error(said.error.code);
      const items = block.map(readItem);
      const terms = { origin: ORIGIN, timeMilliseconds: said.value.time, items };
      const made = await makeBlock(
        parts,
        position,
        { ...terms, check: () => true },
        () => undefined,
      );
      if (made.entries === undefined) throw new Error("refused");
      const staged = sealBlock(parts.log, made, await made.mapRoot);
      await parts.log.commit(staged as never);
      parts.state.commit();
      position = made;
      block = [];
    }
    await closeParts(parts, head);
    const { ledger } = await openEmbeddedLedger(options);
    const { checkpoint } = ledger.head();
    expect(checkpoint.slice(0, checkpoint.indexOf("\n\n"))).toBe(text);
    await ledger[Symbol.asyncDispose]();
    discard(directory);
  });
});

type Round = {
  readonly "height/round/step": string;
  readonly height_vote_set: readonly { readonly prevotes: readonly string[] }[];
};

type Log = {
  /** The three lines of the checkpoint. */
  readonly text: string;
  readonly note: string;
  readonly tiles: readonly string[];
  readonly entries: readonly Uint8Array[];
};

/** An entry bundle: two bytes of length before each entry. */
function entriesOf(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0);
    entries.push(bundle.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}
