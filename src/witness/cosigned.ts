import {
  formatNote,
  MAX_NOTE_SIGNATURES,
  type NoteSignature,
  type Policy,
  type SignedCheckpoint,
  satisfiesQuorum,
} from "../core/index.ts";

/** A cosignature that was checked, under the name that the policy gives the witness. */
export type CheckedCosignature = {
  readonly witness: string;
  readonly line: NoteSignature;
  readonly timeSeconds: number;
};

/** Whether these cosignatures satisfy the quorum. */
export function hasQuorum(policy: Policy, cosignatures: readonly CheckedCosignature[]): boolean {
  return satisfiesQuorum(policy, new Set(cosignatures.map(({ witness }) => witness)));
}

/**
 * The checkpoint with cosignatures behind the lines of its log, at most as many lines as a note may have. Where there are
 * more, the oldest that the quorum can do without are left out.
 */
export function mergedNote(
  policy: Policy,
  { note }: SignedCheckpoint,
  cosignatures: readonly CheckedCosignature[],
): string {
  const room = MAX_NOTE_SIGNATURES - note.signatures.length;
  const lines = fitting(policy, cosignatures, room).map(({ line }) => line);
  return formatNote({ text: note.text, signatures: [...note.signatures, ...lines] });
}

function fitting(
  policy: Policy,
  all: readonly CheckedCosignature[],
  room: number,
): readonly CheckedCosignature[] {
  let kept = all;
  for (const candidate of all.toSorted((a, b) => a.timeSeconds - b.timeSeconds)) {
    if (kept.length <= room) break;
    const without = kept.filter((each) => each !== candidate);
    if (!hasQuorum(policy, kept) || hasQuorum(policy, without)) kept = without;
  }
  return kept.slice(0, room);
}
