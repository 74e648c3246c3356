import { type Code, codeParts, isBelow } from "../../code/index.ts";
import type { Issuer, KeyUse, StatusItem } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import {
  type Need,
  nearestHolder,
  needMembers,
  needNearest,
  needRecord,
  selfAndAncestors,
} from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { codeKey } from "../map-keys.ts";
import { countChange, existing, follows, notEnded, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { Authority, CodeRecord, Reference } from "../values.ts";

export type StatusRefusal =
  | RuleRefusal
  | { readonly code: "STATE_SUSPENDED_ALREADY"; readonly subject: string; readonly by: Authority }
  | { readonly code: "STATE_NOT_SUSPENDED_BY"; readonly subject: string; readonly by: Authority }
  | {
      readonly code: "STATE_SUCCESSOR_UNKNOWN";
      readonly subject: string;
      readonly successor: string;
    };

/**
 * Suspending and resuming is for any ancestor with a `govern` key, since it is for emergencies; who signs says which one.
 * Retiring is for the nearest; of a code with keys of its own, by as many as its threshold asks.
 */
export function needForStatus(tx: Transaction, item: StatusItem, iss: Issuer): Need {
  const codes = selfAndAncestors(item.code);
  if (iss.startsWith("member/")) return needMembers(tx, "govern", [item.code]);
  const uses = usesFor(item.code);
  if (item.do !== "retire") {
    const named = codes.map((code) => tx.get(codeKey(code))).find((record) => record?.code === iss);
    if (named?.holds.includes("govern")) return needRecord(named, uses, [item.code], 1);
  }
  const [use] = uses as [KeyUse];
  const holder = nearestHolder(tx, codes, use);
  const threshold = (record: CodeRecord): number =>
    item.do === "retire" && record.code === item.code ? record.threshold : 1;
  if (holder === undefined) return needNearest(tx, codes, "govern", [item.code], threshold);
  return needRecord(holder, uses, [item.code], threshold(holder));
}

/** Things are also ended and stopped by whoever issues them. */
function usesFor(code: Code): readonly KeyUse[] {
  return codeParts(code).classNodes.length > 0 ? ["issue", "govern"] : ["govern"];
}

export function executeStatus(
  context: Context,
  item: StatusItem,
  act: Act,
): Result<void, StatusRefusal> {
  const found =
    item.do === "retire" ? notEnded(context, item.code) : notRetired(context, item.code);
  if (!found.ok) return found;
  const record = found.value;
  const chained = follows(item.code, item.prev, record.control);
  if (!chained.ok) return chained;
  const next = step(context, record, item, act.by);
  if (!next.ok) return next;
  countChange(context, record);
  context.tx.put(codeKey(item.code), { ...next.value, control: act.hash });
  return ok(undefined);
}

// A record may be suspended by several, below an ancestor that is suspended too: only its own end forbids that.
function notRetired(context: Context, code: Code): Result<CodeRecord, RuleRefusal> {
  const record = existing(context, code);
  if (!record.ok || record.value.status !== "retired") return record;
  return err({ code: "STATE_RETIRED", subject: code, because: referenceTo(record.value) });
}

function step(
  context: Context,
  record: CodeRecord,
  item: StatusItem,
  by: Authority,
): Result<CodeRecord, StatusRefusal> {
  if (item.do === "suspend") return suspend(record, by);
  if (item.do === "resume") return resume(record, by);
  return retire(context, record, item.successors ?? []);
}

function suspend(record: CodeRecord, by: Authority): Result<CodeRecord, StatusRefusal> {
  if (record.suspendedBy.includes(by)) {
    return err({ code: "STATE_SUSPENDED_ALREADY", subject: record.code, by });
  }
  return ok({ ...record, status: "suspended", suspendedBy: [...record.suspendedBy, by] });
}

function resume(record: CodeRecord, by: Authority): Result<CodeRecord, StatusRefusal> {
  const suspendedBy = record.suspendedBy.filter((each) => !outranks(by, each));
  if (suspendedBy.length === record.suspendedBy.length) {
    return err({ code: "STATE_NOT_SUSPENDED_BY", subject: record.code, by });
  }
  return ok({ ...record, status: suspendedBy.length > 0 ? "suspended" : "active", suspendedBy });
}

/** Whether `by` may lift what `suspender` imposed: its own, or that of someone below it. */
function outranks(by: Authority, suspender: Authority): boolean {
  if (by === suspender || by === "members") return true;
  if (suspender === "members") return false;
  return isBelow(codeOf(suspender), codeOf(by));
}

function codeOf(reference: Reference): Code {
  return reference.slice(0, reference.indexOf("#")) as Code;
}

function retire(
  context: Context,
  record: CodeRecord,
  codes: readonly Code[],
): Result<CodeRecord, StatusRefusal> {
  const successors: Reference[] = [];
  for (const successor of codes) {
    const heir = context.tx.get(codeKey(successor));
    if (heir === undefined) {
      return err({ code: "STATE_SUCCESSOR_UNKNOWN", subject: record.code, successor });
    }
    successors.push(referenceTo(heir));
  }
  return ok({ ...record, status: "retired", successors: [...record.successors, ...successors] });
}
