import { describe, expect, test } from "vitest";
import {
  formatVerifierKey,
  parseNote,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from "../../src/core/index.ts";
import { formatAddCheckpoint, originHash, type WitnessStatus } from "../../src/witness/index.ts";
import { member, sign } from "../core/state/kit.ts";
import { branch, keyOf, LOG, memory, NEXT_LOG, ORIGIN, witnessOf } from "../witness/kit.ts";
import { openWorld, type World } from "./world.ts";

const log = branch("a");
const PATH = "/witness/add-checkpoint";
const SHOWN = `/witness/${originHash(ORIGIN)}/checkpoint`;

/** The status, the type and the text or code of an answer. */
async function post(world: World, body: string | Uint8Array<ArrayBuffer>) {
  const response = await world.request("POST", PATH, { body });
  const type = response.headers.get("Content-Type");
  const text = await response.text();
  return {
    status: response.status,
    type,
    text,
    ...(type?.includes("json") && { problem: JSON.parse(text) }),
  };
}

describe("POST /witness/add-checkpoint", () => {
  test("answers as c2sp.org/tlog-witness has it, status by status", async () => {
    const witness = witnessOf();
    await using world = await openWorld({}, { witness });
    expect((await world.get(SHOWN)).status).toBe(404);
    const cosigned = await post(world, log.body(0, 7));
    expect(cosigned).toMatchObject({ status: 200, type: "text/plain; charset=utf-8" });
    expect(cosigned.text).toMatch(/^— w\.example\/witness [A-Za-z0-9+/=]+\n$/);
    const shown = await world.get(SHOWN);
    expect(shown.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    const note = parseNote(await shown.text());
    expect(note.ok && verifyNote(note.value, [LOG.key, witness.signer.key]).ok).toBe(true);

    const size = { type: "text/x.tlog.size", text: "7\n" };
    expect(await post(world, log.body(2, 9))).toEqual({ status: 409, ...size });
    expect(await post(world, branch("b").body(7, 7))).toEqual({ status: 409, ...size });
    expect(await post(world, branch("b").body(7, 9))).toMatchObject({
      status: 422,
      problem: { code: "WITNESS_PROOF" },
    });
    expect(await post(world, branch("a", 0, "x.example/log").body(0, 7))).toMatchObject({
      status: 404,
      problem: { code: "WITNESS_ORIGIN" },
    });
    expect(
      await post(world, formatAddCheckpoint(7, log.consistency(7, 8), log.note(8, [NEXT_LOG]))),
    ).toMatchObject({ status: 403, problem: { code: "WITNESS_SIGNATURE" } });
    expect(await post(world, formatAddCheckpoint(9, [], log.note(8)))).toMatchObject({
      status: 400,
      problem: { code: "WITNESS_OLD_SIZE" },
    });
    expect(await post(world, "old x\n\n")).toMatchObject({
      status: 400,
      problem: { code: "WITNESS_BODY", facts: { part: "old", line: 1 } },
    });
    expect(await post(world, "old 1\n\nx\n")).toMatchObject({
      status: 400,
      problem: { code: "NOTE_SEPARATOR" },
    });
    expect(await post(world, Uint8Array.of(0xff, 0xfe))).toMatchObject({
      status: 400,
      problem: { code: "HTTP_BODY" },
    });
    expect(await post(world, "x".repeat(65_537))).toMatchObject({
      status: 413,
      problem: { code: "HTTP_BODY_SIZE", facts: { max: 65_536 } },
    });
    expect(await post(world, log.body(7, 9))).toMatchObject({ status: 200 });
    const metrics = await (await world.get("/metrics")).text();
    expect(metrics).toContain('cityid_cosigned_total{outcome="cosigned"} 2\n');
    expect(metrics).toContain('cityid_cosigned_total{outcome="WITNESS_ROOT"} 1\n');
  });

  test("answers 503 while nothing can be stored, and has cosigned nothing", async () => {
    const kept = memory();
    const witness = witnessOf({
      memory: { get: kept.get, put: () => Promise.reject(new Error("ENOSPC")) },
    });
    await using world = await openWorld({}, { witness });
    const answer = await post(world, log.body(0, 7));
    expect(answer).toMatchObject({
      status: 503,
      problem: { code: "HTTP_BUSY", facts: { what: "witness" } },
    });
    expect((await world.get(SHOWN)).status).toBe(404);
    expect(world.lines).toContainEqual({
      event: "witness-memory",
      facts: { origin: ORIGIN, cause: "Error: ENOSPC" },
    });
  });

  test("is not there where the node is no witness, and shows no other path", async () => {
    await using world = await openWorld();
    expect((await post(world, log.body(0, 7))).status).toBe(404);
    await using other = await openWorld({}, { witness: witnessOf() });
    for (const hash of ["00", "..", "X".repeat(64), "00".repeat(32)]) {
      expect((await other.get(`/witness/${hash}/checkpoint`)).status).toBe(404);
    }
  });

  test("is told of in the descriptor", async () => {
    const witness = witnessOf();
    await using world = await openWorld({}, { witness });
    expect((await world.json("/.well-known/cityid")).witness).toEqual({
      vkey: witness.vkey,
      url: "https://node.test/witness",
    });
  });
});

describe("cosignatures of others", () => {
  test("stand in the checkpoint, in proofs and in receipts, and in what the node says of itself", async () => {
    await using plain = await openWorld();
    const line = "— w.example/witness AAAAAAAAAAAAAAAA\n";
    const status: WitnessStatus = {
      name: 'w"1',
      lag: 3,
      failures: 2,
      size: 4,
      lastSuccess: 1_795_000_000_000,
      trouble: "WITNESS_SILENT",
    };
    const { ledger } = plain;
    const cosignatures = {
      checkpoint: () => ({
        size: ledger.published().size,
        note: ledger.published().checkpoint + line,
      }),
      cosigned: () => undefined,
      covering: async () => undefined,
      noteOf: ({ checkpoint }: { checkpoint: string }) => checkpoint + line,
      statuses: () => [status],
    };
    await using world = await openWorld({}, { ledger, cosignatures });
    expect(await (await world.get("/log/checkpoint")).text()).toContain(line);
    expect((await world.json("/v1/proof?key=param/policy")).log).toContain(line);
    const hash = (await world.json("/v1/operations?limit=1")).items?.[0]?.hash;
    if (hash !== undefined)
      expect((await world.json(`/v1/operations/${hash}`)).receipt).toContain(line);
    expect(await world.json("/readyz")).toEqual({
      status: "ready",
      witnesses: [{ ...status, lastSuccess: "2026-11-18T11:06:40.000Z" }],
    });
    const metrics = await (await world.get("/metrics")).text();
    expect(metrics).toContain('cityid_witness_lag_entries{witness="w\\"1"} 3\n');
    expect(metrics).toContain(
      'cityid_witness_last_success_timestamp_seconds{witness="w\\"1"} 1795000000\n',
    );
    expect(metrics).toContain('cityid_witness_failures{witness="w\\"1"} 2\n');
  });
});

describe("a policy in which the node would witness itself", () => {
  const own = keyOf("node.test/witness", "cosignature", "own");
  /** Under another name, as somebody would write it who wants it to pass for a witness's. */
  const asWitness = ({ publicKey }: VerifierKey) =>
    verifierKey("w.example", "cosignature", publicKey);

  test.each([
    ["has the node's own key", formatVerifierKey(own.key), false],
    ["has the key of the log", undefined, false],
    ["comes next", formatVerifierKey(own.key), true],
  ])("is refused at the door: its witness %s", async (_, vkey, next) => {
    await using world = await openWorld({}, { node: { ...NODE, ownKeys: [own.key] } });
    const logVkey = formatVerifierKey(LOG.key);
    const self = vkey ?? formatVerifierKey(asWitness(LOG.key));
    const text = `log ${logVkey}\nwitness self ${self} https://node.test/witness\nquorum self\n`;
    const policy = next ? { now: "quorum none\n", next: text } : { now: text };
    const inner = { op: "param", name: "policy", prev: new Uint8Array(32), value: policy } as const;
    const bytes = sign({ op: "propose", inner }, member("A"), world.clock.now);
    const { size } = world.ledger.head();
    const one = await world.request("POST", "/v1/operations", {
      body: new Uint8Array(bytes),
      headers: { "Content-Type": "application/cose" },
    });
    expect(one.status).toBe(422);
    expect(await one.json()).toMatchObject({
      code: "POLICY_WITNESS_OWN",
      facts: { witness: "self" },
    });
    // Among others it is the only one that is refused for that.
    const fact = { op: "gazette", items: [] } as const;
    const rest = sign(fact, member("A"), world.clock.now);
    const many = await world.request("POST", "/v1/operations", {
      body: new Uint8Array([...rest, ...bytes]),
      headers: { "Content-Type": "application/cbor-seq" },
    });
    const { results } = await many.json();
    expect(results).toHaveLength(2);
    expect(results[0].code).not.toBe("POLICY_WITNESS_OWN");
    expect(results[1]).toMatchObject({ status: "refused", code: "POLICY_WITNESS_OWN" });
    expect(world.ledger.head().size).toBe(size);
  });
});

const NODE = {
  vkeys: [formatVerifierKey(LOG.key)],
  policy: "quorum none\n",
  engine: "memory",
  software: "cityid/0.0.0",
};
