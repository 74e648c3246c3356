import { base64, concat, fromBase64 } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";
import { isKeyName, readUint32, uint32 } from "./verifier-key.ts";

// c2sp.org/signed-note:
//
//   note      = text LF 1*16( signature LF )    ; text ends with LF; the last empty line separates
//   signature = U+2014 SP name SP base64( id 1*OCTET )

/** One signature line. It says nothing until it is verified under a key that is known and trusted. */
export type NoteSignature = {
  readonly name: string;
  /** The id of the key, a uint32. */
  readonly id: number;
  readonly signature: Uint8Array;
};

/** A text with its signature lines. */
export type SignedNote = {
  /** With its last newline, without the empty line that follows. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

export type NoteRefusal =
  | { readonly code: "NOTE_SIZE"; readonly got: number; readonly max: number }
  | { readonly code: "NOTE_CHARACTER"; readonly at: number }
  | { readonly code: "NOTE_SEPARATOR" }
  | { readonly code: "NOTE_SIGNATURES"; readonly got: number; readonly max: number }
  | { readonly code: "NOTE_SIGNATURE_LINE"; readonly line: number };

/** As many as every verifier must accept. */
export const MAX_NOTE_SIGNATURES = 16;

/** In UTF-16 units: 16 post-quantum signatures of 5 000 bytes in base64 are 107 000, the rest is for the text. */
export const MAX_NOTE_LENGTH = 131_072;

const ID_BYTES = 4;

/**
 * Reads a signed note in its one spelling; whether the signatures hold is for `verifyNote`.
 *
 * @returns the note, else the first check that failed, in the order `NOTE_SIZE`, `NOTE_CHARACTER`, `NOTE_SEPARATOR`,
 *   `NOTE_SIGNATURES`, `NOTE_SIGNATURE_LINE`
 */
export function parseNote(note: string): Result<SignedNote, NoteRefusal> {
  if (note.length > MAX_NOTE_LENGTH) {
    return err({ code: "NOTE_SIZE", got: note.length, max: MAX_NOTE_LENGTH });
  }
  const at = note.search(/(?![\n\u007f-\uffff])\p{Cc}|\p{Cs}/u);
  if (at !== -1) return err({ code: "NOTE_CHARACTER", at });
  const separator = note.lastIndexOf("\n\n");
  if (separator === -1 || !note.endsWith("\n")) return err({ code: "NOTE_SEPARATOR" });
  const text = note.slice(0, separator + 1);
  const signatures = parseLines(
    note
      .slice(separator + 2)
      .split("\n")
      .slice(0, -1),
  );
  return signatures.ok ? ok({ text, signatures: signatures.value }) : signatures;
}

/** The text, an empty line, the signature lines. */
export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(formatSignatureLine).join("")}`;
}

function parseLines(lines: readonly string[]): Result<readonly NoteSignature[], NoteRefusal> {
  if (lines.length === 0 || lines.length > MAX_NOTE_SIGNATURES) {
    return err({ code: "NOTE_SIGNATURES", got: lines.length, max: MAX_NOTE_SIGNATURES });
  }
  const signatures: NoteSignature[] = [];
  for (const [i, line] of lines.entries()) {
    const signature = parseLine(line);
    if (signature === undefined) return err({ code: "NOTE_SIGNATURE_LINE", line: i + 1 });
    signatures.push(signature);
  }
  return ok(signatures);
}

function parseLine(line: string): NoteSignature | undefined {
  const [dash, name = "", encoded = "", ...rest] = line.split(" ");
  const bytes = fromBase64(encoded);
  if (dash !== "—" || !isKeyName(name) || rest.length > 0) return undefined;
  if (bytes === undefined || bytes.length <= ID_BYTES) return undefined;
  return { name, id: readUint32(bytes), signature: bytes.slice(ID_BYTES) };
}

/** One line, as it stands in a note and in the answer of a witness; with its newline. */
export function formatSignatureLine({ name, id, signature }: NoteSignature): string {
  return `— ${name} ${base64(concat(uint32(id), signature))}\n`;
}
