import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import {
  type CodeRecord,
  decodeCbor,
  formatSealUrl,
  formatVerifierKey,
  fromHex,
  hex,
  type Operation,
  parsePolicy,
  parseResolverHost,
  present,
  verifierKey,
} from "../../src/core/index.ts";
import { makeSeals, readSealEvidence } from "../../src/sdk/index.ts";
import { type TrustOptions, verifyHistory, verifyRecordProof } from "../../src/verify/index.ts";
import { checkSeal } from "../../src/verify/seal/index.ts";
import { runCli } from "../cli/served-world.ts";
import { discard } from "../discard.ts";
import {
  CITY,
  code,
  issueCity,
  LAMPS,
  LOG_SEED,
  named,
  ORIGIN,
  registerLampClass,
  signerOf,
} from "../sdk/world.ts";
import { type Load, loadOn } from "./load.ts";
import { beginLedger, type RealNode, startRealNode, until } from "./real-node.ts";

// A ledger that is written without pause, and readers who believe it only with the cosignatures of both witnesses.

let root: string;
let witnesses: RealNode[];
let node: RealNode;
let load: Load;
let policyText: string;
let policyFile: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-quorum-"));
  witnesses = await Promise.all(
    ["w1", "w2"].map(async (name) => {
      mkdirSync(join(root, name));
      const origin = `${name}.test/log`;
      return startRealNode({ data: await beginLedger(join(root, name), { origin }) });
    }),
  );
  const logKey = formatVerifierKey(verifierKey(ORIGIN, "ed25519", publicEd25519(LOG_SEED)));
  const lines = await Promise.all(
    witnesses.map(async ({ url }, i) => {
      const { witness } = await (await fetch(`${url}/.well-known/cityid`)).json();
      return `witness w${i} ${witness.vkey} ${url}/witness\n`;
    }),
  );
  policyText = `log ${logKey}\n${lines.join("")}group both all w0 w1\nquorum both\n`;
  policyFile = join(root, "trust.policy");
  writeFileSync(policyFile, policyText);
  for (const { data } of witnesses) {
    const added = await runCli(["witness", "add", policyFile, "--data", data]);
    expect(added).toMatchObject({ exit: 0, errors: "" });
  }
  mkdirSync(join(root, "node"));
  node = await startRealNode({
    data: await beginLedger(join(root, "node"), { policy: policyText }),
  });
  await issueCity(node);
  await registerLampClass(node);
  load = loadOn(node);
});
afterAll(async () => {
  await load.stop();
  await Promise.all([node, ...witnesses].map((each) => each.stop()));
  discard(root);
});

function trust(): TrustOptions {
  const policy = parsePolicy(policyText);
  if (!policy.ok) throw new Error(policy.error.code);
  return { policy: policy.value, nowSeconds: Date.now() / 1000, maxAgeSeconds: 60 };
}

async function size(): Promise<number> {
  return Number((await (await fetch(`${node.url}/log/checkpoint`)).text()).split("\n")[1]);
}

/** A proof that satisfies the quorum. */
async function proven(path: string) {
  const response = await fetch(`${node.url}${path}`);
  const verdict = await verifyRecordProof(await response.text(), trust());
  if (!verdict.ok) throw new Error(`${path}: ${verdict.error.code}`);
  expect(verdict.value.age?.by).toBe("cosignatures");
  return verdict.value;
}

test("records, absences and parameters are proved under the quorum, again and again", async () => {
  const sizes = new Set<number>();
  const begun = Date.now();
  // Long enough for the writers to have written much, however slow the machine is.
  while (Date.now() - begun < 5000 || load.acknowledged.length <= 100 || sizes.size < 2) {
    const record = await proven(`/v1/codes/${CITY}/proof?effective=1`);
    expect(record).toMatchObject({ record: { code: CITY }, effective: { status: "active" } });
    expect((await proven("/v1/codes/MA.156.9999/proof?effective=1")).value).toBeUndefined();
    expect((await proven("/v1/proof?key=param/policy")).value).toBeDefined();
    sizes.add(record.checkpoint.size);
  }
  // The public checkpoint went on meanwhile, and the writers never waited for it.
  expect(sizes.size).toBeGreaterThan(1);
  expect(load.others).toEqual([]);
  expect(load.acknowledged.length).toBeGreaterThan(100);
});

test("what was written a moment ago is waited for, and proved with it", async () => {
  for (let n = 0; n < 5; n++) {
    const { op } = (await proven(`/v1/codes/${CITY}/proof?effective=1`)).record as CodeRecord;
    const update = { op: "update", code: code(CITY), prev: op, names: named(`市 ${n}`) } as const;
    const { index } = await node.act(update, CITY, "city");
    const { record, checkpoint } = await proven(`/v1/codes/${CITY}/proof?effective=1`);
    expect(record?.names.zh).toMatchObject({ value: `市 ${n}` });
    expect(checkpoint.size).toBeGreaterThan(index);
  }
});

