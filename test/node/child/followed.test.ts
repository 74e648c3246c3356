import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Code,
  codeKey,
  decodeCbor,
  formatVerifierKey,
  ok,
  parsePolicy,
  present,
} from "../../../src/core/index.ts";
import { openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import type { Ledger, LedgerReader } from "../../../src/ledger/index.ts";
import { anchorOnce, beginChild, logKey, parentProofs } from "../../../src/node/index.ts";
import { readSeed } from "../../../src/node/secrets.ts";
import { type Client, createClient, signerFromSeed } from "../../../src/sdk/index.ts";
import {
  type AppDependencies,
  createApp,
  memoryStore,
  type OtherNodes,
  type ParentLedger,
  type Server,
} from "../../../src/server/index.ts";
import { verifyProofChain } from "../../../src/verify/index.ts";
import { child, city, code, member, named, sign, testKey } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";
import { issueCity, MA1301, openWorld, type World } from "../../server/world.ts";

// A root ledger, the city's and a department's, without sockets: what their nodes ask of each other is counted.

const DEPT = `${MA1301}.02`;
const BENCH = `${DEPT}/BENCH`;

type Child = { readonly ledger: Ledger; readonly client: Client; readonly proofs: Proofs };
/** What the node holds of its parent's proofs; a test can have it keep an old answer. */
type Proofs = { ask: ParentLedger["proofs"] };

let root: string;
let world: World;
let apps: Map<string, Server>;
let asked: string[];
let open: Ledger[];
let parent: Client;

const otherNodes: OtherNodes = async (url) => {
  asked.push(new URL(url).host);
  const app = apps.get(new URL(url).host);
  if (app === undefined) return { ok: false, error: { what: "address", why: "not-public" } };
  const response = await app.fetch(new Request(url));
  if (response.status !== 200) return { ok: false, error: { what: "answer", why: "status" } };
  return ok(new Uint8Array(await response.arrayBuffer()));
};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-followed-"));
  [apps, asked, open] = [new Map(), [], []];
  world = await openWorld({}, { otherNodes });
  await issueCity(world);
  await world.do({ op: "register", items: [child(DEPT, "department")] }, city);
  await world.do({ op: "register", items: [child(BENCH, "class")] }, city);
  apps.set("node.test", world.app);
  parent = clientOf("node.test");
});
afterEach(async () => {
  for (const ledger of open) await ledger[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  discard(root);
});

function clientOf(host: string): Client {
  const fetch = async (request: Request) =>
    present(apps.get(host), host).fetch(request, { remoteAddress: "127.0.0.1" });
  return createClient({ url: `https://${host}`, fetch, attempts: 1 });
}

const signer = signerFromSeed(testKey("city").seed);

/** The node of a code that `above` delegates, anchored once. */
async function delegated(above: Client, of: string, host: string, publicUrl = `https://${host}`) {
  const delegate = { code: of as Code, iss: MA1301, signer };
  const origin = `${host}/log`;
  const dataDirectory = join(root, host);
  const nowMilliseconds = () => world.clock.now;
  const { policy: parentPolicy } = await above.node();
  const names = { dataDirectory, parent: above, parentPolicy, delegate, publicUrl, origin };
  await beginChild({ ...names, nowMilliseconds });
  const seed = present(await readSeed(join(dataDirectory, "keys", "log.key")), "the log's key");
  const key = logKey(origin, seed);
  const { ledger } = await openEmbeddedLedger({
    directory: join(dataDirectory, "ledger"),
    origin,
    signers: [{ key, seed }],
    clock: { wallMilliseconds: nowMilliseconds, monotonicMilliseconds: nowMilliseconds },
    confirmClock: true,
    workers: 1,
  });
  open.push(ledger);
  const proofs: Proofs = { ask: parentProofs(above, of as Code, nowMilliseconds) };
  const node = {
    vkeys: [formatVerifierKey(key)],
    policy: `log ${formatVerifierKey(key)}\nquorum none\n`,
    engine: "embedded",
    software: "cityid/0.0.0",
  };
  const parts: AppDependencies = {
    ...{ ledger, node, otherNodes, clock: nowMilliseconds },
    random: (bytes) => new Uint8Array(bytes),
    log: { info: () => undefined, error: (event, facts) => console.error(event, facts) },
    parent: { code: of as Code, url: above.url, proofs: () => proofs.ask() },
    inbox: memoryStore(),
    openings: memoryStore(),
    seals: memoryStore(),
  };
  apps.set(host, createApp(parts, { publicUrl }));
  await anchorOnce({ ledger, parent: above, delegate, nowMilliseconds });
  return { ledger, client: clientOf(host), proofs } satisfies Child;
}

async function write(ledger: Ledger, origin: string, of: string, name: string): Promise<void> {
  const record = decodeCbor(present(ledger.value(`code/${of}`), of));
  const prev = (record.ok ? record.value : {}) as { op: Uint8Array };
  const op = { op: "update", code: code(of), prev: prev.op, names: named(name) } as const;
  const [outcome] = await ledger.submit([sign(op, { ...city, aud: origin }, world.clock.now)]);
  if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
  for (let i = 0; ledger.published().size < ledger.head().size; i++) {
    if (i > 10_000) throw new Error("still not published");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function follow(of: string, app: Server = world.app) {
  const url = `https://node.test/v1/codes/${encodeURIComponent(of)}?follow=1`;
  const response = await app.fetch(new Request(url));
  const body = JSON.parse(await response.text());
  return response.status === 200
    ? { chain: body }
    : { refused: [body.code, body.facts.why ?? body.facts.because] };
}

async function linksOf(chain: unknown): Promise<readonly string[]> {
  const policy = parsePolicy((await parent.node()).policy);
  const verdict = await verifyProofChain(chain, {
    policy: present(policy.ok ? policy.value : undefined, "a policy"),
    nowSeconds: Math.floor(world.clock.now / 1000),
    maxAgeSeconds: 3600,
  });
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
  return [...verdict.value.links.map((link) => link.code), verdict.value.last.key];
}

const control = (ledger: LedgerReader) => {
  const record = decodeCbor(present(ledger.value(codeKey(MA1301 as Code)), MA1301));
  return (record.ok ? record.value : {}) as { control: Uint8Array; op: Uint8Array };
};

describe("a chain that another node answered", () => {
  test("counts under the newest anchor, and under the one before for half a minute", async () => {
    const { ledger, proofs } = await delegated(parent, MA1301, "city.test");
    expect(await linksOf((await follow(BENCH)).chain)).toEqual([MA1301, `code/${BENCH}`]);
    const old = await proofs.ask();
    world.clock.now += 61_000;
    await write(ledger, "city.test/log", DEPT, "新名");
    const delegate = { code: MA1301 as Code, iss: MA1301, signer };
    await anchorOnce({ ledger, parent, delegate, nowMilliseconds: () => world.clock.now });
    // Another branch of the log could grow out of what was anchored before.
    proofs.ask = async () => old;
    world.clock.now += 20_000;
    expect(await linksOf((await follow(BENCH)).chain)).toEqual([MA1301, `code/${BENCH}`]);
    world.clock.now += 11_000;
    expect(await follow(BENCH)).toEqual({ refused: ["RESOLVE_FOLLOW_PROOF", "anchor"] });
    proofs.ask = parentProofs(parent, MA1301 as Code, () => world.clock.now);
    world.clock.now += 6000;
    expect(await linksOf((await follow(BENCH)).chain)).toEqual([MA1301, `code/${BENCH}`]);
  });

  test("counts for nothing while the delegated code is suspended; nobody is asked", async () => {
    await delegated(parent, MA1301, "city.test");
    const { control: prev } = control(world.ledger);
    const reason = "test";
    const inner = { op: "status", code: code(MA1301), prev, do: "suspend", reason } as const;
    await world.do({ op: "propose", inner }, member("A"));
    const { items } = await parent.decisions({ state: "open" });
    const decision = Buffer.from(present(items[0], "a decision").id, "hex");
    await world.do(
      { op: "endorse", decision: new Uint8Array(decision), vote: "approve" },
      member("B"),
    );
    asked.length = 0;
    expect(await follow(BENCH)).toEqual({ refused: ["RESOLVE_FOLLOW_STATUS", `${MA1301}#1`] });
    expect(asked).toEqual([]);
  });

  test("counts for nothing under a delegation that has ended and begun again", async () => {
    const { proofs } = await delegated(parent, MA1301, "city.test");
    const old = await proofs.ask();
    proofs.ask = async () => old;
    const url = "https://city.test";
    const policy = (await clientOf("city.test").node()).policy;
    const delegate = { op: "delegate", code: code(MA1301) } as const;
    const end = { do: "end", reason: "test" } as const;
    await world.do({ ...delegate, ...end, prev: control(world.ledger).control }, city);
    const start = { do: "start", url, policy, origin: "city.test/log" } as const;
    await world.do({ ...delegate, ...start, prev: control(world.ledger).control }, city);
    expect(await follow(BENCH)).toEqual({ refused: ["RESOLVE_FOLLOW_PROOF", "delegation"] });
  });
});

describe("a code two ledgers down", () => {
  test("is found by asking one after the other, and proved from the root", async () => {
    const above = await delegated(parent, MA1301, "city.test");
    await delegated(above.client, DEPT, "dept.test");
    asked.length = 0;
    const { chain } = await follow(BENCH);
    expect(asked).toEqual(["city.test", "dept.test"]);
    expect(await linksOf(chain)).toEqual([MA1301, DEPT, `code/${BENCH}`]);
    // What the city answers begins at the root too, with what the city knows of it itself.
    world.clock.now += 6000;
    const middle = await follow(BENCH, present(apps.get("city.test"), "city"));
    expect(await linksOf(middle.chain)).toEqual([MA1301, DEPT, `code/${BENCH}`]);
  });

  test("leads nowhere when ledgers send each other round, after one question each", async () => {
    const above = await delegated(parent, MA1301, "city.test");
    await delegated(above.client, DEPT, "dept.test", "https://city.test");
    asked.length = 0;
    expect(await follow(BENCH)).toEqual({ refused: ["RESOLVE_FOLLOW_PROOF", "PROOF_DELEGATED"] });
    expect(asked).toEqual(["city.test", "city.test"]);
    apps.delete("city.test");
    world.clock.now += 6000;
    expect(await follow(BENCH)).toEqual({ refused: ["RESOLVE_FOLLOW_ADDRESS", "not-public"] });
  });
});
