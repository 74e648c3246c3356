import { describe, expect, it } from "vitest";
import {
  anchorKey,
  base64,
  datasetKey,
  encodeObservations,
  factRoot,
  hashLeaf,
  hex,
  keyKey,
  type Observation,
  rootOf,
  signCheckpoint,
  treeOf,
  utf8,
} from "../../src/core/index.ts";
import { type FactsOptions, openExportProof } from "../../src/verify/data/index.ts";
import { fact, READING, signed } from "../core/data/kit.ts";
import { signer } from "../core/note/keys.ts";
import { code, testKey } from "../core/state/kit.ts";
import { AIR, airLedger, LOG, OFFICE, proofOf, REFERENCE } from "./dataset-kit.ts";
import { LOG_ONLY, NOW } from "./kit.ts";

// Lines of a proof, each of which can be left out, doubled or changed; what judges them is the code under test.

const OPTIONS: FactsOptions = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 3600 };
const OTHER: Observation = [fact("id", "x"), fact("pm25", 3)];
const entry = signed(OFFICE, "gateway", { iatSeconds: NOW - 30, observations: [OTHER, READING] });
const second = signed(OFFICE, "clerk", { iatSeconds: NOW - 20, observations: [OTHER] });
const hidden = hashLeaf(utf8("0"));
const ANCHOR = anchorKey(code(AIR));

const noteOf = (leaves: readonly Uint8Array[], by = LOG) =>
  signCheckpoint(
    { origin: by.key.name, size: leaves.length, root: rootOf(treeOf(leaves as never)) },
    [by],
  );
const leaves = [hidden, entry.hash, second.hash];
const ledger = airLedger(noteOf(leaves.slice(0, 2)));
const GATEWAY = keyKey(`${OFFICE}#1`, testKey("gateway").kid);
const CLERK = keyKey(`${OFFICE}#1`, testKey("clerk").kid);
const proof = (changes: Parameters<typeof proofOf>[1] = {}, first?: string, ...keys: string[]) =>
  proofOf(ledger, changes, first, GATEWAY, ...keys);

const shown = (...all: readonly Observation[]) => base64(encodeObservations(all));
const head = {
  format: "cityid/export/v1",
  dataset: REFERENCE,
  log: noteOf(leaves),
  ...{ table: "csv", asked: { attributes: ["pm25"] }, ledger: [proof()] },
};
const LINES: readonly object[] = [
  { leaf: base64(hidden) },
  {
    entry: base64(entry.bytes),
    received: 7,
    observations: [{ leaf: base64(hashLeaf(factRoot(OTHER))) }, shown(READING)],
  },
  {
    ledger: [
      proof({ [CLERK]: { ...(ledger.get(CLERK) as object), uses: ["data"] } }, undefined, CLERK),
    ],
  },
  { entry: base64(second.bytes), received: 8, observations: [shown(OTHER)] },
];

/** @returns the verdict, or what was refused; and the entries that were shown */
async function judged(lines = LINES, first: object = head, options = OPTIONS) {
  const check = await openExportProof(JSON.stringify(first), options);
  if (!check.ok) return check.error;
  const entries = [];
  for (const line of lines) {
    const taken = await check.value.take(typeof line === "string" ? line : JSON.stringify(line));
    if (!taken.ok) return taken.error;
    if (taken.value) entries.push(taken.value);
  }
  const end = check.value.end();
  return end.ok ? { ...end.value, entries, asked: check.value.asked } : end.error;
}
const instead = (at: number, change: object) =>
  judged(LINES.map((line, i) => (i === at ? { ...line, ...change } : line)));

