import { ancestorsOf, type Code, codeParts } from "../../code/index.ts";
import type { Recover } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers, needNearest, needRecord } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import {
  addKeys,
  closeKey,
  type KeyRingRefusal,
  openKeys,
  reachable,
  usesOf,
} from "../key-ring.ts";
import { codeKey, paramKey } from "../map-keys.ts";
import { countChange, follows, notEnded, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { Authority, CodeRecord, Recovery } from "../values.ts";

export type RecoverRefusal =
  | RuleRefusal
  | KeyRingRefusal
  | { readonly code: "STATE_RECOVERING"; readonly subject: string; readonly started: number }
  | { readonly code: "STATE_NOT_RECOVERING"; readonly subject: string }
  | { readonly code: "STATE_RECOVERY_EARLY"; readonly subject: string; readonly from: number }
  | { readonly code: "STATE_RECOVERY_HELD"; readonly subject: string; readonly by: Authority };

/** Starting and finishing is for whoever stands above; cancelling for the present keys. */
export function needForRecover(tx: Transaction, op: Recover): Need {
  if (op.do === "cancel") {
    const record = tx.get(codeKey(op.code));
    if (record !== undefined) return needRecord(record, ["govern"], [op.code], record.threshold);
  }
  if (isCity(op.code)) return needMembers(tx, "govern", [op.code]);
  return needNearest(tx, ancestorsOf(op.code), "govern", [op.code], ({ threshold }) => threshold);
}

function isCity(code: Code): boolean {
  const { division, departments, classNodes } = codeParts(code);
  return division !== undefined && departments.length === 0 && classNodes.length === 0;
}

export function executeRecover(
  context: Context,
  op: Recover,
  act: Act,
): Result<void, RecoverRefusal> {
  const found = notEnded(context, op.code);
  if (!found.ok) return found;
  const record = found.value;
  const chained = follows(op.code, op.prev, record.control);
  if (!chained.ok) return chained;
  const next = step(context, record, op);
  if (!next.ok) return next;
  countChange(context, record);
  context.tx.put(codeKey(op.code), { ...next.value, control: act.hash });
  return ok(undefined);
}

function step(
  context: Context,
  record: CodeRecord,
  op: Recover,
): Result<CodeRecord, RecoverRefusal> {
  const { recovery, ...rest } = record;
  if (op.do === "start") {
    if (recovery !== undefined) {
      return err({ code: "STATE_RECOVERING", subject: op.code, started: recovery.started });
    }
    const { keys, threshold = 1 } = op;
    return ok({ ...rest, recovery: { keys, threshold, started: context.timeMilliseconds } });
  }
  if (recovery === undefined) return err({ code: "STATE_NOT_RECOVERING", subject: op.code });
  return op.do === "finish" ? finish(context, rest, recovery) : cancel(rest);
}

/** Closes all keys but the new ones. */
function finish(
  context: Context,
  record: CodeRecord,
  recovery: Recovery,
): Result<CodeRecord, RecoverRefusal> {
  const delay = context.tx.get(paramKey("recoveryDelay"))?.value as number;
  const from = recovery.started + delay * 1000;
  if (context.timeMilliseconds < from) {
    return err({ code: "STATE_RECOVERY_EARLY", subject: record.code, from });
  }
  const holder = referenceTo(record);
  for (const { kid } of openKeys(context, holder)) {
    const closed = closeKey(context, holder, kid, { why: "retired" });
    if (!closed.ok) return closed;
  }
  const added = addKeys(context, holder, recovery.keys);
  if (!added.ok) return added;
  const enough = reachable(context, holder, recovery.threshold);
  if (!enough.ok) return enough;
  const holds = usesOf(openKeys(context, holder));
  return ok({ ...record, threshold: recovery.threshold, holds });
}

/** A thief with the present keys must not end what was begun against him: a suspension from above holds it. */
function cancel(record: CodeRecord): Result<CodeRecord, RecoverRefusal> {
  const by = record.suspendedBy.find((each) => each !== referenceTo(record));
  return by === undefined
    ? ok(record)
    : err({ code: "STATE_RECOVERY_HELD", subject: record.code, by });
}
