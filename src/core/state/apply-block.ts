import type { Hash } from "../merkle/hash.ts";
import type { Envelope } from "../op/envelope.ts";
import type { Item } from "../op/item.ts";
import { IAT_FUTURE_SECONDS, IAT_PAST_SECONDS } from "../op/limits.ts";
import type { Operation } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { type AuthorityRefusal, authorise, type Need, needMembers } from "./authority.ts";
import { type Act, type Context, type OperationCheck, seconds } from "./context.ts";
import { settleChildren } from "./create.ts";
import {
  type DecisionRefusal,
  executeEndorse,
  executePropose,
  needForEndorse,
  needForPropose,
} from "./decision.ts";
import { ItemWork } from "./item-work.ts";
import { type AdmitRefusal, executeAdmit } from "./kinds/admit.ts";
import { onlyAdds } from "./kinds/gazette.ts";
import { execute, needFor } from "./kinds/index.ts";
import { applyChunk, type BulkRefusal, type ItemSteps } from "./kinds/manifest.ts";
import { type Change, type StateReader, Transaction } from "./transaction.ts";
import type { KeyRecord } from "./values.ts";

export type ApplyRefusal =
  | AuthorityRefusal
  | DecisionRefusal
  | AdmitRefusal
  | BulkRefusal
  | {
      readonly code: "AUTH_NEEDS_DECISION";
      readonly electorate: string;
      readonly threshold: number;
    };

/** Items in the order in which they are to be judged, and what the rules may know beside the state. */
export type Block = {
  readonly origin: string;
  /** Never less than that of the block before. */
  readonly timeMilliseconds: number;
  /** Non-empty blocks before it. */
  readonly height: number;
  /** Log index of the first entry of the block. */
  readonly first: number;
  readonly items: readonly Item[];
  readonly check: OperationCheck;
};

export type AppliedBlock = {
  /** What became of each item, in order; of accepted ones the log index. */
  readonly results: readonly Result<number, ApplyRefusal>[];
  /** The accepted items' bytes, in log order. Empty: the block leaves no trace. */
  readonly entries: readonly Uint8Array[];
  /** Their leaf hashes. */
  readonly leaves: readonly Hash[];
  /** Every version of every value that the block made, each key's last one last. */
  readonly changes: readonly Change[];
};

/**
 * Judges the items of a block against a state and says what it changes: the only place where state changes.
 *
 * Depends on nothing but its arguments: no clock, randomness, locale or unspecified order, so that every node reaches the
 * same result. A refused item leaves nothing.
 *
 * @see docs/spec/operations.md, Determinism
 */
export function applyBlock(state: StateReader, { items, ...block }: Block): AppliedBlock {
  const open = new OpenBlock(state, block);
  const results = items.map((item) => allOf(open.take(item)));
  return { results, ...open.close() };
}

/** `applyBlock` item by item, for whoever has other things to do in between. The state must stay as it is until the end. */
export class OpenBlock {
  readonly #block: Omit<Block, "items">;
  readonly #tx: Transaction;
  readonly #entries: Uint8Array[] = [];
  readonly #leaves: Hash[] = [];

  constructor(state: StateReader, block: Omit<Block, "items">) {
    this.#block = block;
    this.#tx = new Transaction(state);
  }

  /** Judges the next item, step by step. @returns its log index, or why it was refused */
  *take(item: Item): ItemSteps<Result<number, ApplyRefusal>> {
    const { origin, timeMilliseconds, height, check, first } = this.#block;
    const tx = this.#tx;
    const work = new ItemWork();
    const context: Context = { tx, origin, timeMilliseconds, height, check, work };
    const applied =
      item.kind === "chunk" ? yield* applyChunk(context, item) : applyItem(context, item);
    if (!applied.ok) {
      tx.drop();
      return applied;
    }
    context.work.settle(tx);
    const index = first + this.#entries.length;
    tx.keep(index);
    this.#entries.push(item.bytes);
    this.#leaves.push(item.hash);
    return ok(index);
  }

  /** What all items together changed. */
  close(): Omit<AppliedBlock, "results"> {
    const tx = this.#tx;
    if (this.#entries.length > 0) {
      settleChildren(tx);
      tx.keep(this.#block.first + this.#entries.length - 1);
    }
    return { entries: this.#entries, leaves: this.#leaves, changes: tx.changes() };
  }
}

function allOf<T>(steps: ItemSteps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function applyItem(
  context: Context,
  item: Exclude<Item, { kind: "chunk" }>,
): Result<void, ApplyRefusal> {
  if (item.kind === "refused") return err(item.refusal);
  const { envelope, body, hash } = item;
  const { aud, iatSeconds: iat } = envelope;
  if (aud !== context.origin) return err({ code: "OP_AUDIENCE", want: context.origin, got: aud });
  const now = seconds(context);
  const [from, to] = [now - IAT_PAST_SECONDS, now + IAT_FUTURE_SECONDS];
  if (iat < from || iat > to) return err({ code: "OP_IAT", iat, from, to });
  if (!body.ok) return body;
  return applyOperation(context, body.value, envelope, hash);
}

function applyOperation(
  context: Context,
  op: Operation,
  envelope: Envelope,
  hash: Uint8Array,
): Result<void, ApplyRefusal> {
  const need = needOf(context, op, envelope.iss);
  const signer = authorise(context, envelope, hash, need);
  if (!signer.ok) return signer;
  const act = new OwnAct(envelope, hash, signer.value, need);
  switch (op.op) {
    case "admit":
      return executeAdmit(context, op, act);
    case "propose":
      return executePropose(context, op, act, need);
    case "endorse":
      return executeEndorse(context, op, act, need);
    default:
      return takesOneVote(op, need) ? execute(context, op, act) : needsDecision(need);
  }
}

/** What an operation does by itself, on its signer's word. */
class OwnAct implements Act {
  readonly hash: Uint8Array;
  readonly iss: Envelope["iss"];
  readonly kid: Uint8Array;
  readonly signer: KeyRecord;
  readonly gives: Act["gives"];
  readonly by: Act["by"];
  readonly threshold: number;
  readonly #envelope: Envelope;

  constructor(envelope: Envelope, hash: Uint8Array, signer: KeyRecord, need: Need) {
    this.hash = hash;
    this.iss = envelope.iss;
    this.kid = envelope.kid;
    this.signer = signer;
    this.gives = signer.uses;
    this.by = need.electorate;
    this.threshold = need.threshold;
    this.#envelope = envelope;
  }

  /** Made when somebody asks: most kinds do not. */
  get id(): Uint8Array {
    return this.#envelope.id;
  }
}

/** Whose key an operation must be signed with, for whoever checks signatures before the block is made. */
export function needOf(context: Context, op: Operation, iss: string): Need {
  if (op.op === "admit") return needMembers(context.tx, "issue");
  if (op.op === "propose") return needForPropose(context, op, iss);
  if (op.op === "endorse") return needForEndorse(context, op, iss);
  return needFor(context, op, iss);
}

// Members decide together even where one vote would do, so that every decision of theirs can be found as one; but any
// member alone brings new facts.
function takesOneVote(op: Exclude<Operation, { op: "admit" | "propose" | "endorse" }>, need: Need) {
  if (need.electorate !== "members") return need.threshold === 1;
  return op.op === "gazette" && onlyAdds(op);
}

function needsDecision({ electorate, threshold }: Need): Result<never, ApplyRefusal> {
  return err({ code: "AUTH_NEEDS_DECISION", electorate, threshold });
}
