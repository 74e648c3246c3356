import { hex } from "../bytes.ts";
import { ancestorsOf, type Code, codeParts, isBelow } from "../code/index.ts";
import { verifySignature } from "../cose/index.ts";
import { sameHash } from "../merkle/index.ts";
import { err, ok, type Result } from "../result.ts";
import { type AuthorityRefusal, judgeScope, selfAndAncestors } from "../state/authority.ts";
import { effectiveStatus, referenceTo, type ValueReader } from "../state/effective.ts";
import { codeKey, datasetKey, keyKey } from "../state/map-keys.ts";
import { inactive, type RuleRefusal } from "../state/rules.ts";
import type { CodeRecord, DatasetValue, KeyRecord, Reference } from "../state/values.ts";
import type { DataEntry } from "./entry.ts";
import { type Observation, observationsRoot, rootOfEncoded } from "./fact.ts";
import { DATA_FUTURE_SECONDS, DATA_PAST_SECONDS } from "./limits.ts";

/** Whether an entry carries the signature of a key; the exact rule of docs/spec/operations.md by default. */
export type EntryCheck = (key: Pick<KeyRecord, "key">, entry: DataEntry) => boolean;

/** A dataset whose entries can be judged. */
export type OpenDataset = {
  readonly reference: Reference;
  readonly record: CodeRecord;
  readonly value: DatasetValue;
};

/** On whose key an entry rests. */
export type EntrySigner = {
  /** The source, or the nearest above it that holds data keys: the office that answers for it. */
  readonly holder: Reference;
  readonly key: KeyRecord;
};

export type DatasetRefusal =
  | RuleRefusal
  | { readonly code: "DATA_NO_LOG"; readonly subject: string };

export type JudgeRefusal =
  | DatasetRefusal
  | AuthorityRefusal
  | { readonly code: "DATA_AUDIENCE"; readonly got: string; readonly want: string }
  | {
      readonly code: "DATA_TIME";
      readonly iat: number;
      readonly earliest: number;
      readonly latest: number;
    }
  | { readonly code: "DATA_SOURCE"; readonly source: string; readonly owner: string };

export type BodyRefusal =
  | { readonly code: "DATA_COUNT"; readonly got: number; readonly want: number }
  | { readonly code: "DATA_ROOT"; readonly got: string; readonly want: string };

/** The dataset of a code as the ledger has it now. @returns it, else `STATE_…` of its record, `DATA_NO_LOG` */
export function openDataset(state: ValueReader, code: Code): Result<OpenDataset, DatasetRefusal> {
  const record = inForce(state, code);
  if (!record.ok) return record;
  const reference = referenceTo(record.value);
  const value = state.get(datasetKey(reference));
  return value === undefined
    ? err({ code: "DATA_NO_LOG", subject: code })
    : ok({ reference, record: record.value, value });
}

/** Whose dataset it is: the office that its code stands below. */
export function ownerOf(dataset: Code): Code {
  return ancestorsOf(dataset).find((each) => codeParts(each).classNodes.length === 0) ?? dataset;
}

// Each entry asks whose its dataset is, and a record does not change.
const owners = new WeakMap<CodeRecord, Code>();

function rememberedOwner(record: CodeRecord): Code {
  const owner = owners.get(record) ?? ownerOf(record.code);
  owners.set(record, owner);
  return owner;
}

/**
 * Judges whether an entry may stand in the log of a dataset, now.
 *
 * @returns whose key signed it, else the first check that failed, in this order: `DATA_AUDIENCE`, `DATA_TIME`, `DATA_SOURCE`,
 *   `STATE_…` of the source, `AUTH_KEY_…`, `AUTH_SIGNATURE`
 */
