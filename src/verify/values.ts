import {
  type CborRefusal,
  type CborValue,
  decodeCbor,
  err,
  type Hash,
  hashMapKey,
  type MapProofRefusal,
  ok,
  type Result,
  sha256,
  verifyMapProof,
} from "../core/index.ts";
import type { ClaimedValue } from "./bundle.ts";

/** Decoded values by map key; `undefined` under a key that is proved to be absent. */
export type ProvenValues = ReadonlyMap<string, CborValue | undefined>;

/** `key` says whose proof it is. */
export type ValueRefusal =
  | { readonly code: "PROOF_KEY_TWICE"; readonly key: string }
  | (MapProofRefusal & { readonly key: string })
  | { readonly code: "PROOF_VALUE"; readonly key: string; readonly why: CborRefusal["code"] };

/** Checks the path of each value, and of each absence, to one map root. The first refusal in their order counts. */
export function proveValues(
  claims: readonly ClaimedValue[],
  mapRoot: Hash,
): Result<ProvenValues, ValueRefusal> {
  const proven = new Map<string, CborValue | undefined>();
  for (const { key, value, map } of claims) {
    if (proven.has(key)) return err({ code: "PROOF_KEY_TWICE", key });
    const valueHash = value && (sha256(value) as Hash);
    const path = verifyMapProof(mapRoot, hashMapKey(key), valueHash, map);
    if (!path.ok) return err({ ...path.error, key });
    const decoded = value && decodeCbor(value);
    if (decoded?.ok === false) return err({ code: "PROOF_VALUE", key, why: decoded.error.code });
    proven.set(key, decoded?.value);
  }
  return ok(proven);
}
