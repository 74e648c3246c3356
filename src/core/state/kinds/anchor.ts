import { equalBytes } from "../../bytes.ts";
import { certain, present } from "../../invariant.ts";
import {
  type ConsistencyRefusal,
  type Hash,
  type InclusionRefusal,
  verifyConsistency,
  verifyInclusion,
} from "../../merkle/index.ts";
import {
  type CheckpointRefusal,
  evaluatePolicy,
  type NoteRefusal,
  parseCheckpoint,
  parsePolicy,
  type SignedCheckpoint,
  type TrustRefusal,
} from "../../note/index.ts";
import { ANCHOR_PAUSE_MILLISECONDS, DATASET_ANCHOR_PAUSE_MILLISECONDS } from "../../op/limits.ts";
import type { Anchor, AnchorItem } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest, selfAndAncestors } from "../authority.ts";
import { type Act, type Context, seconds } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { anchorKey, codeKey, datasetKey } from "../map-keys.ts";
import { active, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { AnchorValue, CodeRecord } from "../values.ts";
import { datasetPolicy } from "./dataset.ts";
import type { RegisterRefusal } from "./register.ts";

export type AnchorRefusal =
  | RuleRefusal
  | NoteRefusal
  | CheckpointRefusal
  | TrustRefusal
  | ConsistencyRefusal
  | InclusionRefusal
  | Extract<RegisterRefusal, { code: "STATE_MIXED_ISSUERS" }>
  | { readonly code: "STATE_NOT_DELEGATED"; readonly subject: string }
  | {
      readonly code: "STATE_ANCHOR_ORIGIN";
      readonly subject: string;
      readonly want: string;
      readonly got: string;
    }
  | { readonly code: "STATE_ANCHOR_FIRST"; readonly subject: string }
  | { readonly code: "STATE_ANCHORED"; readonly subject: string }
  | { readonly code: "STATE_ANCHOR_EARLY"; readonly subject: string; readonly from: number };

/** The first checkpoint, and one that begins anew, say which log it is: that is for those who may delegate. */
export function needForAnchor(tx: Transaction, { items }: Anchor): Need {
  const subjects = items.map(({ code }) => code);
  const codes = selfAndAncestors(present(subjects[0], "an item"));
  return items.some(beginsLog)
    ? needNearest(tx, codes, "govern", subjects, ({ threshold }) => threshold)
    : needNearest(tx, codes, "data", subjects);
}

type Beginning = Extract<AnchorItem, { genesis: unknown }>;

function beginsLog(item: AnchorItem): item is Beginning {
  return "genesis" in item;
}

/** Keeps the checkpoints of child ledgers and dataset logs, all or none. */
export function executeAnchor(context: Context, op: Anchor, act: Act): Result<void, AnchorRefusal> {
  const use = op.items.some(beginsLog) ? "govern" : "data";
  for (const item of op.items) {
    const { electorate: want } = needNearest(context.tx, selfAndAncestors(item.code), use, []);
    if (want !== act.by) {
      return err({ code: "STATE_MIXED_ISSUERS", subject: item.code, want, got: act.by });
    }
    const kept = anchor(context, item, act);
    if (!kept.ok) return kept;
  }
  return ok(undefined);
}

function anchor(context: Context, item: AnchorItem, act: Act): Result<void, AnchorRefusal> {
  const subject = item.code;
  const found = active(context, subject);
  if (!found.ok) return found;
  const terms = termsOf(context, found.value);
  if (terms === undefined) return err({ code: "STATE_NOT_DELEGATED", subject });
  const checkpoint = believed(context, subject, item.checkpoint, terms);
  if (!checkpoint.ok) return checkpoint;
  const grown = follow(context, item, checkpoint.value, terms);
  if (!grown.ok) return grown;
  if (beginsLog(item)) terms.join(item.genesis);
  context.tx.put(anchorKey(subject), {
    op: act.hash,
    delegation: terms.op,
    checkpoint: item.checkpoint,
    at: context.timeMilliseconds,
    ...resetOf(context, item, terms),
  });
  return ok(undefined);
}

/** A log that a record names: of the ledger that it is delegated to, or of the dataset that it is. */
type LogTerms = {
  readonly origin: string;
  readonly policy: string;
  /** Leaf hash of the entry that named the log. */
  readonly op: Uint8Array;
  readonly pauseMilliseconds: number;
  /** Says which log it is that is meant; neither chain of the record moves. */
  join(genesis: Uint8Array): void;
};

function termsOf({ tx }: Context, record: CodeRecord): LogTerms | undefined {
  const { delegation } = record;
  if (delegation !== undefined) {
    return {
      ...delegation,
      pauseMilliseconds: ANCHOR_PAUSE_MILLISECONDS,
      join: (genesis) =>
        tx.put(codeKey(record.code), { ...record, delegation: { ...delegation, genesis } }),
    };
  }
  const key = datasetKey(referenceTo(record));
  const dataset = tx.get(key);
  if (dataset === undefined) return undefined;
  return {
    ...dataset.log,
    policy: datasetPolicy(dataset.log),
    pauseMilliseconds: DATASET_ANCHOR_PAUSE_MILLISECONDS,
    join: (genesis) => tx.put(key, { ...dataset, log: { ...dataset.log, genesis } }),
  };
}

/** The checkpoint, if it is that log's own and satisfies what its policy asks for. */
function believed(
  context: Context,
  subject: string,
  note: string,
  { origin, policy }: LogTerms,
): Result<SignedCheckpoint, AnchorRefusal> {
  const checkpoint = parseCheckpoint(note);
  if (!checkpoint.ok) return checkpoint;
  if (checkpoint.value.origin !== origin) {
    return err({
      code: "STATE_ANCHOR_ORIGIN",
      subject,
      want: origin,
      got: checkpoint.value.origin,
    });
  }
  const terms = certain(parsePolicy(policy), "the policy of a log that is named");
  const trust = evaluatePolicy(terms, checkpoint.value, seconds(context));
  return trust.ok ? checkpoint : trust;
}

/** Whether a checkpoint comes after the one before it, or may be the first of its log. */
function follow(
  context: Context,
  item: AnchorItem,
  { size, root }: SignedCheckpoint,
  log: LogTerms,
): Result<void, AnchorRefusal> {
  const subject = item.code;
  const before = anchoredBefore(context, item, log);
  if (beginsLog(item)) {
    const isReset = item.reset !== undefined;
    if (before === undefined && isReset) return err({ code: "STATE_ANCHOR_FIRST", subject });
    if (before !== undefined && !isReset) return err({ code: "STATE_ANCHORED", subject });
    const proof = { index: 0, size, path: item.path as readonly Hash[] };
    return verifyInclusion(item.genesis as Hash, proof, root);
  }
  if (before === undefined) return err({ code: "STATE_ANCHOR_FIRST", subject });
  const from = before.at + log.pauseMilliseconds;
  if (context.timeMilliseconds < from) return err({ code: "STATE_ANCHOR_EARLY", subject, from });
  const last = certain(parseCheckpoint(before.checkpoint), "a checkpoint that was anchored");
  const path = item.consistency as readonly Hash[];
  return verifyConsistency({ first: last.size, second: size, path }, last.root, root);
}

/** The last checkpoint of the same log. */
function anchoredBefore(
  { tx }: Context,
  { code }: AnchorItem,
  { op }: LogTerms,
): AnchorValue | undefined {
  const value = tx.get(anchorKey(code));
  return value !== undefined && equalBytes(value.delegation, op) ? value : undefined;
}

function resetOf(context: Context, item: AnchorItem, log: LogTerms): Pick<AnchorValue, "reset"> {
  const reset = beginsLog(item) ? item.reset : anchoredBefore(context, item, log)?.reset;
  return reset === undefined ? {} : { reset };
}
