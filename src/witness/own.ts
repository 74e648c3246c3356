import { type Policy, refuseOwnWitness, type VerifierKey } from "../core/index.ts";

/** Whether a witness of the policy is the log itself, or the node that asks: it attests nothing. */
export function isOwn(policy: Policy, key: VerifierKey, own: readonly VerifierKey[]): boolean {
  const alone = { ...policy, witnesses: policy.witnesses.filter((each) => each.key === key) };
  return !refuseOwnWitness(alone, own).ok;
}
