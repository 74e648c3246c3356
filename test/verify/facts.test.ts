import { describe, expect, it } from "vitest";
import {
  anchorKey,
  base64,
  codeKey,
  datasetKey,
  encodeFact,
  factLeaf,
  factRoot,
  formatTlogProof,
  type Hash,
  hashLeaf,
  hex,
  inclusionPath,
  keyKey,
  type Observation,
  parseCheckpoint,
  present,
  rootOf,
  signCheckpoint,
  treeOf,
  utf8,
} from "../../src/core/index.ts";
import { type FactsOptions, verifyFacts } from "../../src/verify/data/index.ts";
import { fact, READING, signed } from "../core/data/kit.ts";
import { signer } from "../core/note/keys.ts";
import { code, testKey } from "../core/state/kit.ts";
import { AIR, airLedger, LOG, OFFICE, proofOf, REFERENCE } from "./dataset-kit.ts";
import { LOG_ONLY, NOW } from "./kit.ts";

const OPTIONS: FactsOptions = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 3600 };
const log = LOG;
const { kid } = testKey("gateway");
const KEY = keyKey(`${OFFICE}#1`, kid);

const OTHER: Observation = [fact("id", "x"), fact("pm25", 3)];
const entry = signed(OFFICE, "gateway", { iatSeconds: NOW - 30, observations: [OTHER, READING] });

/** The log of the dataset: the entry is the second of five. */
const leaves = [hashLeaf(utf8("0")), entry.hash, ...[2, 3, 4].map((i) => hashLeaf(utf8(`${i}`)))];
const tree = treeOf(leaves as Hash[]);
const noteAt = (size: number, by = log) =>
  signCheckpoint({ origin: by.key.name, size, root: rootOf(tree, size) }, [by]);

function receipt(size = 4, by = log): string {
  const checkpoint = parseCheckpoint(noteAt(size, by));
  if (!checkpoint.ok) throw new Error(checkpoint.error.code);
  const path = inclusionPath(tree, 1, size);
  return formatTlogProof({ index: 1, path, checkpoint: checkpoint.value });
}

const ledger = airLedger(noteAt(4));
const proof = (changes: Parameters<typeof proofOf>[1] = {}, first?: string) =>
  proofOf(ledger, changes, first, KEY);

function place(index: number) {
  const facts = treeOf(READING.map(factLeaf));
  const bytes = encodeFact(READING[index] as never);
  return { fact: base64(bytes), index, path: inclusionPath(facts, index).map(base64) };
}

const bundle = {
  format: "cityid/facts/v1",
  facts: [place(0), place(1)],
  of: 3,
  observation: {
    index: 1,
    path: inclusionPath(treeOf([OTHER, READING].map((each) => hashLeaf(factRoot(each)))), 1).map(
      base64,
    ),
  },
  entry: base64(entry.bytes),
  log: receipt(),
  ledger: [proof()],
};

const judged = async (changes: object = {}, options: FactsOptions = OPTIONS) => {
  const verdict = await verifyFacts(JSON.stringify({ ...bundle, ...changes }), options);
  return verdict.ok ? verdict.value : verdict.error;
};

const with_ = (key: string, change: object) =>
  judged({ ledger: [proof({ [key]: { ...(ledger.get(key) as object), ...change } })] });

