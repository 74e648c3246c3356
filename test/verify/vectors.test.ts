import { expect, test } from "vitest";
import { type Policy, parsePolicy, verifyRecordProof } from "../../src/verify/index.ts";
import recordProofs from "../../vectors/proof/record-proofs.json" with { type: "json" };

// Whole proofs with whom to trust, when, and what comes of it: for verifiers in other languages, and so that ours goes on
// to take what it took.
type Vector = {
  name: string;
  policy: string;
  nowSeconds: number;
  maxAgeSeconds: number;
  expect: object;
  proof: unknown;
};

const vectors = recordProofs as readonly Vector[];

test.each(vectors)("$name", async ({ policy, proof, expect: want, ...when }) => {
  const verdict = await verifyRecordProof(proof, { policy: policyOf(policy), ...when });
  if (!verdict.ok) {
    expect({ refusal: verdict.error.code }).toEqual(want);
    return;
  }
  const { key, value, checkpoint, age, effective } = verdict.value;
  expect({
    key,
    present: value !== undefined,
    size: checkpoint.size,
    ageSeconds: age?.seconds,
    ageBy: age?.by,
    ...(effective && { effective: effective.status }),
  }).toEqual(want);
});

function policyOf(text: string): Policy {
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Error(policy.error.code);
  return policy.value;
}
