import { hex } from "../bytes.ts";
import type { Code } from "../code/index.ts";
import { DECISION_AGE_MILLISECONDS, MAX_VOTES } from "../op/limits.ts";
import type { Endorse, Issuer, Propose } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { type Need, needMembers, needRecord } from "./authority.ts";
import type { Act, Context } from "./context.ts";
import { openKeys } from "./key-ring.ts";
import { type AdmitRefusal, executeApplication, isStale } from "./kinds/admit.ts";
import { execute, type KindRefusal, needFor, subjectOf } from "./kinds/index.ts";
import { codeKey, decisionKey, keyKey, MEMBERS_KEY, memberKey } from "./map-keys.ts";
import type { Decision, KeyRecord, Vote } from "./values.ts";

export type DecisionRefusal =
  | KindRefusal
  | AdmitRefusal
  | { readonly code: "STATE_DECISION_UNKNOWN"; readonly decision: string }
  | { readonly code: "STATE_DECISION_CLOSED"; readonly decision: string; readonly state: string }
  | { readonly code: "STATE_DECISION_EXPIRED"; readonly decision: string; readonly opened: number }
  | { readonly code: "STATE_DECISION_EXISTS"; readonly decision: string }
  | { readonly code: "STATE_VOTED"; readonly decision: string; readonly by: string }
  | { readonly code: "STATE_NEEDS_NO_DECISION"; readonly kind: string };

/** Opens a decision. The proposal is its signer's approval, so where one vote is enough it also executes. */
export function executePropose(
  context: Context,
  { inner }: Propose,
  act: Act,
): Result<void, DecisionRefusal> {
  const need = needFor(context, inner, act.iss);
  if (need.threshold === 1 && need.electorate !== "members") {
    return err({ code: "STATE_NEEDS_NO_DECISION", kind: inner.op });
  }
  const key = decisionKey(act.id);
  if (context.tx.has(key)) return err({ code: "STATE_DECISION_EXISTS", decision: hex(act.id) });
  const code = subjectOf(inner);
  const decision: Decision = {
    op: act.hash,
    kind: inner.op,
    ...(code === undefined ? {} : { code }),
    inner,
    electorate: need.electorate,
    use: need.uses[0] as Decision["use"],
    iss: act.iss,
    kid: act.kid,
    opened: context.timeMilliseconds,
    votes: [{ by: voterOf(need, act), vote: "approve", op: act.hash }],
    state: "open",
  };
  return settle(context, act.id, decision, need, act);
}

/** Whose vote an endorsement is: what its decision needs now. */
export function needForEndorse(context: Context, op: Endorse, iss: Issuer): Need {
  const decision = context.tx.get(decisionKey(op.decision));
  if (decision?.inner !== undefined) {
    const need = needFor(context, decision.inner, decision.iss);
    // A manifest is prepared by one and may be approved by whoever governs.
    return decision.kind === "manifest" && need.electorate !== "members"
      ? { ...need, uses: [...new Set([...need.uses, "govern" as const])] }
      : need;
  }
  if (decision !== undefined || iss.startsWith("member/")) return needMembers(context.tx, "issue");
  const record = context.tx.get(codeKey(iss as Code));
  return record === undefined
    ? needMembers(context.tx, "issue")
    : needRecord(record, ["govern", "issue", "record"], [], 1);
}

export function executeEndorse(
  context: Context,
  op: Endorse,
  act: Act,
): Result<void, DecisionRefusal> {
  const id = hex(op.decision);
  const decision = context.tx.get(decisionKey(op.decision));
  if (decision === undefined) return err({ code: "STATE_DECISION_UNKNOWN", decision: id });
  if (decision.state !== "open") {
    return err({ code: "STATE_DECISION_CLOSED", decision: id, state: decision.state });
  }
  if (hasExpired(context, decision)) {
    return err({ code: "STATE_DECISION_EXPIRED", decision: id, opened: decision.opened });
  }
  const need = needForEndorse(context, op, act.iss);
  const by = voterOf(need, act);
  if (decision.votes.some((vote) => vote.by === by) || decision.votes.length >= MAX_VOTES) {
    return err({ code: "STATE_VOTED", decision: id, by });
  }
  const { vote, reason } = op;
  const cast: Vote = { by, vote, op: act.hash, ...(reason === undefined ? {} : { reason }) };
  const next = { ...decision, votes: [...decision.votes, cast] };
  return settle(context, op.decision, next, need, act);
}

/** A decision ends after its time; an application also when what was signed is too old. */
export function hasExpired(context: Context, decision: Decision): boolean {
  const age = context.timeMilliseconds - decision.opened;
  if (age > DECISION_AGE_MILLISECONDS) return true;
  return decision.kind === "admit" && isStale(context, decision);
}

// One vote a member, however many keys it has; elsewhere one vote a key.
function voterOf(need: Need, act: Act): string {
  return need.electorate === "members" ? act.iss : hex(act.kid);
}

/** Counts the votes; executes when enough approve, closes when they no longer can. */
function settle(
  context: Context,
  id: Uint8Array,
  decision: Decision,
  need: Need,
  act: Act,
): Result<void, DecisionRefusal> {
  const eligible = eligibleVoters(context, need);
  const counted = decision.votes.filter(({ by }) => eligible.has(by));
  const approvals = counted.filter(({ vote }) => vote === "approve").length;
  const rejections = counted.length - approvals;
  const key = decisionKey(id);
  if (approvals >= need.threshold) {
    context.tx.put(key, { ...decision, state: "executed" });
    return executeDecision(context, id, decision, need, act);
  }
  const possible = eligible.size - rejections >= need.threshold;
  context.tx.put(key, { ...decision, state: possible ? "open" : "rejected" });
  return ok(undefined);
}

/** Those whose votes count at this moment. */
function eligibleVoters(context: Context, need: Need): ReadonlySet<string> {
  if (need.electorate === "members") {
    const active = context.tx.get(MEMBERS_KEY)?.active ?? [];
    return new Set(active.map(memberKey));
  }
  const able = openKeys(context, need.electorate).filter(({ uses }) =>
    need.uses.some((use) => uses.includes(use)),
  );
  return new Set(able.map(({ kid }) => hex(kid)));
}

function executeDecision(
  context: Context,
  id: Uint8Array,
  decision: Decision,
  need: Need,
  last: Act,
): Result<void, DecisionRefusal> {
  const { iss, kid, inner } = decision;
  const holder = need.electorate === "members" ? iss : need.electorate;
  const act: Act = {
    hash: last.hash,
    id,
    iss,
    kid,
    signer: context.tx.get(keyKey(holder, kid)) as KeyRecord,
    by: need.electorate,
    threshold: need.threshold,
  };
  return inner === undefined
    ? executeApplication(context, decision, act)
    : execute(context, inner, act);
}
