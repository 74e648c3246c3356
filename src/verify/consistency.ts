import {
  base64,
  type CheckpointRefusal,
  type ConsistencyRefusal,
  err,
  type Hash,
  type NoteRefusal,
  ok,
  parseCheckpoint,
  type Result,
  type TrustRefusal,
  verifyConsistency,
} from "../core/index.ts";
import { type BundleRefusal, readFormat, reading } from "./reading.ts";
import {
  type Age,
  type AgeRefusal,
  ageOf,
  type TrustedCheckpoint,
  type TrustOptions,
  trustCheckpoint,
} from "./trust.ts";

// application/vnd.cityid.consistency+json; docs/spec/ledger.md, Proofs.

export const CONSISTENCY_FORMAT = "cityid/consistency/v1";

/** In UTF-16 units: two notes of 16 post-quantum signatures each, and a path. */
export const MAX_CONSISTENCY_LENGTH: number = 512 * 1024;

/** Sizes are below 2^53, so no path has more. */
export const MAX_PATH_HASHES = 54;

/** Two checkpoints of one log and the hashes that lead from one to the other, as they were read: nothing is checked. */
export type ConsistencyBundle = {
  /** Signed notes. */
  readonly first: string;
  readonly second: string;
  /** RFC 9162 §2.1.4. */
  readonly path: readonly Hash[];
};

/** That a log only grew from `first` to `second`: every entry of the first is the same one in the second. */
export type ConsistencyVerdict = {
  readonly first: TrustedCheckpoint;
  readonly second: TrustedCheckpoint;
  /** Of the second one; absent where nobody says it. */
  readonly age?: Age;
};

/** Two checkpoints that are not of one log have nothing to do with each other. */
export type OriginsRefusal = {
  readonly code: "PROOF_ORIGINS";
  readonly first: string;
  readonly second: string;
};

export type ConsistencyProofRefusal =
  | BundleRefusal
  | NoteRefusal
  | CheckpointRefusal
  | OriginsRefusal
  | TrustRefusal
  | ConsistencyRefusal
  | AgeRefusal;

/**
 * Checks that a log only appended between two of its checkpoints, both of which must be believed.
 *
 * @param input - the bundle as text, or the JSON value in it; not trusted
 * @returns what is proved, else the first check that failed: of the bundle; of each checkpoint as text, `PROOF_ORIGINS`; of
 *   `evaluatePolicy` for the first and for the second; of `verifyConsistency`; of the age of the second
 */
export async function verifyConsistencyProof(
  input: unknown,
  options: TrustOptions,
): Promise<Result<ConsistencyVerdict, ConsistencyProofRefusal>> {
  const bundle = parseConsistencyBundle(input);
  if (!bundle.ok) return bundle;
  const first = parseCheckpoint(bundle.value.first, true);
  if (!first.ok) return first;
  const second = parseCheckpoint(bundle.value.second, true);
  if (!second.ok) return second;
  const [older, newer] = [first.value, second.value];
  if (older.origin !== newer.origin) {
    return err({ code: "PROOF_ORIGINS", first: older.origin, second: newer.origin });
  }
  const trustedFirst = await trustCheckpoint(older, options);
  if (!trustedFirst.ok) return trustedFirst;
  const trustedSecond = await trustCheckpoint(newer, options);
  if (!trustedSecond.ok) return trustedSecond;
  const { path } = bundle.value;
  const claim = { first: older.size, second: newer.size, path };
  const consistent = verifyConsistency(claim, older.root, newer.root);
  if (!consistent.ok) return consistent;
  const age = ageOf(trustedSecond.value, undefined, options);
  if (!age.ok) return age;
  return ok({ first: trustedFirst.value, second: trustedSecond.value, ...age.value });
}

/** Reads a consistency bundle. @returns it, else the first thing that is wrong, in the order of its fields */
export function parseConsistencyBundle(input: unknown): Result<ConsistencyBundle, BundleRefusal> {
  return reading(() => {
    const names = ["first", "second", "path"] as const;
    const field = readFormat(input, MAX_CONSISTENCY_LENGTH, CONSISTENCY_FORMAT, ...names);
    return {
      first: field("first").text(),
      second: field("second").text(),
      path: field("path")
        .list(MAX_PATH_HASHES)
        .map((hash) => hash.hash()),
    };
  });
}

/** The text of a bundle. */
export function formatConsistencyBundle({ first, second, path }: ConsistencyBundle): string {
  return JSON.stringify({ format: CONSISTENCY_FORMAT, first, second, path: path.map(base64) });
}
