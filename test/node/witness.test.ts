import {
  cpSync,
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
import { afterAll, beforeAll, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import {
  evaluatePolicy,
  formatVerifierKey,
  fromHex,
  type Policy,
  parseCheckpoint,
  parsePolicy,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from "../../src/core/index.ts";
import { verifyFraudProof } from "../../src/verify/index.ts";
import { originHash } from "../../src/witness/index.ts";
import { runCli } from "../cli/served-world.ts";
import { discard } from "../discard.ts";
import { LOG_SEED, ORIGIN, signAs } from "../sdk/world.ts";
import { branch, LOG, ORIGIN as OTHER_ORIGIN } from "../witness/kit.ts";
import { nextFact } from "./load.ts";
import { beginLedger, type RealNode, startRealNode, until } from "./real-node.ts";

// Real nodes that witness each other: processes, sockets, files, and what becomes of it when one of them lies or dies.

const logKey: VerifierKey = verifierKey(ORIGIN, "ed25519", publicEd25519(LOG_SEED));

let root: string;
let witness: RealNode;
let policyText: string;
let policy: Policy;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-witness-"));
  mkdirSync(join(root, "w"));
  witness = await startRealNode({
    data: await beginLedger(join(root, "w"), { origin: "w.test/log" }),
  });
  const { vkey } = (await describe_(witness)).witness;
  policyText = `log ${formatVerifierKey(logKey)}\nwitness w ${vkey} ${witness.url}/witness\nquorum w\n`;
  const parsed = parsePolicy(policyText);
  if (!parsed.ok) throw new Error(parsed.error.code);
  policy = parsed.value;
});
afterAll(async () => {
  await witness.stop();
  discard(root);
});

async function describe_(node: RealNode) {
  return (await (await fetch(`${node.url}/.well-known/cityid`)).json()) as {
    readonly policy: string;
    readonly witness: { readonly vkey: string; readonly url: string };
  };
}

async function ready(node: RealNode) {
  return (await (await fetch(`${node.url}/readyz`)).json()) as {
    readonly status: string;
    readonly fault?: string;
    readonly witnesses: readonly {
      readonly trouble?: string;
      readonly size?: number;
      readonly seen?: number;
    }[];
  };
}

/** The public checkpoint, once it satisfies the policy at this size or beyond. */
async function cosigned(node: RealNode, size: number) {
  return until(async () => {
    const note = await (await fetch(`${node.url}/log/checkpoint`)).text();
    const parsed = parseCheckpoint(note);
    if (!parsed.ok || parsed.value.size < size) return undefined;
    const trust = evaluatePolicy(policy, parsed.value, Math.floor(Date.now() / 1000));
    return trust.ok ? { text: note, ...parsed.value } : undefined;
  });
}

/** Writes one operation. @returns the size of the log with it */
async function write(node: RealNode): Promise<number> {
  const { bytes } = await signAs(nextFact(), "member/A", "member/A");
  const outcome = await node.client.submit(bytes);
  if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
  return outcome.index + 2;
}

/** Has the members vote on a policy. @returns the size of the log with it */
async function govern(node: RealNode, now: string): Promise<number> {
  const params = await (await fetch(`${node.url}/v1/params`)).json();
  const { op } = params.items.find(({ name }: { name: string }) => name === "policy");
  const inner = {
    op: "param",
    name: "policy",
    prev: fromHex(op) ?? new Uint8Array(),
    value: { now },
  } as const;
  const { id } = await node.act({ op: "propose", inner }, "member/A", "member/A");
  const endorse = { op: "endorse", decision: id, vote: "approve" } as const;
  return (await node.act(endorse, "member/B", "member/B")).index + 2;
}

async function trouble(node: RealNode): Promise<string> {
  return until(async () => (await ready(node)).witnesses[0]?.trouble);
}

/** Begins a ledger whose policy asks for the witness. */
async function beginWitnessed(name: string): Promise<string> {
  mkdirSync(join(root, name));
  return beginLedger(join(root, name), { policy: policyText });
}

test("a node makes a key to cosign with that is no other, for its owner alone, and keeps it", async () => {
  const key = join(witness.data, "keys", "witness.key");
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(readFileSync(key, "utf8")).not.toBe(
    readFileSync(join(witness.data, "keys", "log.key"), "utf8"),
  );
  const { vkey, url } = (await describe_(witness)).witness;
  expect(vkey).toMatch(/^w\.test\/witness\+[0-9a-f]{8}\+B/);
  expect(url).toBe(`${witness.url}/witness`);
  expect(witness.log()).toContain(`As a witness of other ledgers it is ${vkey}`);
  const shown = await runCli(["witness", "show", "--data", witness.data, "--json"]);
  expect(JSON.parse(shown.out)).toEqual({ vkey, logs: [], unreadable: [] });
});

test("a witness takes up a ledger while it runs, and what it cosigned satisfies the policy", async () => {
  const file = join(root, "ledger.policy");
  writeFileSync(file, policyText);
  await using node = await startRealNode({ data: await beginWitnessed("first") });
  // Nobody told it yet.
  expect(await trouble(node)).toBe("WITNESS_STRANGER");
  const added = await runCli(["witness", "add", file, "--data", witness.data, "--json"]);
  expect(added).toMatchObject({ exit: 0, errors: "" });
  expect(JSON.parse(added.out)).toMatchObject({ logs: [ORIGIN] });
  // A vkey is enough, and a ledger of its own is not taken.
  const again = await runCli([
    "witness",
    "add",
    formatVerifierKey(LOG.key),
    "--data",
    witness.data,
  ]);
  expect(again).toMatchObject({ exit: 0 });
  const own = formatVerifierKey(verifierKey("w.test/log", "ed25519", LOG.key.publicKey));
  const refused = await runCli(["witness", "add", own, "--data", witness.data]);
  expect(refused).toMatchObject({ exit: 2, out: "" });
  expect(refused.errors).toContain("WITNESS_OWN_LOG");
  const nonsense = await runCli([
    "witness",
    "add",
    join(witness.data, "cityid.json"),
    "--data",
    witness.data,
  ]);
  expect(nonsense).toMatchObject({ exit: 2, out: "" });

  const { text } = await cosigned(node, 2);
  const shown = await fetch(`${witness.url}/witness/${originHash(ORIGIN)}/checkpoint`);
  expect(await shown.text()).toBe(text);
  const size = await write(node);
  const later = await cosigned(node, size);
  // A receipt that is fetched now is believed without a word to anybody.
  const { bytes } = await signAs(nextFact(), "member/A", "member/A");
  const outcome = await node.client.submit(bytes);
  expect(outcome.status).toBe("accepted");
  await cosigned(node, later.size + 1);
  expect(await ready(node)).toMatchObject({
    status: "ready",
    witnesses: [{ name: "w", lag: 0, failures: 0 }],
  });
  const policyFile = join(root, "trust.policy");
  writeFileSync(policyFile, policyText);
  const proof = join(root, "proof.json");
  writeFileSync(proof, await (await fetch(`${node.url}/v1/proof?key=param/policy`)).text());
  const verified = await runCli(["verify", proof, "--policy", policyFile, "--max-age", "3600"]);
  expect(verified).toMatchObject({ exit: 0 });
  expect((await describe_(node)).policy).toBe(policyText);
  expect(await node.stop()).toBe(0);
});

test("two copies of a ledger write on: one branch is cosigned, the other one proves the fraud", async () => {
  const data = join(root, "first", "data");
  const copy = join(root, "copy");
  cpSync(data, copy, { recursive: true });
  await using one = await startRealNode({ data });
  const size = await write(one);
  const first = await cosigned(one, size);
  await using two = await startRealNode({ data: copy });
  await write(two);
  await write(two);
  const proofs = join(copy, "fraud");
  await until(
    async () =>
      (existsSync(proofs) && readdirSync(proofs).some((name) => name.endsWith(".json"))) ||
      undefined,
  );
  expect(await trouble(two)).toBe("WITNESS_BRANCH");
  const [name = ""] = readdirSync(proofs).filter((each) => each.endsWith(".json"));
  const proof = JSON.parse(readFileSync(join(proofs, name), "utf8"));
  const policy = parsePolicy(`log ${formatVerifierKey(logKey)}\nquorum none\n`);
  if (!policy.ok) throw new Error(policy.error.code);
  const trust = { policy: policy.value, nowSeconds: Date.now() / 1000, maxAgeSeconds: Infinity };
  const verdict = await verifyFraudProof(proof, trust);
  expect(verdict).toMatchObject({
    ok: true,
    value: { origin: ORIGIN, how: { kind: "roots" }, first: { size, root: first.root } },
  });
  // Writing goes on where nobody waits for the witness, and the witnessed branch grows.
  await write(two);
  await cosigned(one, await write(one));
  expect(two.log()).toContain('"event":"fraud-proof"');
});

test("the log's key rotates: both sign while the policy names both, then the next one alone", async () => {
  const data = join(root, "first", "data");
  const made = await runCli(["init", "next-log-key", "--data", data, "--json"]);
  expect(made).toMatchObject({ exit: 0, errors: "" });
  const { vkey } = JSON.parse(made.out) as { vkey: string };
  // Asked again it is the same one, for its owner alone.
  expect(
    JSON.parse((await runCli(["init", "next-log-key", "--data", data, "--json"])).out),
  ).toEqual({ vkey });
  expect(statSync(join(data, "keys", "log-next.key")).mode & 0o777).toBe(0o600);
  await using node = await startRealNode({ data });
  const signed = async (size: number) =>
    (await cosigned(node, size)).text.match(/^— node\.test\/log /gm);
  expect(await signed(await write(node))).toHaveLength(1);

  const both = policyText.replace("witness", `log ${vkey}\nwitness`);
  const size = await govern(node, both);
  // The witness knows the old key, which still signs; so does whoever keeps the old policy.
  expect(await signed(size)).toHaveLength(2);
  expect((await describe_(node)).policy).toBe(both);
  expect((await runCli(["witness", "add", vkey, "--data", witness.data])).exit).toBe(0);

  await govern(node, both.replace(`log ${formatVerifierKey(logKey)}\n`, ""));
  const later = await write(node);
  const note = await until(async () => {
    const text = await (await fetch(`${node.url}/log/checkpoint`)).text();
    return Number(text.split("\n")[1]) >= later ? text : undefined;
  });
  expect(note.match(/^— node\.test\/log /gm)).toHaveLength(1);
  const parsed = parseCheckpoint(note);
  expect(parsed.ok && verifyNote(parsed.value.note, [logKey])).toMatchObject({
    ok: false,
    error: { code: "NOTE_UNSIGNED" },
  });
  // Back to the first key, for the tests that follow.
  await govern(node, policyText);
  await cosigned(node, await write(node));
});

test("what was restored takes writes once the witnesses saw nothing newer, and not before", async () => {
  const data = join(root, "first", "data");
  const [old, latest] = [join(root, "old-backup"), join(root, "latest-backup")];
  {
    await using node = await startRealNode({ data });
    await cosigned(node, await write(node));
    expect((await runCli(["backup", data, old, "--with-keys"])).exit).toBe(0);
    await cosigned(node, await write(node));
    expect(await node.stop()).toBe(0);
    expect((await runCli(["backup", data, latest, "--with-keys"])).exit).toBe(0);
  }
  // No copy has the key of a witness: it would have forgotten what it cosigned since.
  expect(readdirSync(join(latest, "keys")).sort()).toEqual(["log-next.key", "log.key"]);
  const [stale, whole] = [join(root, "stale"), join(root, "whole")];
  expect((await runCli(["restore", old, stale])).exit).toBe(0);
  expect((await runCli(["restore", latest, whole])).exit).toBe(0);
  {
    await using node = await startRealNode({ data: stale });
    expect(await trouble(node)).toBe("WITNESS_AHEAD");
    expect(await ready(node)).toMatchObject({ status: "unready", fault: "LEDGER_RESTORED" });
    const { bytes } = await signAs(nextFact(), "member/A", "member/A");
    const refused = await fetch(`${node.url}/v1/operations`, {
      method: "POST",
      headers: { "content-type": "application/cose" },
      body: new Uint8Array(bytes),
    });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "LEDGER_RESTORED" });
  }
  await using node = await startRealNode({ data: whole });
  await until(async () => (await ready(node)).status === "ready" || undefined);
  expect(JSON.parse(readFileSync(join(whole, "cityid.json"), "utf8"))).not.toHaveProperty(
    "restored",
  );
  await cosigned(node, await write(node));
});

