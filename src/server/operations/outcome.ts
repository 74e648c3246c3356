import { composeTlogProof, type Hash } from "../../core/index.ts";
import type { Head, Outcome } from "../../ledger/index.ts";
import { hexOf } from "../http/bytes.ts";
import { describeRefusal } from "../problem/problem.ts";
import { createHashTable } from "./hash-table.ts";

type AnswerJson = { readonly [field: string]: unknown };

/** A receipt: the tlog-proof of an entry. Whoever holds it keeps the entry's bytes. */
export function receiptText(index: number, path: readonly Hash[], note: string): string {
  return composeTlogProof({ index, path }, note);
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
    receipt: receiptText(index, path, head.checkpoint),
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
