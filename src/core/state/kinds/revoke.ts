import { hex } from "../../bytes.ts";
import type { Revoke } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Need } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { grantedDatasets, needForSide, sideOf } from "../grants.ts";
import { grantKey } from "../map-keys.ts";
import type { RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";

export type RevokeRefusal =
  | RuleRefusal
  | { readonly code: "GRANT_UNKNOWN"; readonly subject: string; readonly grant: string }
  | { readonly code: "GRANT_REVOKED"; readonly grant: string };

export function needForRevoke(tx: Transaction, { code }: Revoke): Need {
  return needForSide(tx, code);
}

/** Ends a grant, with the block that holds this. What it has ended cannot be brought back: another grant can be given. */
export function executeRevoke(context: Context, op: Revoke, act: Act): Result<void, RevokeRefusal> {
  const dataset = sideOf(context, op.code);
  if (!dataset.ok) return dataset;
  const key = grantKey(op.grant);
  const grant = context.tx.get(key);
  // Of the record that has the code now, or that it is the heir of; not of one that had the code before.
  if (grant === undefined || !grantedDatasets(context.tx, grant).includes(op.code)) {
    return err({ code: "GRANT_UNKNOWN", subject: op.code, grant: hex(op.grant) });
  }
  if (grant.revoked !== undefined) return err({ code: "GRANT_REVOKED", grant: hex(op.grant) });
  const revoked = { op: act.hash, at: context.timeMilliseconds, reason: op.reason };
  context.tx.put(key, { ...grant, revoked });
  return ok(undefined);
}
