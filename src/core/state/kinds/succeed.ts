import { ancestorsOf, type Code } from "../../code/index.ts";
import { present } from "../../invariant.ts";
import type { Succeed } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers, needNearest } from "../authority.ts";
import { type Act, type Context, today } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { codeKey } from "../map-keys.ts";
import {
  countChange,
  follows,
  isDivision,
  mayAct,
  notEnded,
  type RuleRefusal,
  unhindered,
} from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { CodeRecord, Reference } from "../values.ts";

import { undelegated } from "./delegate.ts";

export type SucceedRefusal =
  | RuleRefusal
  | { readonly code: "STATE_SUCCEED_FORM"; readonly type: string; readonly want: string }
  | { readonly code: "STATE_SUCCEED_MIXED"; readonly subject: string; readonly want: string };

/** Cities follow each other by a decision of the members; below a city its parent decides. */
export function needForSucceed(tx: Transaction, op: Succeed): Need {
  const codes = [...op.from, ...op.to].map(({ code }) => code);
  if (codes.some(isDivision)) return needMembers(tx, "govern", codes);
  return needNearest(
    tx,
    ancestorsOf(present(codes[0], "a predecessor")),
    "govern",
    codes,
    ({ threshold }) => threshold,
  );
}

/** Links predecessors and successors; a predecessor that does not go on as a successor too is retired. */
export function executeSucceed(
  context: Context,
  op: Succeed,
  act: Act,
): Result<void, SucceedRefusal> {
  const entitled = mayAct(context, act.by);
  if (!entitled.ok) return entitled;
  const formed = judgeForm(context, op, act);
  if (!formed.ok) return formed;
  const records = new Map<Code, CodeRecord>();
  for (const { code, prev } of [...op.from, ...op.to]) {
    // What somebody above has suspended cannot slip away into retirement, no more than by a `status`.
    const found = endsBy(op, code) ? unhindered(context, code, act.by) : notEnded(context, code);
    if (!found.ok) return found;
    const chained = follows(code, prev, found.value.op);
    if (!chained.ok) return chained;
    records.set(code, found.value);
  }
  link(context, op, records, act.hash);
  return ok(undefined);
}

/** Whether a predecessor does not go on. */
function endsBy({ from, to }: Succeed, code: Code): boolean {
  return names(from, code) && !names(to, code);
}

function names(side: Succeed["from"], code: Code): boolean {
  return side.some((each) => each.code === code);
}

function judgeForm(context: Context, op: Succeed, act: Act): Result<void, SucceedRefusal> {
  const [from, to] = [op.from.length, op.to.length];
  const want = {
    merge: "several to one",
    split: "one to several",
    rename: "one to one",
    transfer: "one to one",
  };
  const right =
    op.type === "merge" ? to === 1 : op.type === "split" ? from === 1 : from === 1 && to === 1;
  if (!right) return err({ code: "STATE_SUCCEED_FORM", type: op.type, want: want[op.type] });
  // Nothing would have happened, and a record that is its own successor leads whoever follows it round.
  if (from === 1 && to === 1 && op.from[0]?.code === op.to[0]?.code) {
    return err({ code: "STATE_SUCCEED_FORM", type: op.type, want: "another code" });
  }
  const now = today(context);
  if (op.date > now) {
    return err({ code: "STATE_VALID_FROM", field: "date", validFrom: op.date, today: now });
  }
  return sameAuthority(context, op, act);
}

/** Below a city, whoever decides must stand above all of them. */
function sameAuthority(context: Context, op: Succeed, act: Act): Result<void, SucceedRefusal> {
  if (act.by === "members") return ok(undefined);
  for (const { code } of [...op.from, ...op.to]) {
    const { electorate } = needNearest(context.tx, ancestorsOf(code), "govern", []);
    if (electorate !== act.by) {
      return err({ code: "STATE_SUCCEED_MIXED", subject: code, want: electorate });
    }
  }
  return ok(undefined);
}

function link(
  context: Context,
  succession: Succeed,
  records: ReadonlyMap<Code, CodeRecord>,
  op: Uint8Array,
): void {
  const { from, to, delegation: fate, grants } = succession;
  const references = (codes: Succeed["from"]): Reference[] =>
    codes.map(({ code }) => referenceTo(present(records.get(code), code)));
  const [predecessors, successors] = [references(from), references(to)];
  for (const [code, before] of records) {
    const ends = endsBy(succession, code);
    countChange(context, before);
    const record = ends && fate === "end" ? undelegated(before) : before;
    context.tx.put(codeKey(code), {
      ...record,
      op,
      ...(names(from, code) ? { successors: joined(record.successors, successors) } : {}),
      ...(names(to, code) ? { predecessors: joined(record.predecessors, predecessors) } : {}),
      // Ending a record also changes who controls it.
      ...(ends ? { status: "retired" as const, control: op } : {}),
      ...(ends && grants === "carry" ? { heirs: successors } : {}),
    });
  }
}

function joined(a: readonly Reference[], b: readonly Reference[]): Reference[] {
  return [...new Set([...a, ...b])];
}
