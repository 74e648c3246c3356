import { hex } from "../../bytes.ts";
import { MAX_SEAL_RUNS } from "../../op/limits.ts";
import type { Seals } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest, needRecord, selfAndAncestors } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { codeKey, sealBatchKey, sealRunsKey } from "../map-keys.ts";
import { active, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { KeyRecord, SealRuns } from "../values.ts";

export type SealsRefusal =
  | RuleRefusal
  | { readonly code: "STATE_SEAL_KEY"; readonly holder: string; readonly kid: string }
  | {
      readonly code: "STATE_SEALS_OVERLAP";
      readonly kid: string;
      readonly first: number;
      readonly count: number;
    }
  | { readonly code: "STATE_SEALS_LIMIT"; readonly kid: string; readonly max: number };

/**
 * A batch is logged with the key that made its seals: so no key can take serials away from another one. The scope of that key
 * says for which codes it seals, and those do not show in a batch.
 */
export function needForSeals(tx: Transaction, { code }: Seals): Need {
  const own = tx.get(codeKey(code));
  return own?.holds.includes("seal") === true
    ? needRecord(own, ["seal"], [], 1)
    : needNearest(tx, selfAndAncestors(code), "seal", [code]);
}

/** Keeps the root over a batch of seals, none of whose serials stands in another one. Neither chain of the record moves. */
export function executeSeals(context: Context, op: Seals, act: Act): Result<void, SealsRefusal> {
  const found = active(context, op.code);
  if (!found.ok) return found;
  const holder = referenceTo(found.value);
  const kid = hex(act.kid);
  if (act.by !== holder || !canSeal(act.signer))
    return err({ code: "STATE_SEAL_KEY", holder, kid });
  const { first, count, root } = op;
  const runs = context.tx.get(sealRunsKey(holder, act.kid)) ?? [];
  const joined = joinRun(runs, first, count);
  if (joined === undefined) return err({ code: "STATE_SEALS_OVERLAP", kid, first, count });
  if (joined.length > MAX_SEAL_RUNS) {
    return err({ code: "STATE_SEALS_LIMIT", kid, max: MAX_SEAL_RUNS });
  }
  const at = context.timeMilliseconds;
  context.tx.put(sealBatchKey(holder, act.kid, first), { op: act.hash, count, root, at });
  context.tx.put(sealRunsKey(holder, act.kid), joined);
  return ok(undefined);
}

/** Whether seals can be made with a key at all: a passkey signs more than a seal has room for. */
export function canSeal({ uses, rpId }: Pick<KeyRecord, "uses" | "rpId">): boolean {
  return uses.includes("seal") && rpId === undefined;
}

/** The runs with one more, which grows into one with those that it touches; `undefined` where it lies upon one of them. */
function joinRun(runs: SealRuns, first: number, count: number): SealRuns | undefined {
  let [start, end] = [first, first + count];
  const apart: (readonly [number, number])[] = [];
  for (const [begin, length] of runs) {
    const stop = begin + length;
    if (begin < first + count && first < stop) return undefined;
    if (stop === first) start = begin;
    else if (begin === first + count) end = stop;
    else apart.push([begin, length]);
  }
  return [...apart, [start, end - start] as const].sort(([a], [b]) => a - b);
}
