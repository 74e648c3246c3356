import { ancestorsOf, type Code } from "../code/index.ts";
import { EVERYBODY, type KeyUse } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { judgeCover, type Need, needNearest, selfAndAncestors } from "./authority.ts";
import type { Context } from "./context.ts";
import { effectiveStatus, referenceTo, referredCode, type ValueReader } from "./effective.ts";
import { heirsOf, inheritedFrom } from "./heirs.ts";
import { codeKey, datasetKey, openGrantsKey } from "./map-keys.ts";
import { active, type RuleRefusal } from "./rules.ts";
import type { Transaction } from "./transaction.ts";
import type { CodeRecord, GrantValue, KeyRecord, Reference } from "./values.ts";

// What requests, grants and revocations have in common: who stands for the two sides, and when a grant ends.

export type SideRefusal =
  | RuleRefusal
  | { readonly code: "DATA_NO_LOG"; readonly subject: string }
  | {
      readonly code: "GRANT_LOG";
      readonly subject: string;
      readonly want: string;
      readonly got: string;
    };

/** The code whose record stands here for `code`: its own, or the one that is delegated to another ledger with it. */
function standingCode(state: ValueReader, code: Code): Code {
  const isDelegated = (each: Code) => state.get(codeKey(each))?.delegation !== undefined;
  return ancestorsOf(code).findLast(isDelegated) ?? code;
}

/** The nearest with `record` keys signs for a side; of what lives in another ledger, from the delegated code up. */
export function needForSide(tx: Transaction, code: Code): Need {
  return needNearest(tx, selfAndAncestors(standingCode(tx, code)), "record", [code]);
}

/** An open key, whose it is, and what it may do. */
export type HeldKey = Pick<KeyRecord, "uses" | "scope"> & {
  readonly holder: Reference;
  /** In hex. */
  readonly kid: string;
};

/** Whether a key is one of the nearest that has keys of this use for a side, and its scope covers the code. */
export function isKeyOfSide(
  state: ValueReader,
  { holder, kid, uses, scope }: HeldKey,
  code: Code,
  use: KeyUse,
): boolean {
  if (!uses.includes(use) || !judgeCover(scope, kid, code).ok) return false;
  for (const each of selfAndAncestors(standingCode(state, code))) {
    const record = state.get(codeKey(each));
    if (record?.holds.includes(use)) return referenceTo(record) === holder;
  }
  return false;
}

/** The record that stands for one side, in force. @returns it, else `STATE_…` */
export function sideOf(context: Context, code: Code): Result<CodeRecord, RuleRefusal> {
  return active(context, standingCode(context.tx, code));
}

/**
 * The record that stands for a dataset with this log. What a dataset in another ledger is, only that one knows: here its
 * name and that of its log are taken as they are said.
 *
 * @returns the record, else `STATE_…`, `DATA_NO_LOG`, `GRANT_LOG`
 */
export function datasetSide(
  context: Context,
  code: Code,
  log: string,
): Result<CodeRecord, SideRefusal> {
  const side = sideOf(context, code);
  if (!side.ok || side.value.code !== code) return side;
  const dataset = context.tx.get(datasetKey(referenceTo(side.value)));
  if (dataset === undefined) return err({ code: "DATA_NO_LOG", subject: code });
  const { origin: want } = dataset.log;
  return want === log ? ok(side.value) : err({ code: "GRANT_LOG", subject: code, want, got: log });
}

/** Why a grant counts no more, or not at the moment. */
export type GrantEnd = "revoked" | "expired" | "dataset" | "log" | "grantee";

/**
 * Why a grant does not count now; `undefined` while it does. It is judged whenever it is used: time and what becomes of both
 * sides end it without another operation.
 */
export function grantEnd(
  state: ValueReader,
  grant: GrantValue,
  nowSeconds: number,
): GrantEnd | undefined {
  const { dataset, datasetRecord, log, to, toRecord, until, revoked } = grant;
  if (revoked !== undefined) return "revoked";
  if (until !== undefined && nowSeconds > until) return "expired";
  const datasets = standing(state, dataset, datasetRecord);
  if (datasets.length === 0) return "dataset";
  // Which log an heir has, only its own word says.
  const isHere = referredCode(datasetRecord) === dataset && datasets.includes(dataset);
  if (isHere && state.get(datasetKey(datasetRecord))?.log.origin !== log) return "log";
  if (to === EVERYBODY || toRecord === undefined) return undefined;
  return standing(state, to, toRecord).length > 0 ? undefined : "grantee";
}

/** The codes of which a grant is now: the dataset that it names, or its heirs. */
export function grantedDatasets(
  state: ValueReader,
  { dataset, datasetRecord }: Pick<GrantValue, "dataset" | "datasetRecord">,
): readonly Code[] {
  return standing(state, dataset, datasetRecord);
}

/** The codes that may use a grant now: the one that it names, or its heirs; none where it is for everybody. */
export function grantees(
  state: ValueReader,
  { to, toRecord }: Pick<GrantValue, "to" | "toRecord">,
): readonly Code[] {
  return to === EVERYBODY || toRecord === undefined ? [] : standing(state, to, toRecord);
}

/**
 * Ids of grants of a dataset to a code, or to everybody, oldest first, some of which may have ended. Those of which it or the
 * code is an heir stand before its own.
 */
export function grantsOf(
  state: ValueReader,
  dataset: CodeRecord,
  to: Code | typeof EVERYBODY,
): readonly Uint8Array[] {
  const record = to === EVERYBODY ? undefined : state.get(codeKey(to));
  const names = record === undefined ? [to] : inheritedFrom(state, record);
  const datasets = inheritedFrom(state, dataset);
  const lists = datasets.flatMap((each) =>
    names.map((name) => state.get(openGrantsKey(each, name))?.ids ?? []),
  );
  return lists.reverse().flat();
}

/** The codes of one side now: the one that signed while its record stands for it, or its heirs. */
function standing(state: ValueReader, code: Code, reference: Reference): readonly Code[] {
  const record = state.get(codeKey(referredCode(reference)));
  // What stands in another ledger is nobody's heir here: its record only spoke for it.
  if (referredCode(reference) === code) return heirsOf(state, reference).map(codeOf);
  if (record === undefined || referenceTo(record) !== reference) return [];
  if (record.delegation === undefined) return [];
  return effectiveStatus(state, record).status === "active" ? [code] : [];
}

function codeOf({ code }: CodeRecord): Code {
  return code;
}
