import { hex } from "../bytes.ts";
import { present } from "../invariant.ts";
import { DECISION_AGE_MILLISECONDS, MAX_VOTES } from "../op/limits.ts";
import type { Endorse, InnerOperation, Issuer, KeyUse, Propose } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { type Need, needMembers, needOfStranger } from "./authority.ts";
import type { Act, Context } from "./context.ts";
import { usableKeys } from "./key-ring.ts";
import { type AdmitRefusal, executeApplication, isStale } from "./kinds/admit.ts";
import { execute, type KindRefusal, needFor, subjectOf } from "./kinds/index.ts";
import { decisionKey, keyKey, MEMBERS_KEY, memberKey } from "./map-keys.ts";
import { mayAct } from "./rules.ts";
import type { Authority, Decision, KeyRecord, KeyRing, Vote } from "./values.ts";

export type DecisionRefusal =
  | KindRefusal
  | AdmitRefusal
  | { readonly code: "STATE_DECISION_UNKNOWN"; readonly decision: string }
  | { readonly code: "STATE_DECISION_CLOSED"; readonly decision: string; readonly state: string }
  | { readonly code: "STATE_DECISION_EXPIRED"; readonly decision: string; readonly opened: number }
  | { readonly code: "STATE_DECISION_EXISTS"; readonly decision: string }
  | {
      readonly code: "STATE_DECISION_MOVED";
      readonly decision: string;
      readonly from: Authority;
      readonly to: Authority;
    }
  | { readonly code: "STATE_VOTED"; readonly decision: string; readonly by: string }
  | { readonly code: "STATE_VOTES_LIMIT"; readonly decision: string; readonly max: number }
  | { readonly code: "STATE_NEEDS_NO_DECISION"; readonly kind: string };

/** Whose agreement a proposal needs. */
export function needForPropose(context: Context, { inner }: Propose, iss: Issuer): Need {
  return needOfDecision(context, inner, iss);
}

// What is prepared by an issuer may also be approved by whoever governs, and a registration is taken back with the same
// approvals.
const ALSO_GOVERN: readonly InnerOperation["op"][] = ["manifest", "void"];

function needOfDecision(context: Context, inner: InnerOperation, iss: Issuer): Need {
  const need = needFor(context, inner, iss);
  if (need.electorate === "members" || !ALSO_GOVERN.includes(inner.op)) return need;
  return { ...need, uses: [...new Set<KeyUse>([...need.uses, "govern"])] };
}

/** Opens a decision. The proposal is its signer's approval, so where one vote is enough it also executes. */
export function executePropose(
  context: Context,
  { inner }: Propose,
  act: Act,
  need: Need,
): Result<void, DecisionRefusal> {
  const entitled = mayAct(context, need.electorate);
  if (!entitled.ok) return entitled;
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
    use: present(need.uses[0], "the use that counts"),
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
  if (decision === undefined) return needOfStranger(context.tx, iss, ["govern", "issue", "record"]);
  return decision.inner === undefined
    ? needMembers(context.tx, "issue")
    : needOfDecision(context, decision.inner, decision.iss);
}

export function executeEndorse(
  context: Context,
  op: Endorse,
  act: Act,
  need: Need,
): Result<void, DecisionRefusal> {
  const entitled = mayAct(context, need.electorate);
  if (!entitled.ok) return entitled;
  const decision = openDecision(context, op, need);
  if (!decision.ok) return decision;
  const by = voterOf(need, act);
  const voted = mayVote(op, decision.value, by);
  if (!voted.ok) return voted;
  const { vote, reason } = op;
  const cast: Vote = { by, vote, op: act.hash, ...(reason === undefined ? {} : { reason }) };
  const next = { ...decision.value, votes: [...decision.value.votes, cast] };
  return settle(context, op.decision, next, need, act);
}

function openDecision(
  context: Context,
  op: Endorse,
  need: Need,
): Result<Decision, DecisionRefusal> {
  const found = context.tx.get(decisionKey(op.decision));
  const decision = hex(op.decision);
  if (found === undefined) return err({ code: "STATE_DECISION_UNKNOWN", decision });
  const { state, opened, electorate: from } = found;
  if (state !== "open") return err({ code: "STATE_DECISION_CLOSED", decision, state });
  if (hasExpired(context, found)) return err({ code: "STATE_DECISION_EXPIRED", decision, opened });
  // Who proposed it acts for whom: keys that were given to somebody nearer since then make it another decision.
  return need.electorate === from
    ? ok(found)
    : err({ code: "STATE_DECISION_MOVED", decision, from, to: need.electorate });
}

function mayVote(op: Endorse, { votes }: Decision, by: string): Result<void, DecisionRefusal> {
  const decision = hex(op.decision);
  if (votes.some((vote) => vote.by === by)) return err({ code: "STATE_VOTED", decision, by });
  return votes.length < MAX_VOTES
    ? ok(undefined)
    : err({ code: "STATE_VOTES_LIMIT", decision, max: MAX_VOTES });
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
  const approvals = counted.filter(({ vote }) => vote === "approve");
  const rejections = counted.length - approvals.length;
  const key = decisionKey(id);
  if (approvals.length >= need.threshold) {
    context.tx.put(key, { ...decision, state: "executed" });
    return executeDecision(context, id, { ...decision, votes: approvals }, need, act);
  }
  const possible = eligible.size - rejections >= need.threshold;
  context.tx.put(key, { ...decision, state: possible ? "open" : "rejected" });
  return ok(undefined);
}

/** Those whose votes count at this moment: members with a key that may vote, or the keys themselves. */
function eligibleVoters(context: Context, need: Need): ReadonlySet<string> {
  const keysOf = (holder: string): KeyRing["open"] => usableKeys(context, holder, need.uses, need);
  if (need.electorate !== "members") {
    return new Set(keysOf(need.electorate).map(({ kid }) => hex(kid)));
  }
  const { active } = present(context.tx.get(MEMBERS_KEY), "the members");
  const members: string[] = active.map(memberKey);
  return new Set(members.filter((holder) => keysOf(holder).length > 0));
}

/** @param decision with the votes that count for it */
function executeDecision(
  context: Context,
  id: Uint8Array,
  decision: Decision,
  need: Need,
  last: Act,
): Result<void, DecisionRefusal> {
  const { iss, kid, inner } = decision;
  const { electorate: by, threshold } = need;
  const holder = by === "members" ? iss : by;
  const signer = present(context.tx.get(keyKey(holder, kid)), "the key that opened a decision");
  const gives = givenBy(context, decision, need, signer);
  const act: Act = { hash: last.hash, id, iss, kid, signer, gives, by, threshold };
  return inner === undefined
    ? executeApplication(context, decision, act)
    : execute(context, inner, act);
}

/** A bulk registration is agreed to by keys that issue too: those do not make somebody who governs. */
function givenBy(
  context: Context,
  { votes }: Decision,
  need: Need,
  { uses }: KeyRecord,
): readonly KeyUse[] {
  const governing = eligibleVoters(context, { ...need, uses: ["govern"] });
  const enough = votes.filter(({ by }) => governing.has(by)).length >= need.threshold;
  return enough ? uses : uses.filter((use) => use !== "govern");
}
