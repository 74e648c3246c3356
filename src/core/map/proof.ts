import { present } from "../invariant.ts";
import { type Hash, sameHash } from "../merkle/index.ts";
import { err, ok, type Result } from "../result.ts";
import { bitAt, EMPTY_PLACE, hashMapLeaf, hashMapNode, MAP_BITS } from "./hashing.ts";
import { sharedBits } from "./key-order.ts";

/** A path from the root of the map to the place of a key. */
export type MapProof = {
  /** Levels above the leaf, or above the empty place: 0…256. */
  readonly depth: number;
  /** Bit i, the most significant first, says that the sibling at depth i (0 just below the root) is not empty. */
  readonly siblings: Uint8Array;
  /** These siblings, the root's side first. */
  readonly hashes: readonly Hash[];
  /** Of a proof of absence: the leaf that stands where the key would. With none, the place is empty. */
  readonly other?: { readonly key: Hash; readonly value: Hash };
};

/** Why a path was refused. Every code has exactly one cause. */
export type MapProofRefusal =
  | { readonly code: "PROOF_MAP_DEPTH"; readonly got: number; readonly max: number }
  | { readonly code: "PROOF_MAP_BITMAP_LENGTH"; readonly got: number; readonly want: number }
  | { readonly code: "PROOF_MAP_BITMAP_BEYOND"; readonly bit: number; readonly depth: number }
  | { readonly code: "PROOF_MAP_BITMAP_LAST"; readonly bit: number }
  | { readonly code: "PROOF_MAP_HASHES"; readonly got: number; readonly want: number }
  | { readonly code: "PROOF_MAP_HASH_EMPTY"; readonly position: number }
  | { readonly code: "PROOF_MAP_OTHER_BESIDE_VALUE" }
  | { readonly code: "PROOF_MAP_OTHER_KEY"; readonly hash: Hash }
  | { readonly code: "PROOF_MAP_OTHER_PLACE"; readonly shared: number; readonly depth: number }
  | { readonly code: "PROOF_MAP_ROOT"; readonly got: Hash; readonly want: Hash };

/**
 * Checks that under `root` the key with the hash `keyHash` has the value with the hash `valueHash`; or, where that is
 * `undefined`, that it has none.
 *
 * The proof comes from outside and is not trusted; `root` must come from a block entry that a checkpoint covers.
 *
 * @returns nothing when it holds, else the first check that failed, in the order of `MapProofRefusal`
 * @see docs/spec/ledger.md, Proofs
 */
export function verifyMapProof(
  root: Hash,
  keyHash: Hash,
  valueHash: Hash | undefined,
  proof: MapProof,
): Result<void, MapProofRefusal> {
  const refusal = refuseShape(proof) ?? refuseOther(keyHash, valueHash, proof);
  if (refusal !== undefined) return err(refusal);
  const got = climb(keyHash, hashOfPlace(keyHash, valueHash, proof), proof);
  return sameHash(got, root) ? ok(undefined) : err({ code: "PROOF_MAP_ROOT", got, want: root });
}

/** Whether the path is in its one spelling. */
function refuseShape({ depth, siblings, hashes }: MapProof): MapProofRefusal | undefined {
  if (!Number.isInteger(depth) || depth < 0 || depth > MAP_BITS) {
    return { code: "PROOF_MAP_DEPTH", got: depth, max: MAP_BITS };
  }
  const length = Math.ceil(depth / 8);
  if (siblings.length !== length) {
    return { code: "PROOF_MAP_BITMAP_LENGTH", got: siblings.length, want: length };
  }
  const set = Array.from({ length: 8 * length }, (_, bit) => bit).filter((bit) =>
    bitAt(siblings, bit),
  );
  const last = set.at(-1) ?? -1;
  if (last >= depth) return { code: "PROOF_MAP_BITMAP_BEYOND", bit: last, depth };
  // Beside an empty sibling the place would lie one level higher.
  if (last < depth - 1) return { code: "PROOF_MAP_BITMAP_LAST", bit: depth - 1 };
  if (hashes.length !== set.length) {
    return { code: "PROOF_MAP_HASHES", got: hashes.length, want: set.length };
  }
  const empty = hashes.findIndex((hash) => sameHash(hash, EMPTY_PLACE));
  return empty < 0 ? undefined : { code: "PROOF_MAP_HASH_EMPTY", position: empty };
}

/** Whether the other leaf really stands where the key would. */
function refuseOther(
  keyHash: Hash,
  valueHash: Hash | undefined,
  { depth, other }: MapProof,
): MapProofRefusal | undefined {
  if (other === undefined) return undefined;
  if (valueHash !== undefined) return { code: "PROOF_MAP_OTHER_BESIDE_VALUE" };
  const shared = sharedBits(keyHash, 0, other.key, 0);
  if (shared === MAP_BITS) return { code: "PROOF_MAP_OTHER_KEY", hash: other.key };
  return shared < depth ? { code: "PROOF_MAP_OTHER_PLACE", shared, depth } : undefined;
}

function hashOfPlace(keyHash: Hash, valueHash: Hash | undefined, { other }: MapProof): Hash {
  if (valueHash !== undefined) return hashMapLeaf(keyHash, valueHash);
  return other === undefined ? EMPTY_PLACE : hashMapLeaf(other.key, other.value);
}

/** From the place up to the root; the bits of the key hash say on which side. */
function climb(keyHash: Hash, place: Hash, { depth, siblings, hashes }: MapProof): Hash {
  let node = place;
  let left = hashes.length;
  for (let level = depth - 1; level >= 0; level--) {
    const isSet = bitAt(siblings, level) === 1;
    if (isSet) left -= 1;
    const sibling = isSet ? present(hashes[left], "a sibling") : EMPTY_PLACE;
    node = bitAt(keyHash, level) === 0 ? hashMapNode(node, sibling) : hashMapNode(sibling, node);
  }
  return node;
}
