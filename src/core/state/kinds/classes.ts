import type { Classes } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { classKey } from "../map-keys.ts";
import { type RuleRefusal, samePrev, shown } from "../rules.ts";
import type { Transaction } from "../transaction.ts";

export function needForClasses(tx: Transaction): Need {
  return needMembers(tx, "issue");
}

export function executeClasses(
  context: Context,
  { items }: Classes,
  act: Act,
): Result<void, RuleRefusal> {
  for (const { class: name, prev, stages = [], ...terms } of items) {
    const key = classKey(name);
    const present = context.tx.get(key);
    if (!samePrev(prev, present?.op)) {
      const [want, got] = [shown(present?.op), shown(prev)];
      return err({ code: "STATE_PREV", subject: key, want, got });
    }
    context.tx.put(key, { ...terms, stages, op: act.hash });
  }
  return ok(undefined);
}
