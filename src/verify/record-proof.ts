import {
  type BlockEntry,
  type CodeRecord,
  type EffectiveStatus,
  ok,
  type Result,
} from "../core/index.ts";
import { type BlockRefusal, verifyBlock } from "./block.ts";
import { type ClaimedValue, parseProofBundle } from "./bundle.ts";
import type { BundleRefusal } from "./reading.ts";
import {
  checkDelegation,
  checkRecords,
  provenStatus,
  type RecordRefusal,
  recordOf,
} from "./records.ts";
import {
  type Age,
  type AgeRefusal,
  ageOf,
  type TrustedCheckpoint,
  type TrustOptions,
} from "./trust.ts";
import { proveValues, type ValueRefusal } from "./values.ts";

/** What a record proof proves: as of `checkpoint`, of a state that is as old as `age` says. */
export type RecordVerdict = TrustedCheckpoint & {
  readonly key: string;
  /** Absent where it is proved that nothing stands under the key, and so never did: values are never removed. */
  readonly value?: Uint8Array;
  /** The value, where it is the record of a code. */
  readonly record?: CodeRecord;
  /**
   * Of a present record: what counts of its own status, its ancestors' and that of the registrations they came from.
   * Absent where the bundle does not prove all of these; then nothing is said of the status.
   */
  readonly effective?: EffectiveStatus;
  /** The other values and absences of the bundle, which are proved as well. */
  readonly more: readonly Pick<ClaimedValue, "key" | "value">[];
  /** The block whose map root they lead to; its time is what the log says. */
  readonly block: BlockEntry;
  readonly age?: Age;
};

export type RecordProofRefusal =
  | BundleRefusal
  | BlockRefusal
  | ValueRefusal
  | RecordRefusal
  | AgeRefusal;

/**
 * Checks a record proof: "as of this checkpoint the value under this map key is this one", or "there is none".
 *
 * Pure: it takes the proof, whom to trust, the time and how old the proof may be, and nothing else. A proof of a code, a key,
 * an alias or an anchor must bring proofs that no ancestor lives in another ledger (`effective=1`).
 *
 * @param input - the bundle as text, or the JSON value in it; not trusted
 * @returns what is proved, else the first check that failed: of `parseProofBundle`; of the block entry and the tlog-proof as
 *   text, `PROOF_BLOCK_POSITION`, of `evaluatePolicy`, of `verifyInclusion`, `PROOF_RULE_VERSION`; of each value, in
 *   order, `PROOF_KEY_TWICE`, `PROOF_MAP_…`, `PROOF_VALUE`; `PROOF_RECORD`, `PROOF_RECORD_CODE`,
 *   `PROOF_ANCESTOR_MISSING`, `PROOF_DELEGATED`; `PROOF_TIME`, `PROOF_AGE`
 * @see docs/spec/ledger.md, Proofs
 */
export async function verifyRecordProof(
  input: unknown,
  options: TrustOptions,
): Promise<Result<RecordVerdict, RecordProofRefusal>> {
  const bundle = parseProofBundle(input);
  if (!bundle.ok) return bundle;
  const { key, value, more } = bundle.value;
  const block = await verifyBlock(bundle.value, options);
  if (!block.ok) return block;
  const { trusted, entry } = block.value;
  const values = proveValues([bundle.value, ...more], entry.mapRoot);
  if (!values.ok) return values;
  const records = checkRecords(values.value);
  if (!records.ok) return records;
  const delegation = checkDelegation(key, values.value);
  if (!delegation.ok) return delegation;
  const age = ageOf(trusted, entry.time, options);
  if (!age.ok) return age;
  const record = recordOf(key, values.value);
  const effective = record && provenStatus(record, values.value);
  return ok({
    ...trusted,
    key,
    ...(value && { value }),
    ...(record && { record }),
    ...(effective && { effective }),
    more: more.map(({ map: _, ...each }) => each),
    block: entry,
    ...age.value,
  });
}