export function judgeEntry(
  state: ValueReader,
  { record, value: { log } }: OpenDataset,
  entry: DataEntry,
  nowSeconds: number,
  check: EntryCheck = isSignedBy,
): Result<EntrySigner, JudgeRefusal> {
  const { source, audience, iatSeconds: iat } = entry;
  if (audience !== log.origin) {
    return err({ code: "DATA_AUDIENCE", got: audience, want: log.origin });
  }
  const [earliest, latest] = [nowSeconds - DATA_PAST_SECONDS, nowSeconds + DATA_FUTURE_SECONDS];
  if (iat < earliest || iat > latest) return err({ code: "DATA_TIME", iat, earliest, latest });
  const owner = rememberedOwner(record);
  if (source !== owner && !isBelow(source, owner) && !isBelow(owner, source)) {
    return err({ code: "DATA_SOURCE", source, owner });
  }
  const found = inForce(state, source);
  if (!found.ok) return found;
  const signer = signerOf(state, entry);
  if (!signer.ok) return signer;
  return check(signer.value.key, entry)
    ? signer
    : err({ code: "AUTH_SIGNATURE", kid: hex(entry.kid) });
}

/**
 * Whether these are the observations that the entry commits to.
 *
 * @param encoded the same as `encodeObservations` writes them, where somebody has that, and all facts are shown
 */
export function matchBody(
  { count, root }: Pick<DataEntry, "count" | "root">,
  observations: readonly Observation[],
  encoded?: Uint8Array,
): Result<void, BodyRefusal> {
  if (observations.length !== count) {
    return err({ code: "DATA_COUNT", got: observations.length, want: count });
  }
  const got = encoded === undefined ? observationsRoot(observations) : rootOfEncoded(encoded);
  return sameHash(got, root)
    ? ok(undefined)
    : err({ code: "DATA_ROOT", got: hex(got), want: hex(root) });
}

export function isSignedBy(key: Pick<KeyRecord, "key">, entry: DataEntry): boolean {
  return verifySignature(key, entry.alg, entry.message, entry).ok;
}

/** The record of a code that counts now; else `STATE_…`. */
export function inForce(state: ValueReader, code: Code): Result<CodeRecord, RuleRefusal> {
  const record = state.get(codeKey(code));
  if (record === undefined) return err({ code: "STATE_UNKNOWN", subject: code });
  const refusal = inactive(code, effectiveStatus(state, record));
  return refusal === undefined ? ok(record) : err(refusal);
}

/** The key of the nearest that has data keys. A key that was retired since may have signed before. */
function signerOf(
  state: ValueReader,
  { source, kid, iatSeconds }: DataEntry,
): Result<EntrySigner, AuthorityRefusal> {
  const name = hex(kid);
  for (const code of selfAndAncestors(source)) {
    const record = state.get(codeKey(code));
    if (record === undefined) break;
    const holder = referenceTo(record);
    const key = state.get(keyKey(holder, kid));
    if (key?.uses.includes("data")) {
      const fit = judgeDataKey(key, name, source, iatSeconds);
      return fit.ok ? ok({ holder, key }) : fit;
    }
    if (record.holds.includes("data")) {
      return key === undefined
        ? err({ code: "AUTH_KEY_UNKNOWN", issuer: code, kid: name })
        : err({ code: "AUTH_KEY_USE", kid: name, want: "data" });
    }
  }
  return err({ code: "AUTH_KEY_UNKNOWN", issuer: source, kid: name });
}

function judgeDataKey(
  key: KeyRecord,
  kid: string,
  source: Code,
  iatSeconds: number,
): Result<void, AuthorityRefusal> {
  if (key.to !== undefined) {
    const wasOpen = key.why === "retired" && key.to > iatSeconds * 1000;
    if (!wasOpen) return err({ code: "AUTH_KEY_CLOSED", kid, why: String(key.why) });
  }
  return judgeDataScope(key, kid, source, iatSeconds);
}

/** Whether a data key was given for data of this source at this time, whatever has become of it since. */
export function judgeDataScope(
  key: KeyRecord,
  kid: string,
  source: Code,
  iatSeconds: number,
): Result<void, AuthorityRefusal> {
  if (key.rpId !== undefined) return err({ code: "AUTH_WEBAUTHN", kid, want: true });
  return judgeScope({ timeMilliseconds: iatSeconds * 1000 }, key, kid, { subjects: [source] });
}