describe("a proof of facts", () => {
  it("leads from facts up to the ledger, and says when the log was anchored", async () => {
    const verdict = await judged();
    expect(verdict).toMatchObject({
      facts: [
        { name: "id", value: "MA.156.1301.02/AIR/7" },
        { name: "pm25", value: { decimal: "12.5" } },
      ],
      dataset: REFERENCE,
      source: OFFICE,
      iatSeconds: NOW - 30,
      signer: { holder: `${OFFICE}#1`, kid: hex(kid) },
      index: 1,
      log: { checkpoint: { origin: "air.test/log", size: 4 } },
      anchoredMilliseconds: 1_700_000_000_000,
      ledger: { links: [] },
    });
    expect(verdict).not.toHaveProperty("signer.closed");
  });

  it("says nothing of an anchor that is another checkpoint, of another log, or none", async () => {
    const key = anchorKey(code(AIR));
    for (const verdict of [
      await judged({ log: receipt(5) }),
      await with_(key, { delegation: new Uint8Array(32) }),
      await with_(key, { delegation: 1 }),
      await with_(key, { checkpoint: "x" }),
      await with_(key, { checkpoint: noteAt(3) }),
      await with_(key, {
        checkpoint: signCheckpoint(
          { origin: "air.test/log", size: 4, root: new Uint8Array(32) as Hash },
          [log],
        ),
      }),
      await judged({ ledger: [proof({ [key]: 1 })] }),
      await judged({
        ledger: [proof({ "dataset/x#1": ledger.get(datasetKey(REFERENCE)) }, "dataset/x#1")],
      }),
    ]) {
      expect(verdict).toMatchObject({ index: 1 });
      expect(verdict).not.toHaveProperty("anchoredMilliseconds");
    }
  });

  it("tells of a key that was closed since", async () => {
    const retired = await with_(KEY, { to: (NOW - 10) * 1000 + 500, why: "retired" });
    expect(retired).toMatchObject({
      signer: { closed: { why: "retired", sinceSeconds: NOW - 10 } },
    });
    const lost = await with_(KEY, { to: 1_700_000_000_500, why: "compromised", since: 9 });
    expect(lost).toMatchObject({ signer: { closed: { why: "compromised", sinceSeconds: 9 } } });
  });

  it("is refused without the dataset and its log", async () => {
    const lacking = { code: "PROOF_DATASET" };
    expect(await judged({ ledger: [proof({}, codeKey(code(AIR)))] })).toMatchObject({
      ...lacking,
      key: codeKey(code(AIR)),
    });
    const key = datasetKey(REFERENCE);
    const held = ledger.value(key).log;
    for (const value of [
      1,
      { log: 1 },
      { log: { ...held, origin: 1 } },
      { log: { ...held, vkeys: 1 } },
      { log: { ...held, vkeys: [1] } },
      { log: { ...held, op: 1 } },
    ]) {
      expect(await judged({ ledger: [proof({ [key]: value })] })).toMatchObject(lacking);
    }
    const absent = `dataset/${OFFICE}#1`;
    expect(await judged({ ledger: [proof({}, absent)] })).toMatchObject(lacking);
    const log_ = { ...held, vkeys: ["x"] };
    expect(await judged({ ledger: [proof({ [key]: { log: log_ } })] })).toMatchObject({
      code: "POLICY_KEY",
    });
    expect(await judged({ ledger: [] })).toMatchObject({ code: "PROOF_CHAIN_LENGTH" });
  });

  it("is refused where the entry is not in that log", async () => {
    expect(await judged({ log: "x" })).toMatchObject({ code: "PROOF_LINE" });
    const other = signer("other.test/log", "ed25519", 20);
    expect(await judged({ log: receipt(4, other) })).toMatchObject({ code: "NOTE_UNSIGNED" });
    const changed = signed(OFFICE, "gateway", { iatSeconds: NOW - 31 });
    expect(await judged({ entry: base64(changed.bytes) })).toMatchObject({ code: "PROOF_ROOT" });
    expect(await judged({ entry: base64(utf8("0")), log: receiptOf(0) })).toMatchObject({
      code: "COSE_TAG",
    });
  });

  it("is refused for another dataset's entry, and where nobody entitled signed", async () => {
    const elsewhere = signed(OFFICE, "gateway", { iatSeconds: NOW, audience: "other.test/log" });
    expect(await judged(inLog(elsewhere))).toEqual({
      code: "DATA_AUDIENCE",
      got: "other.test/log",
      want: "air.test/log",
    });
    const unknown = { code: "PROOF_SIGNER", source: OFFICE, kid: hex(kid) };
    expect(await with_(KEY, { uses: ["record"] })).toEqual(unknown);
    expect(await with_(KEY, { uses: 1 })).toEqual(unknown);
    expect(await with_(KEY, { key: 1 })).toEqual(unknown);
    expect(await judged({ ledger: [proof({ [KEY]: 1 })] })).toEqual(unknown);
    const stranger = signed("MA.156.1301.03", "gateway", { iatSeconds: NOW });
    expect(await judged(inLog(stranger))).toMatchObject({ code: "PROOF_SIGNER" });
    const none = signed(OFFICE, "clerk", { iatSeconds: NOW });
    expect(await judged(inLog(none))).toMatchObject({ code: "PROOF_SIGNER" });
    expect(await judged({}, { ...OPTIONS, checkEntry: async () => false })).toEqual({
      code: "AUTH_SIGNATURE",
      kid: hex(kid),
    });
  });

  it("is refused of a key that could not have signed it", async () => {
    const iat = NOW - 30;
    const unfit = { code: "PROOF_SIGNER", source: OFFICE, kid: hex(kid) };
    for (const change of [
      { scope: { under: `${OFFICE}/OTHER` } },
      { scope: { classes: ["OTHER"] } },
      { scope: { until: iat - 1 } },
      { scope: 1 },
      { scope: { classes: 1 } },
      { rpId: "x.test", origin: "https://x.test" },
      { to: (iat - 601) * 1000, why: "retired" },
    ]) {
      expect(await with_(KEY, change)).toEqual(unfit);
    }
    for (const change of [
      { scope: { under: OFFICE, until: iat } },
      { scope: { classes: [""] } },
      // It was open when the entry came, which is dated ahead by what a clock may be wrong.
      { to: (iat - 600) * 1000, why: "retired" },
      { to: (iat - 601) * 1000, why: "compromised" },
      // What is signed may have waited for the key.
      { from: (iat + 600) * 1000 },
    ]) {
      expect(await with_(KEY, change)).toMatchObject({ signer: { kid: hex(kid) } });
    }
  });

  it("is refused for facts that were not signed, or not together", async () => {
    expect(await judged({ facts: [] })).toMatchObject({ code: "PROOF_FIELD", field: "facts" });
    const forged = { ...place(0), fact: base64(encodeFact(fact("id", "forged"))) };
    expect(await judged({ facts: [forged] })).toMatchObject({ code: "PROOF_ROOT" });
    expect(await judged({ facts: [place(0), { ...forged, index: 0 }] })).toEqual({
      code: "PROOF_FACT",
      at: 1,
    });
    expect(await judged({ facts: [{ ...place(0), path: [] }] })).toMatchObject({
      code: "PROOF_LENGTH",
    });
    expect(await judged({ facts: [{ ...place(0), fact: "AA==" }] })).toMatchObject({
      code: "DATA_FACT",
    });
    expect(await judged({ observation: { ...bundle.observation, index: 2 } })).toMatchObject({
      code: "PROOF_INDEX",
    });
    expect(await judged({ format: "x" })).toMatchObject({ code: "PROOF_FORMAT" });
  });
});

function receiptOf(index: number): string {
  const checkpoint = parseCheckpoint(noteAt(4));
  if (!checkpoint.ok) throw new Error(checkpoint.error.code);
  const path = inclusionPath(tree, index, 4);
  return formatTlogProof({ index, path, checkpoint: checkpoint.value });
}

/** Another entry, alone in a log of the dataset. */
function inLog(of: typeof entry) {
  const one = treeOf([of.hash]);
  const signedNote = signCheckpoint({ origin: "air.test/log", size: 1, root: rootOf(one) }, [log]);
  const checkpoint = parseCheckpoint(signedNote);
  if (!checkpoint.ok) throw new Error(checkpoint.error.code);
  const text = formatTlogProof({ index: 0, path: [], checkpoint: checkpoint.value });
  return { entry: base64(present(of, "an entry").bytes), log: text };
}
