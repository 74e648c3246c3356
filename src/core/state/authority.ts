import { hex } from "../bytes.ts";
import { ancestorsOf, type Code, codeParts, isBelow } from "../code/index.ts";
import { present } from "../invariant.ts";
import type { Envelope } from "../op/envelope.ts";
import { type Issuer, type KeyUse, MEMBER } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { type Context, type Ground, seconds } from "./context.ts";
import { referenceTo } from "./effective.ts";
import { lineAbove } from "./line.ts";
import { codeKey, keyKey, memberKey, paramKey } from "./map-keys.ts";
import type { Transaction } from "./transaction.ts";
import type { Authority, CodeRecord, KeyRecord } from "./values.ts";

/** Whose agreement an operation needs. */
export type Need = {
  /** Whose keys count: a record's, one member's in its own affairs, or those of the members together. */
  readonly electorate: Authority;
  /** The issuer that the operation must name; any active member where members decide. */
  readonly issuer: Issuer | "members";
  /** One of these uses. */
  readonly uses: readonly KeyUse[];
  /** How many must agree. */
  readonly threshold: number;
  /** What it acts upon: a key's scope must cover each. */
  readonly subjects: readonly Code[];
  /**
   * Where the subjects stand for what lies below them, of whatever classes: the one key that may have a scope of classes,
   * since it signed for all of it before.
   */
  readonly madeBy?: Uint8Array;
};

export type AuthorityRefusal =
  | { readonly code: "AUTH_ISSUER"; readonly want: string; readonly got: string }
  | { readonly code: "AUTH_MEMBER"; readonly got: string }
  | { readonly code: "AUTH_KEY_UNKNOWN"; readonly issuer: string; readonly kid: string }
  | { readonly code: "AUTH_KEY_CLOSED"; readonly kid: string; readonly why: string }
  | { readonly code: "AUTH_KEY_USE"; readonly kid: string; readonly want: string }
  | {
      readonly code: "AUTH_KEY_UNDER";
      readonly kid: string;
      readonly under: string;
      readonly subject: string;
    }
  | { readonly code: "AUTH_KEY_CLASS"; readonly kid: string; readonly subject: string }
  | { readonly code: "AUTH_KEY_CLASSES"; readonly kid: string; readonly subject: string }
  | { readonly code: "AUTH_KEY_UNTIL"; readonly kid: string; readonly until: number }
  | { readonly code: "AUTH_WEBAUTHN"; readonly kid: string; readonly want: boolean }
  | { readonly code: "AUTH_SIGNATURE"; readonly kid: string };

/** What a key's scope does not cover. */
export type ScopeRefusal = Extract<
  AuthorityRefusal,
  { code: "AUTH_KEY_UNDER" | "AUTH_KEY_CLASS" | "AUTH_KEY_CLASSES" | "AUTH_KEY_UNTIL" }
>;

/** The code itself and its ancestors, nearest first. */
export function selfAndAncestors(code: Code): readonly Code[] {
  return [code, ...ancestorsOf(code)];
}

/**
 * The nearest of `codes` that has an open key of one of the uses, whatever its scope or end date.
 *
 * @see docs/spec/operations.md, Keys and authority
 */
export function nearestHolder(
  tx: Transaction,
  codes: readonly Code[],
  ...uses: readonly KeyUse[]
): CodeRecord | undefined {
  for (const code of codes) {
    const record = tx.get(codeKey(code));
    if (record?.holds.some((use) => uses.includes(use))) return record;
  }
  return undefined;
}

/** What it takes to act upon `subjects` with a use that `codes` are searched for. */
export function needNearest(
  tx: Transaction,
  codes: readonly Code[],
  use: KeyUse,
  subjects: readonly Code[],
  threshold?: (record: CodeRecord) => number,
): Need {
  const record = nearestHolder(tx, codes, use);
  if (record === undefined) return needMembers(tx, use === "issue" ? "issue" : "govern", subjects);
  return needRecord(record, [use], subjects, threshold?.(record) ?? 1);
}

/** What `needNearest` says of a record and its ancestors to whoever changes what it says, for changes by the thousand. */
export function needToRecord(tx: Transaction, code: Code): Need {
  let holder = tx.get(codeKey(code));
  for (const key of lineAbove(code)) {
    if (holder?.holds.includes("record")) break;
    holder = tx.get(key);
  }
  return holder?.holds.includes("record")
    ? needRecord(holder, ["record"], [code], 1)
    : needMembers(tx, "govern", [code]);
}

export function needRecord(
  record: CodeRecord,
  uses: readonly KeyUse[],
  subjects: readonly Code[],
  threshold: number,
): Need {
  const electorate = referenceTo(record);
  return { electorate, issuer: record.code, uses, threshold, subjects };
}

