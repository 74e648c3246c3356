import { type Code, codeParts } from "../../code/index.ts";
import { type Issuer, type KeyUse, MEMBER, type StatusItem } from "../../op/operation.ts";
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
import {
  countChange,
  follows,
  mayAct,
  notEnded,
  outranks,
  type RuleRefusal,
  unhindered,
} from "../rules.ts";
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
 * Suspending and resuming is for any ancestor with a `govern` key, since it is for emergencies: who signs says which one.
 * Retiring is for the nearest; of a code with keys of its own, by as many as the threshold asks. Of a thing, both are also
 * for its issuer.
 */
export function needForStatus(tx: Transaction, item: StatusItem, iss: Issuer): Need {
  const codes = selfAndAncestors(item.code);
  const subjects = [item.code];
  if (item.do === "retire" && holdsKeys(tx, item.code)) {
    return needNearest(tx, codes, "govern", subjects, ({ threshold }) => threshold);
  }
  const signer = codes.map((code) => tx.get(codeKey(code))).find((record) => record?.code === iss);
  const uses = signer === undefined ? [] : usesOf(tx, item, codes, signer);
  if (signer !== undefined && uses.length > 0) return needRecord(signer, uses, subjects, 1);
  return item.do !== "retire" && iss.startsWith(MEMBER)
    ? needMembers(tx, "govern", subjects)
    : needNearest(tx, codes, "govern", subjects);
}

export function holdsKeys(tx: Transaction, code: Code): boolean {
  return (tx.get(codeKey(code))?.holds ?? []).length > 0;
}

/** With keys of which uses `signer`, at or above the item, may do this. */
function usesOf(
  tx: Transaction,
  item: StatusItem,
  codes: readonly Code[],
  signer: CodeRecord,
): KeyUse[] {
  const isNearest = (use: KeyUse): boolean => nearestHolder(tx, codes, use)?.code === signer.code;
  const uses: KeyUse[] = [];
  if (isThing(item.code) && isNearest("issue")) uses.push("issue");
  const governs = item.do === "retire" ? isNearest("govern") : signer.holds.includes("govern");
  if (governs) uses.push("govern");
  return uses;
}

/** Whether a code names a single thing, of whatever kind: its issuer may also stop and end it. */
export function isThing(code: Code): boolean {
  return codeParts(code).itemNodes.length > 0;
}

export function executeStatus(
  context: Context,
  item: StatusItem,
  act: Act,
): Result<void, StatusRefusal> {
  const entitled = mayAct(context, act.by);
  if (!entitled.ok) return entitled;
  // A record may be suspended by several, but what somebody above has suspended cannot slip away into retirement.
  const found =
    item.do === "retire" ? unhindered(context, item.code, act.by) : notEnded(context, item.code);
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
  return ok({
    ...record,
    status: "retired",
    successors: [...new Set([...record.successors, ...successors])],
  });
}
