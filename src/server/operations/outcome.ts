import {
  formatTlogProof,
  type Hash,
  parseCheckpoint,
  present,
  type SignedCheckpoint,
} from "../../core/index.ts";
import type { Head, Outcome } from "../../ledger/index.ts";
import { hexOf } from "../http/bytes.ts";
import { describeRefusal } from "../problem/problem.ts";
import { createHashTable } from "./hash-table.ts";

type AnswerJson = { readonly [field: string]: unknown };

/** A receipt: the tlog-proof of an entry. Whoever holds it keeps the entry's bytes. */
export function receiptText(index: number, path: readonly Hash[], note: string): string {
  return formatTlogProof({ index, path, checkpoint: readNote(note) });
}

/** All operations of a block are given the same checkpoint: it is read once. */
const READ = new WeakMap<Head, SignedCheckpoint>();

function checkpointOf(head: Head): SignedCheckpoint {
  const known = READ.get(head) ?? readNote(head.checkpoint);
  READ.set(head, known);
  return known;
}

/** What became durable together has one checkpoint: the last is kept as it was read. */
let lastRead: { readonly note: string; readonly checkpoint: SignedCheckpoint } | undefined;

function readNote(note: string): SignedCheckpoint {
  if (lastRead?.note === note) return lastRead.checkpoint;
  const parsed = parseCheckpoint(note);
  const checkpoint = present(parsed.ok ? parsed.value : undefined, "a checkpoint of our own");
  lastRead = { note, checkpoint };
  return checkpoint;
}

/** What one accepted operation is answered. docs/spec/http.md §2. */
export function acceptedJson({
  hash,
  index,
  path,
  head,
  repeated,
}: Outcome & { ok: true }): AnswerJson {
  return {
    status: "accepted",
    hash: hexOf(hash),
    index,
    receipt: formatTlogProof({ index, path, checkpoint: checkpointOf(head) }),
    ...(repeated && { repeated }),
  };
}

/** What many operations are answered: each checkpoint and each hash once, and for each item its path to a checkpoint. */
export function manyJson(outcomes: readonly Outcome[]): AnswerJson {
  const numbers = new Map<Head, number>();
  const numberOf = (head: Head): number => {
    const known = numbers.get(head);
    if (known !== undefined) return known;
    numbers.set(head, numbers.size);
    return numbers.size - 1;
  };
  const hashes = createHashTable();
  const results = outcomes.map((outcome) => {
    if (!outcome.ok) return { status: "refused", ...describeRefusal(outcome.refusal) };
    return {
      status: "accepted",
      hash: hexOf(outcome.hash),
      index: outcome.index,
      checkpoint: numberOf(outcome.head),
      path: outcome.path.map(hashes.placeOf),
      ...(outcome.repeated && { repeated: true }),
    };
  });
  const checkpoints = [...numbers.keys()].map(({ size, checkpoint: note }) => ({ size, note }));
  return { checkpoints, hashes: hashes.texts, results };
}