test("a page of children and their record are proved as of one block", async () => {
  const register = (n: number) => {
    const lamp = { code: code(`${LAMPS}/L${n}`), kind: "thing", names: named("灯") } as const;
    return node.act({ op: "register", items: [lamp] }, CITY, "city");
  };
  let n = 0;
  let growing = true;
  const growth = (async () => {
    while (growing) await register(n++);
  })();
  for (let at = 0; at < 20; at++) {
    const { page, verdict } = await node.client.provenChildren(LAMPS, trust(), { limit: 7 });
    expect(page.count).toBe(verdict.record?.children.count);
    expect(verdict.cosignatures).toHaveLength(2);
  }
  growing = false;
  await growth;
  // A page holds 1 000 children at most, and a fast machine registers more than that meanwhile.
  const { page } = await node.client.provenChildren(LAMPS, trust(), { limit: 1000 });
  expect(page.count).toBe(n);
  const expected = Array.from({ length: Math.min(n, 1000) }, (_, i) => `${LAMPS}/L${i}`);
  expect(page.codes).toEqual(expected);
});

test("a history is proved under the quorum, and the command line does so too", async () => {
  const text = (await node.client.historyProof(CITY).next()).value ?? "";
  const verdict = await verifyHistory(text, trust());
  expect(verdict).toMatchObject({ ok: true, value: { record: { age: { by: "cosignatures" } } } });
  for (const [name, body] of [
    ["history.json", text],
    ["proof.json", await node.client.proof(`code/${CITY}`, { effective: true })],
  ] as const) {
    const file = join(root, name);
    writeFileSync(file, body);
    const verified = await runCli(["verify", file, "--policy", policyFile, "--max-age", "60"]);
    expect(verified).toMatchObject({ exit: 0, errors: "" });
  }
});

test("a seal is judged under the quorum, with the bits of the same moment", async () => {
  const control = async () => (await node.client.record(CITY)).record.control;
  const prev = present(fromHex(await control()), "control");
  const signer = signerOf("sealer");
  const add = [{ key: signer.publicKey, uses: ["seal" as const], label: "plates" }];
  await node.act({ op: "keys", code: code(CITY), prev, add }, CITY, "city");
  const born = present(fromHex((await node.client.record(CITY)).record.born), "born");
  const iatSeconds = Math.floor(Date.now() / 1000);
  const subjects = Array.from({ length: 4 }, () => ({ code: code(CITY), born }));
  const host = parseResolverHost("id.example");
  const kid = hex(signer.kid);
  for await (const { serial, bytes } of makeSeals(subjects, { first: 0, iatSeconds }, signer)) {
    const text = formatSealUrl(
      present(host.ok ? host.value : undefined, "host"),
      code(CITY),
      bytes,
    );
    const outcome = async () => {
      const evidence = await readSealEvidence(await node.client.sealEvidence(CITY, kid, serial));
      const verdict = await checkSeal(text, evidence, trust());
      return "because" in verdict ? verdict.because.code : verdict.outcome;
    };
    expect(await outcome()).toBe("genuine");
    const unseal = {
      op: "unseal",
      code: code(CITY),
      kid: signer.kid,
      serials: [serial],
      reason: "x",
    };
    await node.act(unseal as Operation, CITY, "sealer");
    expect(await outcome()).toBe("SEAL_WITHDRAWN");
  }
});

test("the newest state is there for who asks, and only the log has signed it", async () => {
  const behind = await until(async () => {
    const path = `/v1/codes/${CITY}/proof?effective=1&newest=1`;
    const verdict = await verifyRecordProof(await (await fetch(node.url + path)).text(), trust());
    return verdict.ok ? undefined : verdict.error;
  });
  expect(behind).toMatchObject({ code: "POLICY_QUORUM" });
});

test("after a kill the quorum is there again, while writing never stopped", async () => {
  const before = await size();
  await load.stop();
  await node.stop("SIGKILL");
  node = await startRealNode({ data: node.data });
  load = loadOn(node);
  const after = await until(async () => {
    const { checkpoint } = await proven(`/v1/codes/${CITY}/proof?effective=1`).catch(() => ({
      checkpoint: { size: 0 },
    }));
    return checkpoint.size > before ? checkpoint.size : undefined;
  });
  expect(after).toBeGreaterThan(before);
  const value = (await proven("/v1/proof?key=param/policy")).value ?? new Uint8Array();
  expect(decodeCbor(value)).toMatchObject({ ok: true, value: { value: { now: policyText } } });
});

test("when a witness is silent, proofs stay at what both cosigned last", async () => {
  await witnesses[1]?.stop("SIGKILL");
  const { checkpoint } = await proven(`/v1/codes/${CITY}/proof?effective=1`);
  // What was cosigned on its way out may still arrive; then nothing comes while others write on.
  const last = await until(async () => {
    const before = await size();
    const acknowledged = load.acknowledged.length;
    await until(async () => load.acknowledged.length > acknowledged + 200 || undefined);
    return (await size()) === before ? before : undefined;
  });
  const later = await proven(`/v1/codes/${CITY}/proof?effective=1`);
  expect(later.checkpoint.size).toBeGreaterThanOrEqual(checkpoint.size);
  expect(later.checkpoint.size).toBe(last);
});