/**
 * For what names nothing that is there, so that nobody can say whose it is: whoever signs proves to be known, and is then
 * told.
 */
export function needOfStranger(tx: Transaction, iss: Issuer, uses: readonly KeyUse[]): Need {
  const record = tx.get(codeKey(iss as Code));
  return record === undefined ? needMembers(tx, "issue") : needRecord(record, uses, [], 1);
}

/** An m-of-n decision of the consortium. */
export function needMembers(
  tx: Transaction,
  use: "issue" | "govern",
  subjects: readonly Code[] = [],
): Need {
  const { value: thresholds } = present(tx.get(paramKey("thresholds")), "the members' thresholds");
  return {
    electorate: "members",
    issuer: "members",
    uses: [use],
    threshold: thresholds[use],
    subjects,
  };
}

/** Finds and judges the key that signed, then the signature itself. */
export function authorise(
  context: Context,
  envelope: Envelope,
  hash: Uint8Array,
  need: Need,
): Result<KeyRecord, AuthorityRefusal> {
  const holder = holderOf(context.tx, envelope.iss, need);
  if (!holder.ok) return holder;
  const kid = hex(envelope.kid);
  const key = context.tx.get(keyKey(holder.value, envelope.kid));
  if (key === undefined) return err({ code: "AUTH_KEY_UNKNOWN", issuer: envelope.iss, kid });
  const fit = judgeKey(context, key, kid, need);
  if (!fit.ok) return fit;
  const wantsWebauthn = key.rpId !== undefined;
  if (wantsWebauthn !== (envelope.sign1.webauthn !== undefined)) {
    return err({ code: "AUTH_WEBAUTHN", kid, want: wantsWebauthn });
  }
  return context.check(key, envelope, hash) ? ok(key) : err({ code: "AUTH_SIGNATURE", kid });
}

function holderOf(tx: Transaction, iss: Issuer, need: Need): Result<string, AuthorityRefusal> {
  if (need.issuer !== "members") {
    return need.issuer === iss
      ? ok(need.electorate)
      : err({ code: "AUTH_ISSUER", want: need.issuer, got: iss });
  }
  if (!iss.startsWith(MEMBER)) return err({ code: "AUTH_ISSUER", want: "member/…", got: iss });
  const member = tx.get(memberKey(iss.slice(MEMBER.length)));
  return member?.active === true ? ok(iss) : err({ code: "AUTH_MEMBER", got: iss });
}

function judgeKey(
  context: Context,
  key: KeyRecord,
  kid: string,
  need: Need,
): Result<void, AuthorityRefusal> {
  if (key.to !== undefined) {
    return err({ code: "AUTH_KEY_CLOSED", kid, why: present(key.why, "why a key was closed") });
  }
  if (!need.uses.some((use) => key.uses.includes(use))) {
    return err({ code: "AUTH_KEY_USE", kid, want: need.uses.join(" | ") });
  }
  return judgeScope(context, key, kid, need);
}

/** Whether the key's scope covers what is needed, and still lasts. */
export function judgeScope(
  context: Pick<Ground, "timeMilliseconds">,
  key: KeyRecord,
  kid: string,
  { subjects, madeBy }: Pick<Need, "subjects" | "madeBy">,
): Result<void, ScopeRefusal> {
  const reaches = judgeReach(key, kid, subjects);
  if (!reaches.ok) return reaches;
  if (madeBy !== undefined && key.scope?.classes !== undefined && kid !== hex(madeBy)) {
    return err({ code: "AUTH_KEY_CLASSES", kid, subject: present(subjects[0], "a subject") });
  }
  const until = key.scope?.until;
  return until !== undefined && seconds(context) > until
    ? err({ code: "AUTH_KEY_UNTIL", kid, until })
    : reaches;
}

/** Whether the key's scope covers each subject, whether or not it still lasts. */
export function judgeReach(
  { scope }: KeyRecord,
  kid: string,
  subjects: readonly Code[],
): Result<void, ScopeRefusal> {
  for (const subject of subjects) {
    const covered = judgeCover(scope, kid, subject);
    if (!covered.ok) return covered;
  }
  return ok(undefined);
}

/**
 * Whether a scope covers a subject, at whatever time.
 *
 * @returns `AUTH_KEY_UNDER`, `AUTH_KEY_CLASS`
 */
export function judgeCover(
  scope: KeyRecord["scope"],
  kid: string,
  subject: Code,
): Result<void, ScopeRefusal> {
  const { under, classes } = scope ?? {};
  if (under !== undefined && subject !== under && !isBelow(subject, under)) {
    return err({ code: "AUTH_KEY_UNDER", kid, under, subject });
  }
  if (classes !== undefined && !classes.includes(codeParts(subject).classNodes.join("."))) {
    return err({ code: "AUTH_KEY_CLASS", kid, subject });
  }
  return ok(undefined);
}
