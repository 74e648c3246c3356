import { present } from "../../invariant.ts";
import { type PolicyRefusal, parsePolicy } from "../../note/index.ts";
import type { KeyUse, Param, ParamValues } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers } from "../authority.ts";
import type { Act, Context, Ground } from "../context.ts";
import { usableKeys } from "../key-ring.ts";
import { type MapKey, MEMBERS_KEY, memberKey, paramKey, VALIDATORS_KEY } from "../map-keys.ts";
import { rulesAt } from "../rule-version.ts";
import { type RuleRefusal, samePrev, shown } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { ParamRecord } from "../values.ts";

export type ParamRefusal =
  | RuleRefusal
  | PolicyRefusal
  | {
      readonly code: "STATE_MEMBERS_THRESHOLD";
      readonly use: KeyUse;
      readonly threshold: number;
      readonly members: number;
    }
  | { readonly code: "STATE_VALIDATORS_NONE" }
  | { readonly code: "STATE_UPGRADE_APP"; readonly want: number; readonly got: number }
  | { readonly code: "STATE_UPGRADE_HEIGHT"; readonly height: number; readonly got: number }
  | {
      readonly code: "STATE_POLICY_LOG";
      readonly origin: string;
      readonly logs: readonly string[];
    };

export function needForParam(tx: Transaction): Need {
  return needMembers(tx, "govern");
}

export function executeParam(context: Context, op: Param, act: Act): Result<void, ParamRefusal> {
  const key: MapKey<ParamRecord> = paramKey(op.name);
  const before = context.tx.get(key);
  if (!samePrev(op.prev, before?.op)) {
    const [want, got] = [shown(before?.op), shown(op.prev)];
    return err({ code: "STATE_PREV", subject: key, want, got });
  }
  const judged = judgeValue(context, op);
  if (!judged.ok) return judged;
  context.tx.put(key, { op: act.hash, value: op.value });
  return op.name === "thresholds" ? enoughMembers(context) : ok(undefined);
}

function judgeValue(context: Context, op: Param): Result<void, ParamRefusal> {
  switch (op.name) {
    case "policy":
      return judgePolicies(context, op.value);
    case "order":
      return enoughVoters(context);
    case "upgrade":
      return judgeUpgrade(context, op.value);
    case "thresholds":
    case "recoveryDelay":
    case "voidWindow":
      return ok(undefined);
  }
}

/** Nobody could order blocks where nobody votes. */
export function enoughVoters({ tx }: Ground): Result<void, ParamRefusal> {
  const { active } = tx.get(VALIDATORS_KEY) ?? { active: [] };
  return active.some(({ power }) => power === 1)
    ? ok(undefined)
    : err({ code: "STATE_VALIDATORS_NONE" });
}

/** Rules change one version at a time, and in a block that is still to come; until then the height may be set anew. */
function judgeUpgrade(
  { tx, height }: Context,
  next: ParamValues["upgrade"],
): Result<void, ParamRefusal> {
  const want = rulesAt(tx, height) + 1;
  if (next.app !== want) return err({ code: "STATE_UPGRADE_APP", want, got: next.app });
  return next.height > height
    ? ok(undefined)
    : err({ code: "STATE_UPGRADE_HEIGHT", height, got: next.height });
}

/**
 * Verifiers take the policy as text: one that they cannot read, or that names other logs only, would end all trust. One that
 * names no log leaves them to whoever gives it out.
 */
function judgePolicies(
  { origin }: Context,
  { now, next }: ParamValues["policy"],
): Result<void, ParamRefusal> {
  for (const text of next === undefined ? [now] : [now, next]) {
    const policy = parsePolicy(text);
    if (!policy.ok) return policy;
    const logs = policy.value.logs.map(({ key }) => key.name);
    if (logs.length > 0 && !logs.includes(origin)) {
      return err({ code: "STATE_POLICY_LOG", origin, logs });
    }
  }
  return ok(undefined);
}

/** Refuses a state in which the members cannot reach their thresholds: nothing could ever be decided again. */
export function enoughMembers(context: Ground): Result<void, ParamRefusal> {
  const { tx } = context;
  const { value: thresholds } = present(tx.get(paramKey("thresholds")), "the members' thresholds");
  const { active } = present(tx.get(MEMBERS_KEY), "the members");
  for (const use of ["issue", "govern"] as const) {
    const threshold = thresholds[use];
    const able = active.filter(
      (id) => usableKeys(context, memberKey(id), [use], { subjects: [] }).length > 0,
    );
    if (able.length < threshold) {
      return err({ code: "STATE_MEMBERS_THRESHOLD", use, threshold, members: able.length });
    }
  }
  return ok(undefined);
}
