import { checkEd25519, verifyEd25519 } from "#crypto";
import { equalBytes } from "../bytes.ts";
import { present } from "../invariant.ts";
import { err, ok, type Result } from "../result.ts";
import type { SignedCheckpoint } from "./checkpoint.ts";
import type { Policy } from "./policy.ts";
import type { VerifierKey } from "./verifier-key.ts";
import {
  type AsyncNoteSignatureCheck,
  type Attestation,
  type NoteSignatureCheck,
  type SignatureRefusal,
  verifyNote,
  verifyNoteAsync,
} from "./verify-note.ts";

/** A witness of the policy that cosigned, and when it last did. */
export type Cosignature = { readonly witness: string; readonly timeSeconds: number };

/** Why a checkpoint may be believed under a policy. */
export type Trust = {
  /** The log keys that signed. */
  readonly logs: readonly VerifierKey[];
  readonly cosignatures: readonly Cosignature[];
  /**
   * The latest time such that the cosignatures from then on satisfy the quorum: how fresh the checkpoint is for sure.
   * Absent where the quorum is `none`.
   */
  readonly sinceSeconds?: number;
};

export type TrustRefusal =
  | SignatureRefusal
  | { readonly code: "POLICY_LOG"; readonly origin: string }
  | {
      readonly code: "POLICY_FUTURE";
      readonly witness: string;
      readonly timeSeconds: number;
      readonly nowSeconds: number;
    }
  | {
      readonly code: "POLICY_QUORUM";
      readonly quorum: string;
      readonly cosignedBy: readonly string[];
    };

/** How far a witness's clock may run ahead of ours. */
export const MAX_AHEAD_SECONDS: number = 5 * 60;

/**
 * Decides whether to believe a checkpoint: signed by a log of the policy whose name is its origin, and cosigned by the
 * quorum. Takes everything it needs as arguments; trusts only `policy` and `nowSeconds`.
 *
 * @returns why it is believed, else the first check that failed: the refusals of `verifyNote` over all keys of the
 *   policy, `POLICY_LOG`, `POLICY_FUTURE`, `POLICY_QUORUM`
 */
export function evaluatePolicy(
  policy: Policy,
  checkpoint: SignedCheckpoint,
  nowSeconds: number,
  check: NoteSignatureCheck = verifyEd25519,
): Result<Trust, TrustRefusal> {
  const attested = verifyNote(checkpoint.note, policyKeys(policy), check);
  return attested.ok ? judge(policy, checkpoint.origin, attested.value, nowSeconds) : attested;
}

/** `evaluatePolicy` with a check that may answer later. */
export async function evaluatePolicyAsync(
  policy: Policy,
  checkpoint: SignedCheckpoint,
  nowSeconds: number,
  check: AsyncNoteSignatureCheck = checkEd25519,
): Promise<Result<Trust, TrustRefusal>> {
  const attested = await verifyNoteAsync(checkpoint.note, policyKeys(policy), check);
  return attested.ok ? judge(policy, checkpoint.origin, attested.value, nowSeconds) : attested;
}

/** Every key that a policy knows, logs first. */
export function policyKeys({ logs, witnesses }: Policy): readonly VerifierKey[] {
  return [...logs, ...witnesses].map(({ key }) => key);
}

/** Whether these witnesses satisfy the quorum. */
export function satisfiesQuorum(policy: Policy, witnesses: ReadonlySet<string>): boolean {
  // A group only names what was defined before it, so one pass in order settles them all.
  const holds = new Set(["none", ...witnesses]);
  for (const { name, threshold, members } of policy.groups) {
    if (members.filter((member) => holds.has(member)).length >= threshold) holds.add(name);
  }
  return holds.has(policy.quorum);
}

function judge(
  policy: Policy,
  origin: string,
  attested: readonly Attestation[],
  nowSeconds: number,
): Result<Trust, TrustRefusal> {
  const logs = policy.logs
    .map(({ key }) => key)
    .filter((key) => key.name === origin && attested.some((each) => each.key === key));
  if (logs.length === 0) return err({ code: "POLICY_LOG", origin });
  const cosignatures = cosignaturesOf(policy, attested);
  const ahead = cosignatures.find(
    ({ timeSeconds }) => timeSeconds > nowSeconds + MAX_AHEAD_SECONDS,
  );
  if (ahead !== undefined) return err({ code: "POLICY_FUTURE", ...ahead, nowSeconds });
  const cosignedBy = cosignatures.map(({ witness }) => witness);
  if (!satisfiesQuorum(policy, new Set(cosignedBy))) {
    return err({ code: "POLICY_QUORUM", quorum: policy.quorum, cosignedBy });
  }
  const sinceSeconds = latestQuorum(policy, cosignatures);
  return ok({ logs, cosignatures, ...(sinceSeconds !== undefined && { sinceSeconds }) });
}

/** In the order of the policy; of several by one witness the latest. A log is no witness of itself, under whatever name. */
function cosignaturesOf(policy: Policy, attested: readonly Attestation[]): Cosignature[] {
  const others = policy.witnesses.filter(
    ({ key }) => !policy.logs.some((log) => equalBytes(log.key.publicKey, key.publicKey)),
  );
  return others.flatMap(({ name, key }) => {
    const times = attested
      .filter((each) => each.key === key)
      .map(({ timeSeconds }) => present(timeSeconds, "the time of a cosignature"));
    return times.length === 0 ? [] : [{ witness: name, timeSeconds: Math.max(...times) }];
  });
}

function latestQuorum(policy: Policy, cosignatures: readonly Cosignature[]): number | undefined {
  const holdsFrom = (time: number) => {
    const late = cosignatures.filter(({ timeSeconds }) => timeSeconds >= time);
    return satisfiesQuorum(policy, new Set(late.map(({ witness }) => witness)));
  };
  // Where nobody is asked for, no time says anything.
  if (holdsFrom(Number.POSITIVE_INFINITY)) return undefined;
  return cosignatures
    .map(({ timeSeconds }) => timeSeconds)
    .toSorted((a, b) => b - a)
    .find(holdsFrom);
}
