import { describe, expect, test } from "vitest";
import { fromBase64, type Hash, hex, present } from "../../src/core/index.ts";
import {
  checkSeal,
  isLasting,
  parsePolicy,
  type SealEvidence,
  type SealFact,
  STATUS_BYTES,
} from "../../src/verify/seal/index.ts";
import file from "../../vectors/seal/checks.json" with { type: "json" };
import type { SealCase, SealFile } from "./seal-cases.ts";

// Every verdict on a seal, in Node and in browsers: seal-cases.ts says how each came about.

const { proofs, checks } = file as unknown as SealFile;
const cases: readonly SealCase[] = checks.map((each) => ({
  ...each,
  proofs: each.proofs.map((index) => proofs[index]),
}));
const bytes = (text: string) => present(fromBase64(text), "base64");

function evidenceOf({ proofs, statuses, paths }: SealCase): SealEvidence {
  return {
    proofs,
    statuses: statuses.map((serials) => {
      const bits = new Uint8Array(STATUS_BYTES);
      for (const each of serials) bits[each >> 3] = (bits[each >> 3] as number) | (1 << (each & 7));
      return bits;
    }),
    paths: paths.map(({ kid, leaf, path, ...rest }) => ({
      ...rest,
      kid: bytes(kid),
      path: path.map((hash) => bytes(hash) as Hash),
      ...(leaf !== undefined && { leaf: bytes(leaf) as Hash }),
    })),
  };
}

function check(each: SealCase) {
  const policy = parsePolicy(each.policy);
  if (!policy.ok) throw new Error(policy.error.code);
  const { nowSeconds, maxAgeSeconds } = each;
  const options = { policy: policy.value, nowSeconds, maxAgeSeconds };
  return checkSeal(each.text, evidenceOf(each), options);
}

describe("a seal", () => {
  test.each(cases)("$name: $expect.outcome $expect.because.code", async (each) => {
    const verdict = await check(each);
    const { outcome, because, facts, signer } = each.expect;
    expect(verdict.outcome).toBe(outcome);
    if (because === undefined) expect(verdict).not.toHaveProperty("because");
    else expect(verdict).toMatchObject({ because });
    expect(verdict.facts.map(({ fact }) => fact)).toEqual(facts);
    expect(verdict.signer?.holder).toBe(signer);
  });
});

describe("what is certain off line", () => {
  test("is what was signed and issued; who may seal now and what was withdrawn is not", () => {
    const facts = (lasting: boolean) =>
      (
        [
          { fact: "address" },
          { fact: "issued", ageSeconds: 0 },
          { fact: "entitled", ageSeconds: 0 },
          { fact: "signature" },
          { fact: "batch", ageSeconds: 0 },
          { fact: "unexpired" },
          { fact: "not-withdrawn", ageSeconds: 0 },
          { fact: "active", ageSeconds: 0 },
        ] satisfies SealFact[]
      ).flatMap((fact) => (isLasting(fact) === lasting ? [fact.fact] : []));
    expect(facts(true)).toEqual(["address", "issued", "signature", "batch", "unexpired"]);
    expect(facts(false)).toEqual(["entitled", "not-withdrawn", "active"]);
  });
});

describe("the check of a signature", () => {
  test("can be the caller's own, and is asked for the key of the seal", async () => {
    const genuine = present(cases[0], "a case");
    const policy = parsePolicy(genuine.policy);
    if (!policy.ok) throw new Error(policy.error.code);
    const asked: string[] = [];
    const verdict = await checkSeal(genuine.text, evidenceOf(genuine), {
      policy: policy.value,
      nowSeconds: genuine.nowSeconds,
      maxAgeSeconds: genuine.maxAgeSeconds,
      checkSeal: (kind, key, message, signature) => {
        asked.push(`${kind} ${key.length} ${signature.length} ${hex(message.subarray(0, 1))}`);
        return false;
      },
    });
    expect(verdict).toMatchObject({ outcome: "wrong", because: { code: "SEAL_SIGNATURE" } });
    expect(asked).toEqual(["ed25519 32 64 84"]);
  });
});
