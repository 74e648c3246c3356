import {
  type AnchorItem,
  anchorKey,
  codeKey,
  equalBytes,
  type Hash,
  parseCheckpoint,
  parsePolicy,
  readItem,
  type ValueReader,
} from "../../core/index.ts";
import { formatFraudBundle, verifyFraudProof } from "../../verify/index.ts";
import type { FraudProof } from "../../witness/index.ts";

/** Why an anchor is refused by whoever may anchor; what strangers send is not looked at. */
const CONTRADICTIONS: ReadonlySet<string> = new Set([
  "PROOF_SIZES",
  "PROOF_LENGTH",
  "PROOF_FIRST_ROOT",
  "PROOF_SECOND_ROOT",
  "STATE_ANCHOR_EARLY",
  "STATE_ANCHORED",
]);

/**
 * Proofs that the ledger of a delegated code has two histories: the checkpoint in an anchor that was refused, against the
 * one that is anchored. Each was verified, under the policy of the delegation. Where the two differ in size and the path
 * lacks the node that would show it, there is no proof here, though the anchor is refused.
 *
 * @param code of the refusal
 */
export async function forkedAnchors(
  bytes: Uint8Array,
  code: string,
  state: ValueReader,
): Promise<readonly FraudProof[]> {
  if (!CONTRADICTIONS.has(code)) return [];
  const item = readItem(bytes);
  if (item.kind !== "operation" || !item.body.ok) return [];
  const operation = item.body.value;
  const inner = operation.op === "propose" ? operation.inner : operation;
  if (inner.op !== "anchor") return [];
  const proofs = await Promise.all(inner.items.map((each) => forkOf(each, state)));
  return proofs.filter((proof) => proof !== undefined);
}

async function forkOf(item: AnchorItem, state: ValueReader): Promise<FraudProof | undefined> {
  const record = state.get(codeKey(item.code));
  const anchored = state.get(anchorKey(item.code));
  const delegation = record?.delegation;
  if (delegation === undefined || anchored === undefined) return undefined;
  if (!equalBytes(anchored.delegation, delegation.op)) return undefined;
  const policy = parsePolicy(delegation.policy);
  const [first, second] = [anchored.checkpoint, item.checkpoint];
  const [older, newer] = [parseCheckpoint(first), parseCheckpoint(second)];
  if (!policy.ok || !older.ok || !newer.ok) return undefined;
  const isSameSize = older.value.size === newer.value.size;
  // An honest ledger that comes too early, or twice, costs no signature.
  if (isSameSize && equalBytes(older.value.root, newer.value.root)) return undefined;
  const nodes = isSameSize ? undefined : consistencyOf(item);
  const { origin } = delegation;
  const proof: FraudProof = { origin, first, second, ...(nodes && { nodes }) };
  const verdict = await verifyFraudProof(formatFraudBundle(proof), { policy: policy.value });
  return verdict.ok ? proof : undefined;
}

function consistencyOf(item: AnchorItem): readonly Hash[] | undefined {
  return "consistency" in item ? (item.consistency as readonly Hash[]) : undefined;
}