test("a key whose memory is lost, or that is the log's, cosigns nothing more", async () => {
  const data = join(root, "forgetful");
  cpSync(join(root, "first", "data"), data, { recursive: true });
  discard(join(data, "witness"));
  const lost = await runCli(["start", "--data", data, "--port", "0"]);
  expect(lost).toMatchObject({ exit: 10, out: "" });
  expect(lost.errors).toContain("NODE_WITNESS_MEMORY");
  cpSync(join(data, "keys", "log.key"), join(data, "keys", "witness.key"));
  const same = await runCli(["start", "--data", data, "--port", "0"]);
  expect(same).toMatchObject({ exit: 10, out: "" });
  expect(same.errors).toContain("NODE_WITNESS_KEY");
  rmSync(join(data, "keys", "witness.key"));
  await using node = await startRealNode({ data });
  expect((await describe_(node)).witness.vkey).toMatch(/^node\.test\/witness\+/);
});

test("100 requests of two branches at once, and a witness that is killed again and again: one branch", async () => {
  const branches = { one: branch("one", 10), two: branch("two", 10) };
  mkdirSync(join(root, "killed"));
  const data = await beginLedger(join(root, "killed"), { origin: "k.test/log" });
  expect((await runCli(["witness", "add", formatVerifierKey(LOG.key), "--data", data])).exit).toBe(
    0,
  );
  let node = await startRealNode({ data });
  const post = async (body: string) => {
    try {
      const response = await fetch(`${node.url}/witness/add-checkpoint`, { method: "POST", body });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: "" };
    }
  };
  expect((await post(branches.one.body(0, 10))).status).toBe(200);
  const taken: { of: "one" | "two"; size: number }[] = [];
  let at = 10;
  /** As a log asks: from where the witness says it is. */
  const ask = async (of: "one" | "two", size: number) => {
    for (let old = at; old <= size; ) {
      const { status, text } = await post(branches[of].body(old, size));
      if (status === 200) {
        taken.push({ of, size });
        at = Math.max(at, size);
      }
      const next = status === 409 ? Number(text) : size + 1;
      if (next === old) return;
      old = next;
    }
  };
  for (let round = 0; round < 4; round++) {
    const from = at;
    const asking = Array.from({ length: 100 }, (_, i) =>
      ask(i % 2 === 0 ? "one" : "two", from + 1 + Math.floor(i / 2)),
    );
    // In the middle of it: as soon as something more was taken.
    const before = taken.length;
    await until(async () => taken.length > before || undefined);
    process.kill(node.pid, "SIGKILL");
    await node.stop();
    await Promise.all(asking);
    node = await startRealNode({ data });
    const shown = await fetch(`${node.url}/witness/${originHash(OTHER_ORIGIN)}/checkpoint`);
    const seen = parseCheckpoint(await shown.text());
    if (!seen.ok) throw new Error(seen.error.code);
    // Nothing that it cosigned was forgotten, and it is on the branch of all that it cosigned.
    expect(seen.value.size).toBeGreaterThanOrEqual(Math.max(...taken.map(({ size }) => size)));
    expect(new Set(taken.map(({ of }) => of)).size).toBe(1);
    const [winner] = taken;
    if (winner === undefined) throw new Error("nothing was taken");
    expect(seen.value.root).toEqual(branches[winner.of].root(seen.value.size));
    at = seen.value.size;
  }
  await node.stop();
});
