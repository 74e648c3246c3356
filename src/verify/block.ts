import {
  type BlockEntry,
  type BlockEntryRefusal,
  decodeBlockEntry,
  err,
  type InclusionRefusal,
  ok,
  type Result,
  RULE_VERSION,
  type TlogProofRefusal,
  type TrustRefusal,
} from "../core/index.ts";
import type { ProofBundle } from "./bundle.ts";
import { type ExtraRefusal, parseReceipt, verifyEntry } from "./receipt.ts";
import type { TrustedCheckpoint, TrustOptions } from "./trust.ts";

/** The block that a checkpoint ends with. Its map root is the present one as of that checkpoint. */
export type ProvenBlock = { readonly trusted: TrustedCheckpoint; readonly entry: BlockEntry };

export type BlockRefusal =
  | BlockEntryRefusal
  | TlogProofRefusal
  | ExtraRefusal
  | {
      readonly code: "PROOF_BLOCK_POSITION";
      readonly first: number;
      readonly count: number;
      readonly index: number;
      readonly size: number;
    }
  | TrustRefusal
  | InclusionRefusal
  | { readonly code: "PROOF_RULE_VERSION"; readonly got: number; readonly known: number };

/** Checks that the block entry is the last entry of a log whose checkpoint is believed. */
export async function verifyBlock(
  { block, log }: Pick<ProofBundle, "block" | "log">,
  options: TrustOptions,
): Promise<Result<ProvenBlock, BlockRefusal>> {
  const decoded = decodeBlockEntry(block);
  if (!decoded.ok) return decoded;
  const proof = parseReceipt(log);
  if (!proof.ok) return proof;
  const { first, count, app } = decoded.value;
  const { index, checkpoint } = proof.value;
  // Otherwise an old block would prove an old state as the one of a new checkpoint.
  if (first + count !== index || index !== checkpoint.size - 1) {
    return err({ code: "PROOF_BLOCK_POSITION", first, count, index, size: checkpoint.size });
  }
  const trusted = await verifyEntry(proof.value, block, options);
  if (!trusted.ok) return trusted;
  // What values mean is up to the rules; those to come are not known here.
  if (app > RULE_VERSION) {
    return err({ code: "PROOF_RULE_VERSION", got: app, known: RULE_VERSION });
  }
  return ok({ trusted: trusted.value, entry: decoded.value });
}
