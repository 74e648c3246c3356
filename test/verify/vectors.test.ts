import { describe, expect, test } from "vitest";
import {
  type Policy,
  parsePolicy,
  verifyConsistencyProof,
  verifyFraudProof,
  verifyHistory,
  verifyRecordProof,
} from "../../src/verify/index.ts";
import frauds from "../../vectors/proof/fraud.json" with { type: "json" };
import growths from "../../vectors/proof/growth.json" with { type: "json" };
import histories from "../../vectors/proof/histories.json" with { type: "json" };
import recordProofs from "../../vectors/proof/record-proofs.json" with { type: "json" };

// Whole proofs with whom to trust, when, and what comes of it: for verifiers in other languages, and so that ours goes on
// to take what it took.
type Vector = {
  name: string;
  policy: string;
  nowSeconds: number;
  /** Left out: any age. */
  maxAgeSeconds?: number;
  expect: object;
};

function trustOf({ policy, nowSeconds, maxAgeSeconds = Number.POSITIVE_INFINITY }: Vector) {
  return { policy: policyOf(policy), nowSeconds, maxAgeSeconds };
}

function policyOf(text: string): Policy {
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Error(policy.error.code);
  return policy.value;
}

/** What a vector expects, of a verdict. */
function outcome<T>(
  verdict:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: { readonly code: string } },
  show: (value: T) => object,
): object {
  return verdict.ok ? show(verdict.value) : { refusal: verdict.error.code };
}

const shownAge = (age: { readonly seconds: number; readonly by: string } | undefined) =>
  age === undefined ? {} : { ageSeconds: age.seconds, ageBy: age.by };

describe("record proofs", () => {
  test.each(recordProofs as readonly (Vector & { proof: unknown })[])("$name", async (vector) => {
    const verdict = await verifyRecordProof(vector.proof, trustOf(vector));
    const shown = outcome(verdict, ({ key, value, checkpoint, age, effective }) => ({
      key,
      present: value !== undefined,
      size: checkpoint.size,
      ...shownAge(age),
      ...(effective && { effective: effective.status }),
    }));
    expect(shown).toEqual(vector.expect);
  });
});

describe("histories", () => {
  test.each(histories as readonly (Vector & { bundle: unknown })[])("$name", async (vector) => {
    const verdict = await verifyHistory(vector.bundle, trustOf(vector));
    const shown = outcome(verdict, ({ record, changes, gaps }) => ({
      key: record.key,
      kinds: changes.map(({ kind }) => kind),
      indices: changes.map(({ index }) => index),
      gaps,
      effective: record.effective?.status,
    }));
    expect(shown).toEqual(vector.expect);
  });
});

describe("growth", () => {
  test.each(growths as readonly (Vector & { bundle: unknown })[])("$name", async (vector) => {
    const verdict = await verifyConsistencyProof(vector.bundle, trustOf(vector));
    const shown = outcome(verdict, ({ first, second, age }) => ({
      first: first.checkpoint.size,
      second: second.checkpoint.size,
      ...shownAge(age),
    }));
    expect(shown).toEqual(vector.expect);
  });
});

describe("fraud", () => {
  type Fraud = Pick<Vector, "name" | "policy" | "expect"> & { bundle: unknown };
  test.each(frauds as readonly Fraud[])("$name", async ({ policy, bundle, expect: want }) => {
    const verdict = await verifyFraudProof(bundle, { policy: policyOf(policy) });
    const shown = outcome(verdict, ({ how, first, second }) => ({
      how: how.kind,
      cosignedBoth: first.cosignedBy.filter((name) => second.cosignedBy.includes(name)),
    }));
    expect(shown).toEqual(want);
  });
});
