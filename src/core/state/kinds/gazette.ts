import { present } from "../../invariant.ts";
import { MAX_FACTS } from "../../op/limits.ts";
import type { Gazette, GazetteFact, GazetteItem } from "../../op/operation.ts";
import type { IsoDate, PartialDate } from "../../op/statement.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers } from "../authority.ts";
import { type Act, type Context, today } from "../context.ts";
import { gazetteKey } from "../map-keys.ts";
import { type RuleRefusal, samePrev, shown } from "../rules.ts";
import type { Transaction } from "../transaction.ts";

export type GazetteRefusal =
  | RuleRefusal
  | { readonly code: "GAZETTE_FACTS_LIMIT"; readonly subject: string; readonly max: number }
  | {
      readonly code: "GAZETTE_SPAN";
      readonly subject: string;
      readonly from: PartialDate;
      readonly to: PartialDate;
    }
  | {
      readonly code: "GAZETTE_OVERLAP";
      readonly subject: string;
      readonly from: PartialDate;
      readonly before: PartialDate;
    };

/** One member alone brings new facts; to put facts in the place of others takes a decision. */
export function needForGazette(tx: Transaction, { items }: Gazette): Need {
  const need = needMembers(tx, "issue");
  return items.some(({ replace }) => replace !== undefined) ? need : { ...need, threshold: 1 };
}

/** Whether a gazette operation only adds, which needs no decision. */
export function onlyAdds({ items }: Gazette): boolean {
  return items.every(({ add }) => add !== undefined);
}

export function executeGazette(
  context: Context,
  { items }: Gazette,
  act: Act,
): Result<void, GazetteRefusal> {
  for (const item of items) {
    const written = writeFacts(context, item, act);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

function writeFacts(
  context: Context,
  { code, prev, add, replace }: GazetteItem,
  act: Act,
): Result<void, GazetteRefusal> {
  const key = gazetteKey(code);
  const before = context.tx.get(key);
  if (!samePrev(prev, before?.op)) {
    return err({ code: "STATE_PREV", subject: key, want: shown(before?.op), got: shown(prev) });
  }
  const facts = replace ?? [...(before?.facts ?? []), ...present(add, "facts to add")];
  const judged = judgeFacts(code, facts, today(context));
  if (!judged.ok) return judged;
  context.tx.put(key, { op: act.hash, facts });
  return ok(undefined);
}

/** Facts stand in the order of time, none begins before the one before it has ended, and none is about the future. */
function judgeFacts(
  subject: string,
  facts: readonly GazetteFact[],
  now: IsoDate,
): Result<void, GazetteRefusal> {
  if (facts.length > MAX_FACTS) {
    return err({ code: "GAZETTE_FACTS_LIMIT", subject, max: MAX_FACTS });
  }
  let ended: PartialDate | undefined = "";
  for (const { from, to } of facts) {
    const latest = to ?? from;
    if (isBefore(now, latest)) {
      return err({ code: "STATE_VALID_FROM", field: subject, validFrom: latest, today: now });
    }
    if (to !== undefined && isBefore(to, from)) {
      return err({ code: "GAZETTE_SPAN", subject, from, to });
    }
    if (ended === undefined || isBefore(from, ended)) {
      return err({ code: "GAZETTE_OVERLAP", subject, from, before: ended ?? "open" });
    }
    ended = to;
  }
  return ok(undefined);
}

/** Whether one date is surely before another: where one leaves out the day, what both say decides. */
function isBefore(a: PartialDate, b: PartialDate): boolean {
  const known = Math.min(a.length, b.length);
  return a.slice(0, known) < b.slice(0, known);
}
