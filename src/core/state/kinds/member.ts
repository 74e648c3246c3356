import { MAX_MEMBERS } from "../../op/limits.ts";
import type { Member } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { addKeys, type KeyRingRefusal, openKeys, reachable, usesOf } from "../key-ring.ts";
import { MEMBERS_KEY, memberKey, paramKey } from "../map-keys.ts";
import type { Transaction } from "../transaction.ts";
import type { MemberValue } from "../values.ts";
import { samePrev, shown } from "./gazette.ts";
import { enoughMembers, type ParamRefusal, type Thresholds } from "./param.ts";

export type MemberRefusal =
  | ParamRefusal
  | KeyRingRefusal
  | { readonly code: "STATE_MEMBER_INCOMPLETE"; readonly member: string; readonly missing: string }
  | { readonly code: "STATE_MEMBERS_LIMIT"; readonly max: number };

export function needForMember(tx: Transaction): Need {
  return needMembers(tx, "govern");
}

/** Admits a member to the consortium, changes what is known of it, or lets it go. */
export function executeMember(context: Context, op: Member, act: Act): Result<void, MemberRefusal> {
  const present = context.tx.get(memberKey(op.id));
  if (!samePrev(op.prev, present?.op)) {
    const [want, got] = [shown(present?.op), shown(op.prev)];
    return err({ code: "STATE_PREV", subject: memberKey(op.id), want, got });
  }
  if (present === undefined && (op.names === undefined || op.keys === undefined)) {
    const missing = op.names === undefined ? "names" : "keys";
    return err({ code: "STATE_MEMBER_INCOMPLETE", member: op.id, missing });
  }
  return putMember(context, op, present, act.hash);
}

/** Writes a member, its keys and the list of active members. */
export function putMember(
  context: Context,
  op: Omit<Member, "op" | "prev">,
  present: MemberValue | undefined,
  hash: Uint8Array,
): Result<void, MemberRefusal> {
  const holder = memberKey(op.id);
  const added = addKeys(context, holder, op.keys ?? []);
  if (!added.ok) return added;
  const threshold = op.threshold ?? present?.threshold ?? 1;
  const enough = reachable(context, holder, threshold);
  if (!enough.ok) return enough;
  const node = op.node ?? present?.node;
  const recipient = op.recipient ?? present?.recipient;
  context.tx.put(memberKey(op.id), {
    op: hash,
    names: op.names ?? present?.names ?? {},
    ...(node === undefined ? {} : { node }),
    ...(recipient === undefined ? {} : { recipient }),
    threshold,
    holds: usesOf(openKeys(context, holder)),
    active: op.leave !== true,
  });
  return listMember(context, op.id, op.leave !== true);
}

function listMember(context: Context, id: string, isActive: boolean): Result<void, MemberRefusal> {
  const others = (context.tx.get(MEMBERS_KEY)?.active ?? []).filter((each) => each !== id);
  const active = isActive ? [...others, id].sort() : others;
  if (active.length > MAX_MEMBERS) return err({ code: "STATE_MEMBERS_LIMIT", max: MAX_MEMBERS });
  context.tx.put(MEMBERS_KEY, { active });
  const thresholds = context.tx.get(paramKey("thresholds"))?.value as Thresholds | undefined;
  return thresholds === undefined ? ok(undefined) : enoughMembers(context, thresholds);
}
