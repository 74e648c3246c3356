import {
  type Above,
  ancestorsOf,
  type CborMap,
  type CborValue,
  type Code,
  type CodeRecord,
  codeKey,
  type EffectiveStatus,
  err,
  isCborMap,
  type MapKey,
  ok,
  parentOf,
  parseCode,
  type Result,
  registrationKey,
  statusBelow,
} from "../core/index.ts";
import type { ProvenValues } from "./values.ts";

export type RecordRefusal =
  /** What stands under the key is not what the rules put there. */
  | { readonly code: "PROOF_RECORD"; readonly key: string; readonly field: string }
  | { readonly code: "PROOF_RECORD_CODE"; readonly key: string; readonly got: string }
  | { readonly code: "PROOF_ANCESTOR_MISSING"; readonly key: string }
  | { readonly code: "PROOF_DELEGATED"; readonly key: string };

const CODE_PREFIX = "code/";
const REGISTRATION_PREFIX = "registration/";

/**
 * Checks what a verdict rests on in the records and registrations among the values: that a record is the one of its key,
 * and the fields that decide on its status. The rules made the rest, and whoever attests the map root says so.
 */
export function checkRecords(values: ProvenValues): Result<void, RecordRefusal> {
  for (const [key, value] of values) {
    if (value === undefined) continue;
    const refusal = key.startsWith(CODE_PREFIX)
      ? refuseRecord(key, value)
      : key.startsWith(REGISTRATION_PREFIX)
        ? refuseRegistration(key, value)
        : undefined;
    if (refusal !== undefined) return err(refusal);
  }
  return ok(undefined);
}

/**
 * Checks that no ancestor of the code that a key is about lives in another ledger: there the answer may be another one.
 * What has no code, such as a parameter, is of this ledger alone.
 */
export function checkDelegation(key: string, values: ProvenValues): Result<void, RecordRefusal> {
  for (const ancestor of holdersAbove(key)) {
    const above = codeKey(ancestor);
    if (!values.has(above)) return err({ code: "PROOF_ANCESTOR_MISSING", key: above });
    const record = values.get(above);
    if (isCborMap(record) && record.delegation !== undefined) {
      return err({ code: "PROOF_DELEGATED", key: above });
    }
  }
  return ok(undefined);
}

/** The record under `code/<code>`, or under `code/<code>#<generation>` of an ended one. */
export function recordOf(key: string, values: ProvenValues): CodeRecord | undefined {
  return key.startsWith(CODE_PREFIX) ? (values.get(key) as CodeRecord | undefined) : undefined;
}

/** Of codes that were met above records: the record with its effective status; `null` where that is not proved. */
export type KnownAbove = Map<Code, Above | null | undefined>;

/**
 * The effective status of a present record; `undefined` where values that it depends on are not proved.
 *
 * @param known for many records side by side: what stands above them all is looked at once
 */
export function provenStatus(
  record: CodeRecord,
  values: ProvenValues,
  known: KnownAbove = new Map(),
): EffectiveStatus | undefined {
  const { code, registration } = record;
  const parent = parentOf(code);
  const above = parent && provenAbove(parent, values, known);
  if (above === null || !values.has(codeKey(code))) return undefined;
  if (registration && !values.has(registrationKey(registration))) return undefined;
  const get = <T>(key: MapKey<T>): T | undefined => values.get(key) as T | undefined;
  return statusBelow({ get }, record, above);
}

function provenAbove(
  code: Code,
  values: ProvenValues,
  known: KnownAbove,
): Above | null | undefined {
  if (!known.has(code)) {
    const record = values.get(codeKey(code)) as CodeRecord | undefined;
    const effective = record && provenStatus(record, values, known);
    const nothing = record || !values.has(codeKey(code)) ? null : undefined;
    known.set(code, effective ? { record, effective } : nothing);
  }
  return known.get(code);
}

function refuseRecord(key: string, value: CborValue): RecordRefusal | undefined {
  const record: CborMap = isCborMap(value) ? value : {};
  const { code, generation, status, parent, registration } = record;
  const misfit = (field: string): RecordRefusal => ({ code: "PROOF_RECORD", key, field });
  if (typeof code !== "string") return misfit("code");
  if (typeof generation !== "number") return misfit("generation");
  if (key !== `${CODE_PREFIX}${code}` && key !== `${CODE_PREFIX}${code}#${generation}`) {
    return { code: "PROOF_RECORD_CODE", key, got: `${code}#${generation}` };
  }
  if (status !== "active" && status !== "suspended" && status !== "retired") {
    return misfit("status");
  }
  if (parent !== undefined && typeof parent !== "string") return misfit("parent");
  if (registration !== undefined && !(registration instanceof Uint8Array)) {
    return misfit("registration");
  }
  return undefined;
}

function refuseRegistration(key: string, value: CborValue): RecordRefusal | undefined {
  const isFit = isCborMap(value) && typeof value.void === "boolean";
  return isFit ? undefined : { code: "PROOF_RECORD", key, field: "void" };
}

/** The codes whose delegation would take the value under a key away, the nearest first. */
function holdersAbove(key: string): readonly Code[] {
  const code = subjectOf(key);
  if (code === undefined) return [];
  const ancestors = ancestorsOf(code);
  // Keys of the code itself, and the anchor of what it delegated, stay where its record is; aliases go with what they name.
  return key.startsWith("alias/") ? [code, ...ancestors] : ancestors;
}

/** The code that a map key is about, an alias about the division in which it is one; `undefined` where it has none. */
export function subjectOf(key: string): Code | undefined {
  const parts = /^(?:alias\/([^/]+)|(?:code|key|anchor|dataset|seals|unseal)\/([^#]+))/.exec(key);
  const code = parseCode(parts?.[1] ?? parts?.[2] ?? "");
  return code.ok ? code.value : undefined;
}
