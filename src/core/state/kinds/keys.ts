import { hex } from "../../bytes.ts";
import type { Code } from "../../code/index.ts";
import type { Issuer, Keys } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest, selfAndAncestors } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import {
  addKeys,
  closeKey,
  type KeyRingRefusal,
  openKey,
  openKeys,
  reachable,
  usesOf,
} from "../key-ring.ts";
import { codeKey, keyKey, memberKey } from "../map-keys.ts";
import { active, countChange, follows, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { CodeRecord } from "../values.ts";

export type KeysRefusal =
  | RuleRefusal
  | KeyRingRefusal
  | { readonly code: "STATE_SINCE"; readonly kid: string; readonly why: string }
  | { readonly code: "STATE_NOTHING_TO_DO"; readonly subject: string };

const MEMBER = "member/";

export function needForKeys(tx: Transaction, { code }: Keys): Need {
  if (code.startsWith(MEMBER)) return needOfMember(tx, code);
  const subject = code as Code;
  return needNearest(
    tx,
    selfAndAncestors(subject),
    "govern",
    [subject],
    ({ threshold }) => threshold,
  );
}

/** A member changes its own keys as a record does. */
function needOfMember(tx: Transaction, issuer: Issuer): Need {
  const threshold = tx.get(memberKey(issuer.slice(MEMBER.length)))?.threshold ?? 1;
  return { electorate: issuer, issuer, holder: issuer, uses: ["govern"], threshold, subjects: [] };
}

export function executeKeys(context: Context, op: Keys, act: Act): Result<void, KeysRefusal> {
  if ((op.add ?? op.close ?? op.relabel ?? op.threshold) === undefined) {
    return err({ code: "STATE_NOTHING_TO_DO", subject: op.code });
  }
  return op.code.startsWith(MEMBER)
    ? changeMember(context, op, act)
    : changeRecord(context, op, op.code as Code, act);
}

function changeMember(context: Context, op: Keys, act: Act): Result<void, KeysRefusal> {
  const key = memberKey(op.code.slice(MEMBER.length));
  const member = context.tx.get(key);
  if (member === undefined) return err({ code: "STATE_UNKNOWN", subject: op.code });
  const chained = follows(op.code, op.prev, member.op);
  if (!chained.ok) return chained;
  const threshold = op.threshold ?? member.threshold;
  const changed = changeRing(context, op, op.code, threshold);
  if (!changed.ok) return changed;
  const holds = usesOf(openKeys(context, op.code));
  context.tx.put(key, { ...member, op: act.hash, threshold, holds });
  return ok(undefined);
}

function changeRecord(context: Context, op: Keys, code: Code, act: Act): Result<void, KeysRefusal> {
  const found = active(context, code);
  if (!found.ok) return found;
  const record: CodeRecord = found.value;
  const chained = follows(code, op.prev, record.control);
  if (!chained.ok) return chained;
  const threshold = op.threshold ?? record.threshold;
  const holder = referenceTo(record);
  const changed = changeRing(context, op, holder, threshold);
  if (!changed.ok) return changed;
  countChange(context, record);
  const holds = usesOf(openKeys(context, holder));
  context.tx.put(codeKey(code), { ...record, control: act.hash, threshold, holds });
  return ok(undefined);
}

function changeRing(
  context: Context,
  op: Keys,
  holder: string,
  threshold: number,
): Result<void, KeysRefusal> {
  for (const { kid, why, since } of op.close ?? []) {
    if ((since === undefined) !== (why === "retired")) {
      return err({ code: "STATE_SINCE", kid: hex(kid), why });
    }
    const closed = closeKey(context, holder, kid, since === undefined ? { why } : { why, since });
    if (!closed.ok) return closed;
  }
  for (const { kid, label } of op.relabel ?? []) {
    const key = openKey(context, holder, kid);
    if (!key.ok) return key;
    context.tx.put(keyKey(holder, kid), { ...key.value, label });
  }
  const added = addKeys(context, holder, op.add ?? []);
  return added.ok ? reachable(context, holder, threshold) : added;
}
