import { ancestorsOf, type Code } from "../code/index.ts";
import { EVERYBODY, type KeyUse } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { judgeCover, type Need, needNearest, selfAndAncestors } from "./authority.ts";
import type { Context } from "./context.ts";
import { effectiveStatus, referenceTo, referredCode, type ValueReader } from "./effective.ts";
import { codeKey, datasetKey } from "./map-keys.ts";
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
  if (!stands(state, dataset, datasetRecord)) return "dataset";
  const isHere = referredCode(datasetRecord) === dataset;
  if (isHere && state.get(datasetKey(datasetRecord))?.log.origin !== log) return "log";
  if (to === EVERYBODY || toRecord === undefined) return undefined;
  return stands(state, to, toRecord) ? undefined : "grantee";
}

/** Whether the record that stood for a side when it signed still does. */
function stands(state: ValueReader, code: Code, reference: Reference): boolean {
  const record = state.get(codeKey(referredCode(reference)));
  if (record === undefined || referenceTo(record) !== reference) return false;
  if (record.code !== code && record.delegation === undefined) return false;
  return effectiveStatus(state, record).status === "active";
}
