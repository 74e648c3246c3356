import {
  type Code,
  equalBytes,
  type Hash,
  hashLeaf,
  hex,
  type KeyRecord,
  keyKey,
  type Seal,
  type SealBatch,
  type SealRuns,
  sealBatchKey,
  sealRunsKey,
  verifyInclusion,
} from "../../core/index.ts";
import type { Finding } from "./findings.ts";
import type { SealKnowledge } from "./knowledge.ts";

/** How a seal leads to the root of a batch. */
export type BatchPath = {
  readonly kid: Uint8Array;
  readonly serial: number;
  /** First serial of the batch. */
  readonly first: number;
  /** Leaf hash of the seal that really stands there, where it is not the one that is checked. */
  readonly leaf?: Hash;
  /** RFC 9162 §2.1.3. */
  readonly path: readonly Hash[];
};

/** The holder of a key: `code#generation`, and its code. */
export type Holder = { readonly reference: string; readonly code: Code };

/**
 * Of a key that is closed: whether the seal stands in a batch that was logged before the key was retired, or before others may
 * have had it. What stands in no batch anybody could have made since.
 */
export function judgeBatch(
  seal: Seal,
  { reference, code }: Holder,
  key: KeyRecord,
  knowledge: SealKnowledge,
): Finding {
  const { kid, serial } = seal;
  const name = hex(kid);
  const path = knowledge.paths.find((each) => each.serial === serial && equalBytes(each.kid, kid));
  if (path === undefined) return withoutPath(seal, { reference, code }, knowledge);
  const batchKey = sealBatchKey(reference, kid, path.first);
  const batch = knowledge.shown<SealBatch>(batchKey, code);
  if (batch?.value === undefined) return { unsure: { code: "SEAL_NOT_SHOWN", key: batchKey } };
  const { count, root, at } = batch.value;
  const own = hashLeaf(seal.bytes);
  const leaf = path.leaf ?? own;
  const place = { index: serial - path.first, size: count, path: path.path };
  const included = verifyInclusion(leaf, place, root as Hash);
  if (!included.ok) return { unsure: { code: "SEAL_PATH", serial, why: included.error.code } };
  if (!equalBytes(leaf, own)) return { wrong: { code: "SEAL_NOT_IN_BATCH", kid: name, serial } };
  const logged = Math.floor(at / 1000);
  const until = limitOf(key);
  if (logged >= until) return { wrong: { code: "SEAL_BATCH_LATE", kid: name, logged, until } };
  return { fact: { fact: "batch", ageSeconds: batch.ageSeconds } };
}

/** Since when (Unix seconds) what is logged counts no longer. The rules log nothing once a key is closed. */
function limitOf({ why, since = 0 }: KeyRecord): number {
  return why === "compromised" ? since : Number.POSITIVE_INFINITY;
}

function withoutPath(
  { kid, serial }: Seal,
  { reference, code }: Holder,
  knowledge: SealKnowledge,
): Finding {
  const runs = knowledge.shown<SealRuns>(sealRunsKey(reference, kid), code);
  const logged = runs?.value ?? [];
  const isLogged = logged.some(([first, count]) => serial >= first && serial < first + count);
  // Once the key is closed nothing more is logged: what is in no batch then never will be. That the state is of then, only it
  // says itself: witnesses may cosign an old one at any time, and by any clock.
  const key = runs?.values.get(keyKey(reference, kid)) as KeyRecord | undefined;
  const facts = { kid: hex(kid), serial };
  return isLogged || key?.to === undefined
    ? { unsure: { code: "SEAL_NO_PATH", ...facts } }
    : { wrong: { code: "SEAL_UNLOGGED", ...facts } };
}
