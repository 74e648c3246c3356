import {
  err,
  type Hash,
  hashLeaf,
  type InclusionRefusal,
  ok,
  parseTlogProof,
  type Result,
  type TlogProof,
  type TlogProofRefusal,
  type TrustRefusal,
  verifyInclusion,
} from "../core/index.ts";
import {
  type Age,
  type AgeRefusal,
  ageOf,
  type TrustedCheckpoint,
  type TrustOptions,
  trustCheckpoint,
} from "./trust.ts";

/** That an entry is in a log, as of a checkpoint that is believed. */
export type ReceiptVerdict = TrustedCheckpoint & {
  /** Position of the entry, counted from 0. */
  readonly index: number;
  /** Its leaf hash: the identity of an operation. */
  readonly hash: Hash;
  /** Absent where nobody says it: a receipt has no block time. */
  readonly age?: Age;
};

/** Of a tlog-proof that is taken for ours: `extra` is authenticated by nothing. */
export type ExtraRefusal = { readonly code: "PROOF_EXTRA" };

export type ReceiptRefusal =
  | TlogProofRefusal
  | ExtraRefusal
  | TrustRefusal
  | InclusionRefusal
  | AgeRefusal;

/**
 * Checks a receipt: that an operation, or any other entry, is in the log.
 *
 * @param text - a tlog-proof; not trusted
 * @param entry - the bytes of the entry, which whoever holds a receipt keeps
 * @returns what is proved, else the first check that failed: the refusals of `parseTlogProof`, `PROOF_EXTRA`, of
 *   `evaluatePolicy`, of `verifyInclusion`, of the age
 */
export async function verifyReceipt(
  text: string,
  entry: Uint8Array,
  options: TrustOptions,
): Promise<Result<ReceiptVerdict, ReceiptRefusal>> {
  // It may be of any log that the policy names.
  const proof = parseReceipt(text, true);
  if (!proof.ok) return proof;
  const included = await verifyEntry(proof.value, entry, options);
  if (!included.ok) return included;
  const age = ageOf(included.value, undefined, options);
  if (!age.ok) return age;
  const { index } = proof.value;
  return ok({ ...included.value, index, hash: hashLeaf(entry), ...age.value });
}

/** Reads a tlog-proof as this ledger writes them, or, where `extended`, as other logs may. */
export function parseReceipt(
  text: string,
  extended?: boolean,
): Result<TlogProof, TlogProofRefusal | ExtraRefusal> {
  const proof = parseTlogProof(text, extended);
  return proof.ok && proof.value.extra !== undefined ? err({ code: "PROOF_EXTRA" }) : proof;
}

/** Whether an entry is in a log whose checkpoint is believed. */
export async function verifyEntry(
  { index, path, checkpoint }: TlogProof,
  entry: Uint8Array,
  options: TrustOptions,
): Promise<Result<TrustedCheckpoint, TrustRefusal | InclusionRefusal>> {
  const trusted = await trustCheckpoint(checkpoint, options);
  if (!trusted.ok) return trusted;
  const { size, root } = checkpoint;
  const included = verifyInclusion(hashLeaf(entry), { index, size, path }, root);
  return included.ok ? trusted : included;
}
