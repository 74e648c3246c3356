import { present } from "../../invariant.ts";
import { MAX_MEMBERS } from "../../op/limits.ts";
import type { Member, MemberTerms } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers } from "../authority.ts";
import type { Act, Context, Ground } from "../context.ts";
import {
  addKeys,
  closeAllKeys,
  type KeyRingRefusal,
  openKeys,
  reachable,
  usesOf,
} from "../key-ring.ts";
import { MEMBERS_KEY, memberKey } from "../map-keys.ts";
import { type RuleRefusal, samePrev, shown } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { MemberValue } from "../values.ts";
import { enoughMembers, type ParamRefusal } from "./param.ts";

export type MemberRefusal =
  | RuleRefusal
  | ParamRefusal
  | KeyRingRefusal
  | { readonly code: "STATE_MEMBER_INCOMPLETE"; readonly member: string; readonly missing: string }
  | { readonly code: "STATE_MEMBER_LEFT"; readonly member: string }
  | { readonly code: "STATE_MEMBERS_LIMIT"; readonly max: number };

export function needForMember(tx: Transaction): Need {
  return needMembers(tx, "govern");
}

/** Takes a member into the consortium, changes what is known of it, or lets it go. */
export function executeMember(context: Context, op: Member, act: Act): Result<void, MemberRefusal> {
  const before = context.tx.get(memberKey(op.id));
  if (!samePrev(op.prev, before?.op)) {
    const [want, got] = [shown(before?.op), shown(op.prev)];
    return err({ code: "STATE_PREV", subject: memberKey(op.id), want, got });
  }
  const changed =
    "leave" in op
      ? leave(context, op.id, present(before, "the member that `prev` was compared with"), act.hash)
      : join(context, op, before, act.hash);
  return changed.ok ? enoughMembers(context) : changed;
}

function join(
  context: Context,
  op: MemberTerms,
  before: MemberValue | undefined,
  hash: Uint8Array,
): Result<void, MemberRefusal> {
  const missing = missingOf(op, before);
  return missing === undefined
    ? putMember(context, op, before, hash)
    : err({ code: "STATE_MEMBER_INCOMPLETE", member: op.id, missing });
}

/** A new member brings names, and keys also when it comes back. */
function missingOf(op: MemberTerms, before: MemberValue | undefined): string | undefined {
  if (op.names === undefined && before === undefined) return "names";
  return op.keys === undefined && before?.active !== true ? "keys" : undefined;
}

/** Writes a member, its keys and its place among the active ones. */
export function putMember(
  context: Ground,
  op: MemberTerms,
  before: MemberValue | undefined,
  hash: Uint8Array,
): Result<void, MemberRefusal> {
  const holder = memberKey(op.id);
  const added = addKeys(context, holder, op.keys ?? []);
  if (!added.ok) return added;
  const threshold = op.threshold ?? before?.threshold ?? 1;
  const enough = reachable(context, holder, threshold);
  if (!enough.ok) return enough;
  const node = op.node ?? before?.node;
  const recipient = op.recipient ?? before?.recipient;
  context.tx.put(memberKey(op.id), {
    op: hash,
    names: op.names ?? present(before, "a member that brought names").names,
    ...(node === undefined ? {} : { node }),
    ...(recipient === undefined ? {} : { recipient }),
    threshold,
    holds: usesOf(openKeys(context, holder)),
    active: true,
  });
  const others = activeOthers(context, op.id);
  if (others.length >= MAX_MEMBERS) return err({ code: "STATE_MEMBERS_LIMIT", max: MAX_MEMBERS });
  context.tx.put(MEMBERS_KEY, { active: [...others, op.id].sort() });
  return ok(undefined);
}

/** Who leaves keeps no key: to come back, also after a theft, it brings new ones. */
function leave(
  context: Context,
  id: string,
  before: MemberValue,
  hash: Uint8Array,
): Result<void, MemberRefusal> {
  const holder = memberKey(id);
  if (!before.active) return err({ code: "STATE_MEMBER_LEFT", member: id });
  closeAllKeys(context, holder);
  context.tx.put(holder, { ...before, op: hash, threshold: 1, holds: [], active: false });
  context.tx.put(MEMBERS_KEY, { active: activeOthers(context, id) });
  return ok(undefined);
}

function activeOthers(context: Ground, id: string): readonly string[] {
  const { active } = context.tx.get(MEMBERS_KEY) ?? { active: [] };
  return active.filter((each) => each !== id);
}
