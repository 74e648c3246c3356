import { type PolicyRefusal, parsePolicy } from "../../note/index.ts";
import type { Delegate, DelegationTerms, Issuer } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest, needRecord, selfAndAncestors } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { codeKey } from "../map-keys.ts";
import {
  countChange,
  follows,
  mayAct,
  needAbove,
  type RuleRefusal,
  suspenderAbove,
  unhindered,
} from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { CodeRecord } from "../values.ts";

export type DelegateRefusal =
  | RuleRefusal
  | PolicyRefusal
  | { readonly code: "STATE_DELEGATED_ALREADY"; readonly subject: string; readonly origin: string }
  | { readonly code: "STATE_NOT_DELEGATED"; readonly subject: string }
  | { readonly code: "STATE_DELEGATED_HERE"; readonly subject: string; readonly origin: string }
  | {
      readonly code: "STATE_DELEGATION_LOG";
      readonly subject: string;
      readonly origin: string;
      readonly logs: readonly string[];
    }
  | { readonly code: "STATE_NOTHING_TO_DO"; readonly subject: string };

/** The code itself decides where what is below it lives; whoever stands above may take it back. */
export function needForDelegate(tx: Transaction, op: Delegate, iss: Issuer): Need {
  const subjects = [op.code];
  if (op.do !== "end" || iss === op.code) {
    const own = tx.get(codeKey(op.code));
    if (op.do === "end" && own?.holds.includes("govern")) {
      return needRecord(own, ["govern"], subjects, own.threshold);
    }
    const codes = selfAndAncestors(op.code);
    return needNearest(tx, codes, "govern", subjects, ({ threshold }) => threshold);
  }
  return needAbove(tx, op.code, subjects);
}

/**
 * Lets what is below a code live in another ledger, tells where that is now, or takes it back. While it lasts, all that is
 * strictly below is frozen here; the record itself is not.
 *
 * Taken back, it goes on from what was frozen: what the other ledger wrote counts for nothing here unless it is written
 * again.
 */
export function executeDelegate(
  context: Context,
  op: Delegate,
  act: Act,
): Result<void, DelegateRefusal> {
  const entitled = mayAct(context, act.by);
  if (!entitled.ok) return entitled;
  const found = unhindered(context, op.code, act.by);
  if (!found.ok) return found;
  const record = found.value;
  const chained = follows(op.code, op.prev, record.control);
  if (!chained.ok) return chained;
  const next = step(context, record, op, act);
  if (!next.ok) return next;
  countChange(context, record);
  context.tx.put(codeKey(op.code), { ...next.value, control: act.hash });
  return ok(undefined);
}

function step(
  context: Context,
  record: CodeRecord,
  op: Delegate,
  act: Act,
): Result<CodeRecord, DelegateRefusal> {
  const { delegation } = record;
  if (op.do === "start") return start(context, record, op, act);
  if (delegation === undefined) return err({ code: "STATE_NOT_DELEGATED", subject: op.code });
  if (op.do === "end") return ok(undelegated(record));
  const { policy = delegation.policy, url = delegation.url } = op;
  if ((op.policy ?? op.url) === undefined) {
    return err({ code: "STATE_NOTHING_TO_DO", subject: op.code });
  }
  const named = namesLog(op.code, { origin: delegation.origin, policy, url });
  return named.ok ? ok({ ...record, delegation: { ...delegation, policy, url } }) : named;
}

function start(
  context: Context,
  record: CodeRecord,
  { origin, policy, url }: Extract<Delegate, { do: "start" }>,
  act: Act,
): Result<CodeRecord, DelegateRefusal> {
  const { code: subject, delegation } = record;
  if (delegation !== undefined) {
    return err({ code: "STATE_DELEGATED_ALREADY", subject, origin: delegation.origin });
  }
  if (origin === context.origin) return err({ code: "STATE_DELEGATED_HERE", subject, origin });
  // Whoever decides here may stand above too. Still the other ledger would begin with a suspension that its own members lift.
  if (suspenderAbove(record, subject) !== undefined) {
    return err({ code: "STATE_SUSPENDED", subject, because: referenceTo(record) });
  }
  const terms = { origin, policy, url };
  const named = namesLog(subject, terms);
  return named.ok ? ok({ ...record, delegation: { ...terms, op: act.hash } }) : named;
}

/** The policy must be one that a checkpoint of this log can satisfy. */
function namesLog(
  subject: string,
  { origin, policy }: DelegationTerms,
): Result<void, DelegateRefusal> {
  const parsed = parsePolicy(policy);
  if (!parsed.ok) return parsed;
  const logs = parsed.value.logs.map(({ key }) => key.name);
  return logs.includes(origin)
    ? ok(undefined)
    : err({ code: "STATE_DELEGATION_LOG", subject, origin, logs });
}

/** The record as it is when what is below it lives here. */
export function undelegated({ delegation: _, ...record }: CodeRecord): CodeRecord {
  return record;
}
