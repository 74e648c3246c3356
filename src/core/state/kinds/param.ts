import type { Param } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { MEMBERS_KEY, paramKey } from "../map-keys.ts";
import { follows, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";

export type ParamRefusal =
  | RuleRefusal
  | {
      readonly code: "STATE_MEMBERS_THRESHOLD";
      readonly threshold: number;
      readonly members: number;
    };

export function needForParam(tx: Transaction): Need {
  return needMembers(tx, "govern");
}

export function executeParam(context: Context, op: Param, act: Act): Result<void, ParamRefusal> {
  const key = paramKey(op.name);
  const present = context.tx.get(key);
  if (present === undefined) return err({ code: "STATE_UNKNOWN", subject: key });
  const chained = follows(key, op.prev, present.op);
  if (!chained.ok) return chained;
  if (op.name === "thresholds") {
    const enough = enoughMembers(context, op.value as Thresholds);
    if (!enough.ok) return enough;
  }
  context.tx.put(key, { op: act.hash, value: op.value });
  return ok(undefined);
}

export type Thresholds = { readonly issue: number; readonly govern: number };

/** Refuses thresholds that the members could not reach: nothing could ever be decided again. */
export function enoughMembers(
  context: Context,
  { issue, govern }: Thresholds,
): Result<void, ParamRefusal> {
  const members = context.tx.get(MEMBERS_KEY)?.active.length ?? 0;
  const threshold = Math.max(issue, govern);
  return threshold <= members
    ? ok(undefined)
    : err({ code: "STATE_MEMBERS_THRESHOLD", threshold, members });
}
