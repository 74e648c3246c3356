import {
  type Checkpoint,
  EMPTY_ROOT,
  err,
  ok,
  type Result,
  sameHash,
  type VerifierKey,
  verifyConsistency,
  verifyNote,
} from "../core/index.ts";
import type { AddCheckpoint } from "./request.ts";

/** What a witness remembers of a log: the last size and root that it cosigned. */
export type Seen = Pick<Checkpoint, "size" | "root">;

/** Of a log that it never cosigned: nothing yet, which every log grows from. */
export const NEVER_SEEN: Seen = { size: 0, root: EMPTY_ROOT };

export type OriginRefusal =
  | { readonly code: "WITNESS_ORIGIN"; readonly origin: string }
  | { readonly code: "WITNESS_SIGNATURE"; readonly origin: string; readonly cause: string }
  | { readonly code: "WITNESS_OLD_SIZE"; readonly oldSize: number; readonly size: number };

export type GrowthRefusal =
  /** The witness is at another size than the one that the proof begins at. */
  | { readonly code: "WITNESS_SIZE"; readonly got: number; readonly want: number }
  /** It cosigned another root of this very size: the log has two branches. */
  | { readonly code: "WITNESS_ROOT"; readonly size: number }
  | { readonly code: "WITNESS_PROOF"; readonly cause: string };

/**
 * Whether a checkpoint comes from a log that the witness knows; needs no memory, and costs whoever is not that log nothing.
 *
 * @returns nothing, else `WITNESS_ORIGIN`, `WITNESS_SIGNATURE`, `WITNESS_OLD_SIZE`
 */
export function judgeOrigin(
  { oldSize, checkpoint }: AddCheckpoint,
  keys: readonly VerifierKey[],
): Result<void, OriginRefusal> {
  const { origin, size, note } = checkpoint;
  if (keys.length === 0) return err({ code: "WITNESS_ORIGIN", origin });
  const signed = verifyNote(note, keys);
  if (!signed.ok) return err({ code: "WITNESS_SIGNATURE", origin, cause: signed.error.code });
  return oldSize > size ? err({ code: "WITNESS_OLD_SIZE", oldSize, size }) : ok(undefined);
}

/**
 * Whether the log only grew from what the witness saw. Must be judged and the outcome stored in one step: between the two
 * nothing else may be stored for this log.
 *
 * @returns nothing, else `WITNESS_ROOT`, `WITNESS_SIZE`, `WITNESS_PROOF`
 */
export function judgeGrowth(
  { oldSize, path, checkpoint }: AddCheckpoint,
  seen: Seen,
): Result<void, GrowthRefusal> {
  const { size, root } = checkpoint;
  // Two roots of one size need no proof to contradict each other, wherever the asking side begins.
  if (size === seen.size && !sameHash(root, seen.root)) return err({ code: "WITNESS_ROOT", size });
  if (oldSize !== seen.size) return err({ code: "WITNESS_SIZE", got: oldSize, want: seen.size });
  if (seen.size === 0) {
    return path.length === 0
      ? ok(undefined)
      : err({ code: "WITNESS_PROOF", cause: "PROOF_LENGTH" });
  }
  const grown = verifyConsistency({ first: oldSize, second: size, path }, seen.root, root);
  return grown.ok ? grown : err({ code: "WITNESS_PROOF", cause: grown.error.code });
}
