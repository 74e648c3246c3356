import { hex } from "../../bytes.ts";
import type { Unseal } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest, selfAndAncestors } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { keyKey } from "../map-keys.ts";
import { mayAct, type RuleRefusal, unhindered } from "../rules.ts";
import { raiseBits } from "../status-bits.ts";
import type { Transaction } from "../transaction.ts";
import { canSeal, type SealsRefusal } from "./seals.ts";

export type UnsealRefusal =
  | RuleRefusal
  | Extract<SealsRefusal, { code: "STATE_SEAL_KEY" }>
  | { readonly code: "STATE_NOTHING_TO_DO"; readonly subject: string };

/** Whoever seals for the record now may withdraw what any key of it has sealed, a closed one too. */
export function needForUnseal(tx: Transaction, { code }: Unseal): Need {
  return needNearest(tx, selfAndAncestors(code), "seal", [code]);
}

/** Raises the status bits of seals; at least one must rise, so a replay is refused. */
export function executeUnseal(context: Context, op: Unseal, act: Act): Result<void, UnsealRefusal> {
  const entitled = mayAct(context, act.by);
  if (!entitled.ok) return entitled;
  const found = unhindered(context, op.code, act.by);
  if (!found.ok) return found;
  const holder = referenceTo(found.value);
  const key = context.tx.get(keyKey(holder, op.kid));
  if (key === undefined || !canSeal(key)) {
    return err({ code: "STATE_SEAL_KEY", holder, kid: hex(op.kid) });
  }
  return raiseBits(context.tx, holder, op.kid, op.serials)
    ? ok(undefined)
    : err({ code: "STATE_NOTHING_TO_DO", subject: op.code });
}
