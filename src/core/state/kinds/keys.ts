import { equalBytes, hex } from "../../bytes.ts";
import type { Code } from "../../code/index.ts";
import { keyIdentifier } from "../../cose/index.ts";
import { present } from "../../invariant.ts";
import { IAT_FUTURE_SECONDS } from "../../op/limits.ts";
import { type Issuer, type Keys, MEMBER } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest, selfAndAncestors } from "../authority.ts";
import { type Act, type Context, seconds } from "../context.ts";
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
import { type WiderRefusal, withinSigner } from "../wider-keys.ts";
import { enoughMembers, type ParamRefusal } from "./param.ts";

export type KeysRefusal =
  | RuleRefusal
  | KeyRingRefusal
  | ParamRefusal
  | WiderRefusal
  | {
      readonly code: "STATE_SINCE";
      readonly kid: string;
      readonly since: number;
      readonly until: number;
    }
  | { readonly code: "STATE_NOTHING_TO_DO"; readonly subject: string };

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
  return { electorate: issuer, issuer, uses: ["govern"], threshold, subjects: [] };
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
  const member = present(context.tx.get(key), "the member whose key signed");
  const chained = follows(op.code, op.prev, member.op);
  if (!chained.ok) return chained;
  const threshold = op.threshold ?? member.threshold;
  const changed = changeRing(context, op, op.code, act, threshold);
  if (!changed.ok) return changed;
  const holds = usesOf(openKeys(context, op.code));
  context.tx.put(key, { ...member, op: act.hash, threshold, holds });
  return enoughMembers(context);
}

function changeRecord(context: Context, op: Keys, code: Code, act: Act): Result<void, KeysRefusal> {
  const found = active(context, code);
  if (!found.ok) return found;
  const record: CodeRecord = found.value;
  const chained = follows(code, op.prev, record.control);
  if (!chained.ok) return chained;
  const threshold = op.threshold ?? record.threshold;
  const holder = referenceTo(record);
  const reserved = reservedKey(op, record);
  if (reserved !== undefined) return err({ code: "STATE_KEY_EXISTS", holder, kid: hex(reserved) });
  const changed = changeRing(context, op, holder, act, threshold);
  if (!changed.ok) return changed;
  countChange(context, record);
  const holds = usesOf(openKeys(context, holder));
  context.tx.put(codeKey(code), { ...record, control: act.hash, threshold, holds });
  return ok(undefined);
}

/** A key that waits in a recovery: to open and close it now would keep the recovery from ever finishing. */
function reservedKey({ add = [] }: Keys, { recovery }: CodeRecord): Uint8Array | undefined {
  const waiting = recovery?.keys.map(({ key }) => keyIdentifier(key)) ?? [];
  const adding = add.map(({ key }) => keyIdentifier(key));
  return adding.find((kid) => waiting.some((each) => equalBytes(each, kid)));
}

function changeRing(
  context: Context,
  op: Keys,
  holder: string,
  act: Act,
  threshold: number,
): Result<void, KeysRefusal> {
  for (const { kid, ...end } of op.close ?? []) {
    const until = seconds(context) + IAT_FUTURE_SECONDS;
    if (end.why === "compromised" && end.since > until) {
      return err({ code: "STATE_SINCE", kid: hex(kid), since: end.since, until });
    }
    const closed = closeKey(context, holder, kid, end);
    if (!closed.ok) return closed;
  }
  for (const { kid, label } of op.relabel ?? []) {
    const key = openKey(context, holder, kid);
    if (!key.ok) return key;
    context.tx.put(keyKey(holder, kid), { ...key.value, label });
  }
  const within = withinSigner(op.code, op.add ?? [], act);
  if (!within.ok) return within;
  const added = addKeys(context, holder, op.add ?? []);
  return added.ok ? reachable(context, holder, threshold) : added;
}
