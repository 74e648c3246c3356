import { base64, fromBase64 } from "../bytes.ts";
import { type Hash, toHash } from "../merkle/index.ts";
import { err, ok, type Result } from "../result.ts";
import { parseDecimal } from "./decimal.ts";
import { type NoteRefusal, parseNote, type SignedNote } from "./note.ts";
import { isKeyName } from "./verifier-key.ts";

// c2sp.org/tlog-checkpoint. Ours have no extensions:
//
//   checkpoint = origin LF size LF base64( root ) LF *( extension LF )    ; extension: not empty

/** What a log says of itself: its name, how many entries it has, and the root over them. */
export type Checkpoint = {
  /** URL prefix of the log without scheme. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
};

/** A checkpoint with the note that carries it. Not to be believed before its signatures satisfy a policy. */
export type SignedCheckpoint = Checkpoint & { readonly note: SignedNote };

export type CheckpointRefusal =
  | { readonly code: "CHECKPOINT_LINES"; readonly got: number; readonly want: number }
  | { readonly code: "CHECKPOINT_ORIGIN"; readonly origin: string }
  | { readonly code: "CHECKPOINT_SIZE"; readonly size: string }
  | { readonly code: "CHECKPOINT_ROOT"; readonly root: string };

const LINES = 3;

/**
 * Reads the text that is signed.
 *
 * @param extended whether extension lines may follow, as in what other logs than ours sign: they say nothing to us
 * @returns the checkpoint, else the first check that failed, in the order `CHECKPOINT_LINES`, `CHECKPOINT_ORIGIN`,
 *   `CHECKPOINT_SIZE`, `CHECKPOINT_ROOT`
 */
export function parseCheckpointText(
  text: string,
  extended?: boolean,
): Result<Checkpoint, CheckpointRefusal> {
  const lines = text.split("\n");
  const [origin = "", sizeText = "", rootText = ""] = lines;
  const end = lines.indexOf("", LINES);
  if (end !== lines.length - 1 || (end > LINES && !extended)) {
    return err({ code: "CHECKPOINT_LINES", got: lines.length - 1, want: LINES });
  }
  if (!isKeyName(origin)) return err({ code: "CHECKPOINT_ORIGIN", origin });
  const size = parseDecimal(sizeText);
  if (size === undefined) return err({ code: "CHECKPOINT_SIZE", size: sizeText });
  const root = parseHashLine(rootText);
  if (root === undefined) return err({ code: "CHECKPOINT_ROOT", root: rootText });
  return ok({ origin, size, root });
}

/** The three lines, each with its newline. */
export function formatCheckpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** Reads a signed note whose text is a checkpoint: the refusals of `parseNote`, then of `parseCheckpointText`. */
export function parseCheckpoint(
  text: string,
  extended?: boolean,
): Result<SignedCheckpoint, NoteRefusal | CheckpointRefusal> {
  const note = parseNote(text);
  if (!note.ok) return note;
  const checkpoint = parseCheckpointText(note.value.text, extended);
  return checkpoint.ok ? ok({ ...checkpoint.value, note: note.value }) : checkpoint;
}

/** One hash in base64. */
export function parseHashLine(line: string): Hash | undefined {
  const bytes = fromBase64(line);
  return bytes && toHash(bytes);
}
