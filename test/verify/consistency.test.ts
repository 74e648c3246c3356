import { describe, expect, test } from "vitest";
import {
  consistencyPath,
  type Hash,
  hashLeaf,
  rootOf,
  treeOf,
  utf8,
} from "../../src/core/index.ts";
import {
  type ConsistencyBundle,
  formatConsistencyBundle,
  parseConsistencyBundle,
  type TrustOptions,
  verifyConsistencyProof,
} from "../../src/verify/index.ts";
import { ORIGIN } from "../core/state/kit.ts";
import { LOG_ONLY, NOW, type NoteOptions, noteOf, OTHER_LOG, TWO_OF_THREE } from "./kit.ts";

const leaves = Array.from({ length: 9 }, (_, i) => hashLeaf(utf8(`entry ${i}`)));
const tree = treeOf(leaves);
const ANY_AGE: TrustOptions = {
  policy: LOG_ONLY,
  nowSeconds: NOW,
  maxAgeSeconds: Number.POSITIVE_INFINITY,
};
const QUORUM = { ...ANY_AGE, policy: TWO_OF_THREE };

function note(size: number, options: NoteOptions = {}): string {
  const origin = options.by?.[0]?.key.name ?? ORIGIN;
  return noteOf({ origin, size, root: rootOf(tree, size) }, options);
}

function bundle(first: number, second: number, more: Partial<ConsistencyBundle> = {}): string {
  const path = consistencyPath(tree, first, second);
  return formatConsistencyBundle({ first: note(first), second: note(second), path, ...more });
}

describe("two checkpoints of a log", () => {
  test("are consistent, whatever their sizes", async () => {
    for (let second = 1; second <= 9; second++) {
      for (let first = 1; first <= second; first++) {
        const verdict = await verifyConsistencyProof(bundle(first, second), ANY_AGE);
        expect(verdict).toMatchObject({
          ok: true,
          value: {
            first: { checkpoint: { size: first } },
            second: { checkpoint: { size: second } },
          },
        });
        expect(verdict.ok && Object.keys(verdict.value)).not.toContain("age");
      }
    }
  });

  test("may have extension lines, as other logs than ours write them", async () => {
    const first = note(3, { extensions: "one\n" });
    const second = note(9, { extensions: "two\nthree\n" });
    expect(await verifyConsistencyProof(bundle(3, 9, { first, second }), ANY_AGE)).toMatchObject({
      ok: true,
      value: { second: { checkpoint: { size: 9 } } },
    });
    const forged = bundle(3, 9, { first: first.replace("one", "One"), second });
    expect(await verifyConsistencyProof(forged, ANY_AGE)).toMatchObject({
      error: { code: "NOTE_SIGNATURE" },
    });
  });

  test("say who attests each of them, and how old the second is", async () => {
    const first = note(3, { cosigned: [NOW - 900, NOW - 900] });
    const second = note(9, { cosigned: [NOW - 60, undefined, NOW - 30] });
    const text = bundle(3, 9, { first, second });
    expect(await verifyConsistencyProof(JSON.parse(text), QUORUM)).toMatchObject({
      ok: true,
      value: {
        first: { cosignatures: [{ witness: "w1" }, { witness: "w2" }] },
        second: { cosignatures: [{ witness: "w1" }, { witness: "w3" }] },
        age: { seconds: 60, by: "cosignatures" },
      },
    });
    expect(await verifyConsistencyProof(text, { ...QUORUM, maxAgeSeconds: 59 })).toMatchObject({
      error: { code: "PROOF_AGE", ageSeconds: 60 },
    });
  });

  test("come back as they were written", () => {
    const text = bundle(4, 7);
    const parsed = parseConsistencyBundle(text);
    expect(parsed.ok && formatConsistencyBundle(parsed.value)).toBe(text);
  });

  test.each<[string, string, object]>([
    ["is no JSON", "", { code: "PROOF_JSON" }],
    ["has no first checkpoint", bundle(3, 9, { first: "x" }), { code: "NOTE_SEPARATOR" }],
    ["has no second checkpoint", bundle(3, 9, { second: "x" }), { code: "NOTE_SEPARATOR" }],
    [
      "is of two logs",
      bundle(3, 9, { second: note(9, { by: [OTHER_LOG] }) }),
      { code: "PROOF_ORIGINS", first: ORIGIN, second: "elsewhere.test/log" },
    ],
    [
      "is of a log that nobody trusts",
      bundle(3, 9, { first: note(3, { by: [OTHER_LOG] }), second: note(9, { by: [OTHER_LOG] }) }),
      { code: "NOTE_UNSIGNED" },
    ],
    ["goes backwards", bundle(3, 9, { first: note(9), second: note(3) }), { code: "PROOF_SIZES" }],
    ["lost a hash", bundle(3, 9, { path: [] }), { code: "PROOF_LENGTH", got: 0 }],
    [
      "leads elsewhere",
      bundle(3, 9, { path: consistencyPath(tree, 3, 9).map(() => leaves[0] as Hash) }),
      { code: "PROOF_FIRST_ROOT" },
    ],
  ])("are refused where the bundle %s", async (_, text, error) => {
    expect(await verifyConsistencyProof(text, ANY_AGE)).toMatchObject({ ok: false, error });
  });

  test("must both satisfy the policy", async () => {
    const cosigned = [NOW, NOW];
    const text = bundle(3, 9, { first: note(3, { cosigned }) });
    expect(await verifyConsistencyProof(text, QUORUM)).toMatchObject({
      error: { code: "POLICY_QUORUM" },
    });
  });
});
