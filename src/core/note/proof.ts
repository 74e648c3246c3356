import { base64, fromBase64 } from "../bytes.ts";
import type { Hash } from "../merkle/index.ts";
import { err, ok, type Result } from "../result.ts";
import {
  type CheckpointRefusal,
  parseCheckpoint,
  parseHashLine,
  type SignedCheckpoint,
} from "./checkpoint.ts";
import { parseDecimal } from "./decimal.ts";
import { formatNote, type NoteRefusal } from "./note.ts";

// c2sp.org/tlog-proof:
//
//   proof = "c2sp.org/tlog-proof@v1" LF [ "extra" SP base64 LF ] "index" SP decimal LF
//           *53( base64( hash ) LF ) LF checkpoint

/** That an entry is in a log, in one text that can be checked off line; whoever checks it brings the entry. */
export type TlogProof = {
  /** Not authenticated by anything. Our receipts have none. */
  readonly extra?: Uint8Array;
  /** Position of the entry, counted from 0. */
  readonly index: number;
  /** Inclusion path, the leaf's own sibling first. */
  readonly path: readonly Hash[];
  readonly checkpoint: SignedCheckpoint;
};

/** What the grammar has at a line. */
type ProofLine = "magic" | "extra" | "index" | "hash or empty line";

export type TlogProofRefusal =
  /** `line` is counted from 1. */
  | { readonly code: "PROOF_LINE"; readonly line: number; readonly want: ProofLine }
  | NoteRefusal
  | CheckpointRefusal;

/** Its first line. */
export const TLOG_PROOF_MAGIC = "c2sp.org/tlog-proof@v1";
const EXTRA = "extra ";
const INDEX = "index ";

/** Positions are below 2^53, so no tree is higher. */
const MAX_PATH = 53;

/** Magic, extra, index, path, empty line. */
const MAX_HEAD_LINES = 4 + MAX_PATH;

/**
 * Reads a tlog-proof in its one spelling; whether it proves anything is for `verifyInclusion` and the policy.
 *
 * @param extended as `parseCheckpointText` has it
 * @returns the proof, else `PROOF_LINE` for the first line that fails, else the refusals of `parseCheckpoint`
 */
export function parseTlogProof(
  text: string,
  extended?: boolean,
): Result<TlogProof, TlogProofRefusal> {
  const lines = text.split("\n", MAX_HEAD_LINES);
  let at = 0;
  const refuse = (want: ProofLine) => err({ code: "PROOF_LINE", line: at + 1, want } as const);

  if (lines[at] !== TLOG_PROOF_MAGIC) return refuse("magic");
  at += 1;
  const extraLine = lines[at]?.startsWith(EXTRA) ? lines[at] : undefined;
  const extra = extraLine === undefined ? undefined : fromBase64(extraLine.slice(EXTRA.length));
  if (extraLine !== undefined && !extra?.length) return refuse("extra");
  if (extraLine !== undefined) at += 1;
  const index = parseIndexLine(lines[at]);
  if (index === undefined) return refuse("index");
  at += 1;
  const path = leadingHashes(lines.slice(at, at + MAX_PATH));
  at += path.length;
  if (lines[at] !== "") return refuse("hash or empty line");

  const head = lines.slice(0, at + 1).join("\n").length + 1;
  const checkpoint = parseCheckpoint(text.slice(head), extended);
  if (!checkpoint.ok) return checkpoint;
  return ok({ ...(extra && { extra }), index, path, checkpoint: checkpoint.value });
}

export function formatTlogProof({ checkpoint, ...proof }: TlogProof): string {
  return composeTlogProof(proof, formatNote(checkpoint.note));
}

/** The same where somebody has the checkpoint as the text that it is: many proofs are given to one. */
export function composeTlogProof(
  { extra, index, path }: Omit<TlogProof, "checkpoint">,
  note: string,
): string {
  let head = extra ? `${TLOG_PROOF_MAGIC}\n${EXTRA}${base64(extra)}` : TLOG_PROOF_MAGIC;
  head += `\n${INDEX}${index}\n`;
  for (const hash of path) head += `${base64(hash)}\n`;
  return `${head}\n${note}`;
}

function parseIndexLine(line: string | undefined): number | undefined {
  return line?.startsWith(INDEX) ? parseDecimal(line.slice(INDEX.length)) : undefined;
}

function leadingHashes(lines: readonly string[]): readonly Hash[] {
  const hashes: Hash[] = [];
  for (const line of lines) {
    const hash = parseHashLine(line);
    if (hash === undefined) break;
    hashes.push(hash);
  }
  return hashes;
}
