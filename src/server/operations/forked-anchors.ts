import {
  type AnchorItem,
  anchorKey,
  codeKey,
  equalBytes,
  formatTilePath,
  HASH_BYTES,
  type Hash,
  parseCheckpoint,
  parsePolicy,
  readItem,
  rootOf,
  TILE_HEIGHT,
  TILE_WIDTH,
  tileRow,
  treeOf,
  type ValueReader,
} from "../../core/index.ts";
import { formatFraudBundle, verifyFraudProof } from "../../verify/index.ts";
import type { FraudProof } from "../../witness/index.ts";
import type { OtherNodes } from "../options.ts";

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
 * one that is anchored. Each was verified, under the policy of the delegation.
 *
 * Where as many entries are anchored as one complete subtree has, a path of RFC 9162 leaves out the one node that shows which
 * history it is of. A ledger that knows of its fault hands that in first (`anchorOnce`); of any other it is asked for where
 * its log is served. Without that there is no proof, though the anchor is refused.
 *
 * @param code of the refusal
 */
export async function forkedAnchors(
  bytes: Uint8Array,
  code: string,
  state: ValueReader,
  otherNodes?: OtherNodes,
): Promise<readonly FraudProof[]> {
  if (!CONTRADICTIONS.has(code)) return [];
  const item = readItem(bytes);
  if (item.kind !== "operation" || !item.body.ok) return [];
  const operation = item.body.value;
  const inner = operation.op === "propose" ? operation.inner : operation;
  if (inner.op !== "anchor") return [];
  const proofs = await Promise.all(inner.items.map((each) => forkOf(each, state, otherNodes)));
  return proofs.filter((proof) => proof !== undefined);
}

async function forkOf(
  item: AnchorItem,
  state: ValueReader,
  otherNodes: OtherNodes | undefined,
): Promise<FraudProof | undefined> {
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
  const { origin } = delegation;
  const proven = async (nodes?: readonly Hash[]): Promise<FraudProof | undefined> => {
    const proof: FraudProof = { origin, first, second, ...(nodes && { nodes }) };
    const verdict = await verifyFraudProof(formatFraudBundle(proof), { policy: policy.value });
    return verdict.ok ? proof : undefined;
  };
  if (isSameSize) return proven();
  const path = consistencyOf(item);
  const proof = await proven(path);
  if (proof !== undefined || path === undefined || otherNodes === undefined) return proof;
  const beginning = await fetchBeginning(
    delegation.url,
    older.value.size,
    newer.value.size,
    otherNodes,
  );
  return beginning && proven([beginning, ...path]);
}

const FETCH_MILLISECONDS = 5000;

/**
 * The root over the first `first` entries, where they are one complete subtree, of the log that is served at an address.
 * Whether it is that of the tree in question, the proof tells.
 */
async function fetchBeginning(
  url: string,
  first: number,
  second: number,
  otherNodes: OtherNodes,
): Promise<Hash | undefined> {
  const height = Math.log2(first);
  if (!Number.isInteger(height) || first >= second) return undefined;
  const row = height % TILE_HEIGHT;
  const level = (height - row) / TILE_HEIGHT;
  const width = Math.min(TILE_WIDTH, tileRow(level, second));
  const path = formatTilePath({ kind: "hashes", level, index: 0, width });
  const signal = AbortSignal.timeout(FETCH_MILLISECONDS);
  const tile = await otherNodes(`${url}/log/${path}`, { signal, maxBytes: width * HASH_BYTES });
  if (!tile.ok || tile.value.length !== width * HASH_BYTES) return undefined;
  const hashes = Array.from({ length: 2 ** row }, (_, i) =>
    tile.value.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
  return rootOf(treeOf(hashes as Hash[]));
}

function consistencyOf(item: AnchorItem): readonly Hash[] | undefined {
  return "consistency" in item ? (item.consistency as readonly Hash[]) : undefined;
}
