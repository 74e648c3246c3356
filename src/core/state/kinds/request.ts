import { hex } from "../../bytes.ts";
import type { AccessRequest } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Need } from "../authority.ts";
import { type Act, type Context, seconds } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { datasetSide, needForSide, type SideRefusal, sideOf } from "../grants.ts";
import { requestedKey, requestKey } from "../map-keys.ts";
import type { Transaction } from "../transaction.ts";

export type RequestRefusal =
  | SideRefusal
  | { readonly code: "GRANT_REPEATED"; readonly id: string }
  | { readonly code: "GRANT_EXPIRED"; readonly until: number; readonly now: number };

export function needForRequest(tx: Transaction, { code }: AccessRequest): Need {
  return needForSide(tx, code);
}

/** Keeps what a code asks for. The owner of the dataset may answer it, or leave it. */
export function executeRequest(
  context: Context,
  op: AccessRequest,
  act: Act,
): Result<void, RequestRefusal> {
  const { tx, timeMilliseconds: at } = context;
  const asking = sideOf(context, op.code);
  if (!asking.ok) return asking;
  const asked = datasetSide(context, op.dataset, op.log);
  if (!asked.ok) return asked;
  const lasting = notOver(context, op.until);
  if (!lasting.ok) return lasting;
  const key = requestKey(act.id);
  if (tx.get(key) !== undefined) return err({ code: "GRANT_REPEATED", id: hex(act.id) });
  const { op: _, ...said } = op;
  const [codeRecord, datasetRecord] = [referenceTo(asking.value), referenceTo(asked.value)];
  tx.put(key, { ...said, op: act.hash, codeRecord, datasetRecord, at });
  for (const code of new Set([op.dataset, op.code])) tx.put(requestedKey(code, act.id), act.hash);
  return ok(undefined);
}

/** Refuses what would be over before it begins. */
export function notOver(
  context: Context,
  until: number | undefined,
): Result<void, Extract<RequestRefusal, { code: "GRANT_EXPIRED" }>> {
  const now = seconds(context);
  return until !== undefined && until < now
    ? err({ code: "GRANT_EXPIRED", until, now })
    : ok(undefined);
}
