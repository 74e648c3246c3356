import { present } from "../../invariant.ts";
import type { Issuer, Recover } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needRecord } from "../authority.ts";
import { type Act, type Context, rehearsal } from "../context.ts";
import { referenceTo } from "../effective.ts";
import {
  addKeys,
  closeAllKeys,
  type KeyRingRefusal,
  openKeys,
  reachable,
  usesOf,
} from "../key-ring.ts";
import { codeKey, paramKey } from "../map-keys.ts";
import {
  countChange,
  follows,
  hindrance,
  mayAct,
  needAbove,
  notEnded,
  type RuleRefusal,
} from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { Authority, CodeRecord, Recovery, Reference } from "../values.ts";
import { type WiderRefusal, withinSigner } from "../wider-keys.ts";

export type RecoverRefusal =
  | RuleRefusal
  | KeyRingRefusal
  | WiderRefusal
  | { readonly code: "STATE_RECOVERING"; readonly subject: string; readonly started: number }
  | { readonly code: "STATE_NOT_RECOVERING"; readonly subject: string }
  | { readonly code: "STATE_RECOVERY_EARLY"; readonly subject: string; readonly from: number }
  | { readonly code: "STATE_RECOVERY_HELD"; readonly subject: string; readonly because: Reference };

/**
 * Whoever stands above starts and finishes, and may take back what it started; the present keys cancel what was started
 * against them.
 */
export function needForRecover(tx: Transaction, op: Recover, iss: Issuer): Need {
  const subjects = [op.code];
  const record = tx.get(codeKey(op.code));
  if (op.do === "cancel" && record !== undefined && iss === op.code) {
    return needRecord(record, ["govern"], subjects, record.threshold);
  }
  return needAbove(tx, op.code, subjects);
}

export function executeRecover(
  context: Context,
  op: Recover,
  act: Act,
): Result<void, RecoverRefusal> {
  const entitled = op.do === "cancel" ? ok(undefined) : mayAct(context, act.by);
  if (!entitled.ok) return entitled;
  const found = notEnded(context, op.code);
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
  op: Recover,
  act: Act,
): Result<CodeRecord, RecoverRefusal> {
  const { recovery, ...rest } = record;
  if (op.do === "start") return start(context, record, op, act);
  if (recovery === undefined) return err({ code: "STATE_NOT_RECOVERING", subject: op.code });
  return op.do === "finish" ? finish(context, rest, recovery) : cancel(context, rest, act.by);
}

function start(
  context: Context,
  record: CodeRecord,
  { keys, threshold = 1 }: Extract<Recover, { do: "start" }>,
  act: Act,
): Result<CodeRecord, RecoverRefusal> {
  const { code: subject, recovery } = record;
  if (recovery !== undefined) {
    return err({ code: "STATE_RECOVERING", subject, started: recovery.started });
  }
  const within = withinSigner(subject, keys, act);
  if (!within.ok) return within;
  const started = { keys, threshold, started: context.timeMilliseconds };
  const possible = replaceKeys(rehearsal(context), record, started);
  return possible.ok ? ok({ ...record, recovery: started }) : possible;
}

function finish(
  context: Context,
  record: CodeRecord,
  recovery: Recovery,
): Result<CodeRecord, RecoverRefusal> {
  const delay = present(context.tx.get(paramKey("recoveryDelay")), "the recovery delay");
  const from = recovery.started + delay.value * 1000;
  if (context.timeMilliseconds < from) {
    return err({ code: "STATE_RECOVERY_EARLY", subject: record.code, from });
  }
  return replaceKeys(context, record, recovery);
}

/** Closes all keys but the new ones. */
function replaceKeys(
  context: Context,
  record: CodeRecord,
  { keys, threshold }: Recovery,
): Result<CodeRecord, RecoverRefusal> {
  const holder = referenceTo(record);
  closeAllKeys(context, holder);
  const added = addKeys(context, holder, keys);
  if (!added.ok) return added;
  const enough = reachable(context, holder, threshold);
  if (!enough.ok) return enough;
  return ok({ ...record, threshold, holds: usesOf(openKeys(context, holder)) });
}

/**
 * A thief with the present keys must not end what was begun against him: a suspension from above holds it. Whoever began
 * it may always take it back.
 */
function cancel(
  context: Context,
  record: CodeRecord,
  by: Authority,
): Result<CodeRecord, RecoverRefusal> {
  const because = hindrance(context, record.code, by);
  return because === undefined
    ? ok(record)
    : err({ code: "STATE_RECOVERY_HELD", subject: record.code, because });
}
