import { equalBytes } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";
import type { Policy } from "./policy.ts";
import type { VerifierKey } from "./verifier-key.ts";

export type OwnWitnessRefusal = {
  readonly code: "POLICY_WITNESS_OWN";
  /** Its name in the policy. */
  readonly witness: string;
};

/**
 * Refuses a policy in which the log would witness itself: a witness with the key of one of its logs, or one of `own`, the
 * keys that the asking node holds. Such a witness says yes to every branch that its own node makes.
 *
 * No rule of the ledger: who holds a key is not in the log, so each node judges its own at its door.
 *
 * @returns nothing, else `POLICY_WITNESS_OWN` with the first such witness
 */
export function refuseOwnWitness(
  { logs, witnesses }: Policy,
  own: readonly VerifierKey[],
): Result<void, OwnWitnessRefusal> {
  const keys = [...logs.map(({ key }) => key), ...own];
  const shared = witnesses.find(({ key }) =>
    keys.some(({ publicKey }) => equalBytes(publicKey, key.publicKey)),
  );
  return shared === undefined
    ? ok(undefined)
    : err({ code: "POLICY_WITNESS_OWN", witness: shared.name });
}
