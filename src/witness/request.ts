import {
  base64,
  type CheckpointRefusal,
  err,
  type Hash,
  type NoteRefusal,
  ok,
  parseCheckpoint,
  parseDecimal,
  parseHashLine,
  type Result,
  type SignedCheckpoint,
} from "../core/index.ts";
import { MAX_CONSISTENCY_HASHES } from "./limits.ts";

// c2sp.org/tlog-witness, the body of add-checkpoint:
//
//   body = "old" SP decimal LF 0*63( base64( hash ) LF ) LF note

/** What a log asks a witness to cosign. Nothing of it is checked but its form. */
export type AddCheckpoint = {
  /** The size that the asking side believes the witness to be at. */
  readonly oldSize: number;
  /** Consistency path from `oldSize`, RFC 9162 §2.1.4.1. */
  readonly path: readonly Hash[];
  readonly checkpoint: SignedCheckpoint;
};

export type AddCheckpointRefusal =
  | {
      readonly code: "WITNESS_BODY";
      readonly part: "old" | "hash" | "hashes" | "separator";
      /** Counted from 1. */
      readonly line: number;
    }
  | NoteRefusal
  | CheckpointRefusal;

/**
 * Reads the body of an add-checkpoint request in its one spelling.
 *
 * @returns the request, else `WITNESS_BODY` by line, else the refusals of `parseCheckpoint`
 */
export function parseAddCheckpoint(text: string): Result<AddCheckpoint, AddCheckpointRefusal> {
  const separator = text.indexOf("\n\n");
  const [first = "", ...hashes] = text.slice(0, Math.max(separator, 0)).split("\n");
  if (separator === -1) return err({ code: "WITNESS_BODY", part: "separator", line: 1 });
  const oldSize = first.startsWith(OLD) ? parseDecimal(first.slice(OLD.length)) : undefined;
  if (oldSize === undefined) return err({ code: "WITNESS_BODY", part: "old", line: 1 });
  if (hashes.length > MAX_CONSISTENCY_HASHES) {
    return err({ code: "WITNESS_BODY", part: "hashes", line: MAX_CONSISTENCY_HASHES + 2 });
  }
  const path: Hash[] = [];
  for (const [i, line] of hashes.entries()) {
    const hash = parseHashLine(line);
    if (hash === undefined) return err({ code: "WITNESS_BODY", part: "hash", line: i + 2 });
    path.push(hash);
  }
  const checkpoint = parseCheckpoint(text.slice(separator + 2), true);
  return checkpoint.ok ? ok({ oldSize, path, checkpoint: checkpoint.value }) : checkpoint;
}

export function formatAddCheckpoint(oldSize: number, path: readonly Hash[], note: string): string {
  return `${OLD}${oldSize}\n${path.map((hash) => `${base64(hash)}\n`).join("")}\n${note}`;
}

const OLD = "old ";