describe("a proof of an export", () => {
  it("accounts for the whole log, says what is kept back, and who signed what is shown", async () => {
    expect(await judged()).toMatchObject({
      ...{ dataset: REFERENCE, hidden: { entries: 1, observations: 1 }, asked: head.asked },
      log: { checkpoint: { size: 3 } },
      anchored: { size: 2, milliseconds: 1_700_000_000_000 },
      signers: [{ kid: hex(entry.kid) }, { kid: hex(second.kid) }],
      entries: [
        { index: 1, source: OFFICE, receivedMilliseconds: 7, observations: [undefined, READING] },
        { index: 2, observations: [OTHER] },
      ],
    });
    const short = { ...head, log: noteOf(leaves.slice(0, 1)) };
    const before = await judged(LINES.slice(0, 1), short);
    expect(before).toMatchObject({ hidden: { entries: 1 }, signers: [] });
    expect(before).not.toHaveProperty("anchored");
    const none = { ...head, ledger: [proof({ [ANCHOR]: 1 })] };
    expect(await judged(LINES, none)).not.toHaveProperty("anchored");
  });

  it("is refused where entries are lacking, doubled or others", async () => {
    expect(await judged(LINES.slice(0, 2))).toEqual({ code: "PROOF_LENGTH", got: 2, want: 3 });
    const doubled = [LINES[0] as object, ...LINES];
    expect(await judged(doubled)).toMatchObject({ code: "PROOF_ROOT" });
    const zeros = base64(new Uint8Array(32));
    expect(await instead(0, { leaf: zeros })).toMatchObject({ code: "PROOF_ROOT" });
    const last = [...LINES.slice(0, 3), { leaf: zeros }];
    expect(await judged(last)).toMatchObject({ code: "PROOF_ROOT" });
  });

  it("is refused where something else is shown than was signed, or nobody entitled signed", async () => {
    const at = (observations: readonly unknown[]) => instead(1, { observations });
    expect(await at([shown(READING), shown(READING)])).toMatchObject({ code: "DATA_ROOT" });
    expect(await at([shown(READING)])).toEqual({ code: "DATA_COUNT", got: 1, want: 2 });
    expect(await at([shown(OTHER, OTHER), shown(READING)])).toMatchObject({ code: "DATA_COUNT" });
    expect(await at(["AA==", shown(READING)])).toMatchObject({ code: "DATA_FACT" });
    expect(await instead(1, { entry: "AA==" })).toMatchObject({ code: "COSE_TAG" });
    const elsewhere = signed(OFFICE, "gateway", { iatSeconds: NOW, audience: "other.test/log" });
    expect(await instead(1, { entry: base64(elsewhere.bytes) })).toMatchObject({
      code: "DATA_AUDIENCE",
    });
    const unknown = LINES.filter((_, i) => i !== 2);
    expect(await judged(unknown)).toMatchObject({ code: "PROOF_SIGNER" });
    expect(await judged(LINES, head, { ...OPTIONS, checkEntry: () => false })).toMatchObject({
      code: "AUTH_SIGNATURE",
    });
  });

  it("is refused where the ledger, its dataset, the log or a line is none", async () => {
    const first = (change: object) => judged(LINES, { ...head, ...change });
    expect(await first({ format: "x" })).toMatchObject({ code: "PROOF_FORMAT" });
    expect(await first({ ledger: [] })).toMatchObject({ code: "PROOF_CHAIN_LENGTH" });
    expect(await first({ ledger: [proof({}, ANCHOR)] })).toMatchObject({ code: "PROOF_DATASET" });
    const { log } = ledger.value(datasetKey(REFERENCE));
    const broken = proof({ [datasetKey(REFERENCE)]: { log: { ...log, vkeys: ["x"] } } });
    expect(await first({ ledger: [broken] })).toMatchObject({ code: "POLICY_KEY" });
    expect(await first({ log: "x" })).toMatchObject({ code: expect.stringMatching(/^NOTE_/) });
    const other = signer("other.test/log", "ed25519", 20);
    expect(await first({ log: noteOf(leaves, other) })).toMatchObject({ code: "NOTE_UNSIGNED" });
    expect(await instead(2, { ledger: [] })).toMatchObject({ code: "PROOF_CHAIN_LENGTH" });
    expect(await judged(["{" as never])).toMatchObject({ code: "PROOF_JSON" });
    expect(await instead(1, { received: "x" })).toMatchObject({ code: "PROOF_FIELD" });
  });
});
