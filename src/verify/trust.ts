import {
  type AsyncNoteSignatureCheck,
  type Checkpoint,
  type Cosignature,
  err,
  evaluatePolicyAsync,
  formatVerifierKey,
  MAX_AHEAD_SECONDS,
  ok,
  type Policy,
  type Result,
  type SignedCheckpoint,
  type TrustRefusal,
} from "../core/index.ts";

/** All that a verifier takes beside the proof: it has no network, clock or file of its own. */
export type TrustOptions = {
  /** Whom to believe. It must come from somewhere else than the proof. */
  readonly policy: Policy;
  /** Unix seconds. */
  readonly nowSeconds: number;
  /** How old the proof may be; `Infinity` for any age. */
  readonly maxAgeSeconds: number;
  /** Ed25519 by the exact rule of docs/spec/operations.md; the platform's own by default. May answer later. */
  readonly checkSignature?: AsyncNoteSignatureCheck;
};

/** How long ago the state was surely the newest one, and who says so. */
export type Age = {
  readonly seconds: number;
  /** `cosignatures`: the quorum's witnesses. `block`: the log itself, where the policy asks for no cosignatures. */
  readonly by: "cosignatures" | "block";
};

/** A checkpoint that is believed, and because of whom. */
export type TrustedCheckpoint = {
  readonly checkpoint: Checkpoint;
  /** vkeys of the log that signed it. That says who wrote the log, and no more. */
  readonly signedBy: readonly string[];
  /**
   * Who cosigned it. A witness attests that the log only grew; who replays it, as validators and auditors do, attests the
   * map root too. Which of them is which, whoever wrote the policy knows.
   */
  readonly cosignatures: readonly Cosignature[];
  /** Absent where the policy asks for no cosignatures. */
  readonly sinceSeconds?: number;
};

export type AgeRefusal =
  | { readonly code: "PROOF_TIME"; readonly timeSeconds: number; readonly nowSeconds: number }
  | { readonly code: "PROOF_AGE"; readonly ageSeconds: number; readonly maxSeconds: number }
  | { readonly code: "PROOF_AGE_UNKNOWN"; readonly maxSeconds: number };

/**
 * Stops a caller without types that left the time or the limit out, or got them by a sum that failed: compared with what is
 * no number, nothing is ever too old.
 */
export function requireTimes({
  nowSeconds,
  maxAgeSeconds,
}: Pick<TrustOptions, "nowSeconds" | "maxAgeSeconds">): void {
  if (Number.isFinite(nowSeconds) && maxAgeSeconds >= 0) return;
  throw new TypeError("nowSeconds or maxAgeSeconds is no time");
}

/** Whether to believe a checkpoint: the refusals of `evaluatePolicy`. */
export async function trustCheckpoint(
  signed: SignedCheckpoint,
  options: TrustOptions,
): Promise<Result<TrustedCheckpoint, TrustRefusal>> {
  requireTimes(options);
  const { policy, nowSeconds, checkSignature } = options;
  const trust = await evaluatePolicyAsync(policy, signed, nowSeconds, checkSignature);
  if (!trust.ok) return trust;
  const { logs, ...others } = trust.value;
  const { origin, size, root } = signed;
  return ok({
    checkpoint: { origin, size, root },
    signedBy: logs.map(formatVerifierKey),
    ...others,
  });
}

/**
 * How old a proof is: since the quorum last vouched for the checkpoint or, where the policy asks for no cosignatures, since
 * the log wrote the block.
 *
 * @param blockMilliseconds - absent from a proof without block time; such a receipt may then be of any age
 * @returns the age, if there is one, else `PROOF_AGE_UNKNOWN` where there is a limit, `PROOF_TIME` for a time more than
 *   five minutes ahead, `PROOF_AGE`
 */
export function ageOf(
  { sinceSeconds }: TrustedCheckpoint,
  blockMilliseconds: number | undefined,
  { nowSeconds, maxAgeSeconds: maxSeconds }: TrustOptions,
): Result<{ readonly age?: Age }, AgeRefusal> {
  const timeSeconds = sinceSeconds ?? toSeconds(blockMilliseconds);
  if (timeSeconds === undefined) {
    const isUnlimited = maxSeconds === Number.POSITIVE_INFINITY;
    return isUnlimited ? ok({}) : err({ code: "PROOF_AGE_UNKNOWN", maxSeconds });
  }
  if (timeSeconds > nowSeconds + MAX_AHEAD_SECONDS) {
    return err({ code: "PROOF_TIME", timeSeconds, nowSeconds });
  }
  // A clock that is a little ahead makes nothing younger than new.
  const seconds = Math.max(0, nowSeconds - timeSeconds);
  if (seconds > maxSeconds) return err({ code: "PROOF_AGE", ageSeconds: seconds, maxSeconds });
  return ok({ age: { seconds, by: sinceSeconds === undefined ? "block" : "cosignatures" } });
}

function toSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000);
}
