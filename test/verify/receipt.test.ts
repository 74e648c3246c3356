import { describe, expect, test } from "vitest";
import {
  base64,
  formatTlogProof,
  hashLeaf,
  inclusionPath,
  parseCheckpoint,
  rootOf,
  treeOf,
  utf8,
} from "../../src/core/index.ts";
import { type TrustOptions, verifyReceipt } from "../../src/verify/index.ts";
import { parseReceipt } from "../../src/verify/receipt.ts";
import { ORIGIN } from "../core/state/kit.ts";
import { LOG_ONLY, NOW, type NoteOptions, noteOf, TWO_OF_THREE } from "./kit.ts";

const entries = ["a", "b", "c", "d", "e"].map(utf8);
const tree = treeOf(entries.map(hashLeaf));
const ENTRY = utf8("c");

function receipt(options: NoteOptions = {}): string {
  const checkpoint = { origin: ORIGIN, size: 5, root: rootOf(tree) };
  const note = parseCheckpoint(noteOf(checkpoint, options), true);
  if (!note.ok) throw new Error(note.error.code);
  return formatTlogProof({ index: 2, path: inclusionPath(tree, 2), checkpoint: note.value });
}

const ANY_AGE: TrustOptions = {
  policy: LOG_ONLY,
  nowSeconds: NOW,
  maxAgeSeconds: Number.POSITIVE_INFINITY,
};
const QUORUM = { ...ANY_AGE, policy: TWO_OF_THREE };

describe("a receipt", () => {
  test("says where in the log an entry stands, and is of unknown age without cosignatures", async () => {
    const verdict = await verifyReceipt(receipt(), ENTRY, ANY_AGE);
    expect(verdict).toMatchObject({
      ok: true,
      value: { index: 2, hash: hashLeaf(ENTRY), checkpoint: { origin: ORIGIN, size: 5 } },
    });
    expect(verdict.ok && Object.keys(verdict.value)).not.toContain("age");
  });

  test("may be of another log's checkpoint with extension lines", async () => {
    const text = receipt({ extensions: "one\ntwo\n", cosigned: [NOW - 30, NOW - 30] });
    expect(await verifyReceipt(text, ENTRY, QUORUM)).toMatchObject({
      ok: true,
      value: { index: 2, checkpoint: { size: 5 }, cosignatures: [{}, {}] },
    });
    expect(await verifyReceipt(text.replace("two", "Two"), ENTRY, ANY_AGE)).toMatchObject({
      error: { code: "NOTE_SIGNATURE" },
    });
    expect(parseReceipt(text)).toMatchObject({ error: { code: "CHECKPOINT_LINES", got: 5 } });
  });

  test("is as old as its cosignatures", async () => {
    const text = receipt({ cosigned: [undefined, NOW - 30, NOW - 90] });
    expect(await verifyReceipt(text, ENTRY, QUORUM)).toMatchObject({
      ok: true,
      value: { age: { seconds: 90, by: "cosignatures" } },
    });
    expect(await verifyReceipt(text, ENTRY, { ...QUORUM, maxAgeSeconds: 60 })).toMatchObject({
      error: { code: "PROOF_AGE", ageSeconds: 90, maxSeconds: 60 },
    });
  });

  test("of unknown age is refused where there is a limit", async () => {
    expect(await verifyReceipt(receipt(), ENTRY, { ...ANY_AGE, maxAgeSeconds: 60 })).toEqual({
      ok: false,
      error: { code: "PROOF_AGE_UNKNOWN", maxSeconds: 60 },
    });
  });

  test.each([
    ["nowSeconds", undefined],
    ["nowSeconds", Number.NaN],
    ["maxAgeSeconds", undefined],
    ["maxAgeSeconds", Number.NaN],
    ["maxAgeSeconds", -1],
  ])("is not judged where %s is %s: nothing would be too old", async (name, value) => {
    const options = { ...QUORUM, [name]: value };
    const text = receipt({ cosigned: [NOW - 30, NOW - 30] });
    await expect(verifyReceipt(text, ENTRY, options)).rejects.toThrow(TypeError);
  });

  test("is of one entry only", async () => {
    expect(await verifyReceipt(receipt(), utf8("d"), ANY_AGE)).toMatchObject({
      error: { code: "PROOF_ROOT" },
    });
  });

  test("is refused where its text is another one, or carries what nobody signed", async () => {
    expect(await verifyReceipt("", ENTRY, ANY_AGE)).toMatchObject({
      error: { code: "PROOF_LINE", line: 1 },
    });
    const extra = receipt().replace("\nindex", `\nextra ${base64(ENTRY)}\nindex`);
    expect(await verifyReceipt(extra, ENTRY, ANY_AGE)).toEqual({
      ok: false,
      error: { code: "PROOF_EXTRA" },
    });
  });

  test("is refused where the quorum is not reached", async () => {
    expect(await verifyReceipt(receipt({ cosigned: [NOW] }), ENTRY, QUORUM)).toMatchObject({
      error: { code: "POLICY_QUORUM", cosignedBy: ["w1"] },
    });
  });
});
