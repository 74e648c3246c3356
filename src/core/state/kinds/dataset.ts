import { type PolicyRefusal, parsePolicy } from "../../note/index.ts";
import type { Dataset, DatasetLogTerms } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest, selfAndAncestors } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { codeKey, datasetKey } from "../map-keys.ts";
import { active, countChange, follows, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { DatasetLog, DatasetValue } from "../values.ts";

export type DatasetRefusal =
  | RuleRefusal
  | PolicyRefusal
  | { readonly code: "STATE_NOT_DATASET"; readonly subject: string; readonly kind: string }
  | {
      readonly code: "STATE_DATASET_LOG";
      readonly subject: string;
      readonly origin: string;
      readonly names: readonly string[];
    };

export function needForDataset(tx: Transaction, { code }: Dataset): Need {
  return needNearest(tx, selfAndAncestors(code), "record", [code]);
}

/** Says what a dataset is, in the place of all that was said before. Another origin is another log, which begins anew. */
export function executeDataset(
  context: Context,
  op: Dataset,
  act: Act,
): Result<void, DatasetRefusal> {
  const found = active(context, op.code);
  if (!found.ok) return found;
  const record = found.value;
  if (record.kind !== "dataset") {
    return err({ code: "STATE_NOT_DATASET", subject: op.code, kind: record.kind });
  }
  const chained = follows(op.code, op.prev, record.op);
  if (!chained.ok) return chained;
  const named = namesItself(context, op.code, op.log);
  if (!named.ok) return named;
  const key = datasetKey(referenceTo(record));
  const { op: _, code: __, prev: ___, log, ...terms } = op;
  const value = { ...terms, op: act.hash, log: logOf(context.tx.get(key), log, act.hash) };
  countChange(context, record);
  context.tx.put(codeKey(op.code), { ...record, op: act.hash });
  context.tx.put(key, value);
  return ok(undefined);
}

/** tlog-policy text that the checkpoints of a dataset's log must satisfy: a signature of the log itself. */
export function datasetPolicy({ vkeys }: Pick<DatasetLogTerms, "vkeys">): string {
  return `${vkeys.map((vkey) => `log ${vkey}\n`).join("")}quorum none\n`;
}

/** The keys must be those of the log, and the log none that means something else here. */
function namesItself(
  context: Context,
  subject: string,
  { origin, vkeys }: DatasetLogTerms,
): Result<void, DatasetRefusal> {
  const policy = parsePolicy(datasetPolicy({ vkeys }));
  if (!policy.ok) return policy;
  const names = policy.value.logs.map(({ key }) => key.name);
  const isOwn = origin !== context.origin && names.every((name) => name === origin);
  return isOwn ? ok(undefined) : err({ code: "STATE_DATASET_LOG", subject, origin, names });
}

function logOf(before: DatasetValue | undefined, log: DatasetLogTerms, op: Uint8Array): DatasetLog {
  return before?.log.origin === log.origin ? { ...before.log, ...log } : { ...log, op };
}
