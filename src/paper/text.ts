import { present } from "../core/index.ts";
import type { EmbeddedFont } from "./pdf/embedded-font.ts";

// Text as it will stand on paper: which font shows each character, how wide it is, where its lines end.

/** A font under the name that pages know it by. */
export type Face = { readonly key: string; readonly font: EmbeddedFont };

export type TextStyle = {
  /** The first of them that has a character shows it. */
  readonly faces: readonly Face[];
  /** For the numbers of characters that none of them has. */
  readonly notation: Face;
  /** Points. */
  readonly size: number;
};

/** Characters in one font, or one character that no font has, written as its number. */
export type Piece = {
  readonly kind: "shown" | "noted";
  readonly face: Face;
  /** What is drawn. */
  readonly text: string;
  /** Of a number: the character, if it is one that can be copied. */
  readonly stands?: string;
  /** Points. */
  readonly size: number;
  readonly width: number;
};

export type Line = {
  readonly pieces: readonly Piece[];
  readonly width: number;
  /** Characters that are written as their number, each once for every time. */
  readonly noted: readonly string[];
};

/** A number is written smaller than the text around it, in a frame with this much room on both sides, in parts of its size. */
const NOTED_SIZE = 0.62;
export const NOTED_ROOM = 0.35;

/** Sets a text in one line. Nothing is left out: what no font has is written as U+ and its number. */
export function setLine(text: string, style: TextStyle): Line {
  const pieces: Piece[] = [];
  const noted: string[] = [];
  // A composed letter has a glyph where a letter and a loose accent would need to be put together.
  for (const char of text.normalize("NFC")) {
    const face = faceFor(char, style.faces);
    if (face === undefined) {
      noted.push(char);
      pieces.push(note(char, style));
      continue;
    }
    const width = (face.font.widthOf(codePointOf(char)) * style.size) / 1000;
    const last = pieces.at(-1);
    if (last?.kind === "shown" && last.face === face) {
      pieces[pieces.length - 1] = { ...last, text: last.text + char, width: last.width + width };
    } else pieces.push({ kind: "shown", face, text: char, size: style.size, width });
  }
  return { pieces, width: pieces.reduce((sum, piece) => sum + piece.width, 0), noted };
}

/** Marks join with what stands before them and unseen characters move what stands behind: neither is drawn as a glyph. */
const NEVER_A_GLYPH = /[\p{M}\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

function faceFor(char: string, faces: readonly Face[]): Face | undefined {
  if (NEVER_A_GLYPH.test(char)) return undefined;
  return faces.find(({ font }) => font.has(codePointOf(char)));
}

function note(char: string, { notation: face, size: whole }: TextStyle): Piece {
  const size = whole * NOTED_SIZE;
  const text = `U+${codePointOf(char).toString(16).toUpperCase().padStart(4, "0")}`;
  const width = setWidth(text, face, size) + 2 * NOTED_ROOM * size;
  // What is unseen stays so for whoever copies it, too: it could turn round the rest of the line.
  const isUnseen = /[\p{C}\p{Z}]/u.test(char);
  return { kind: "noted", face, text, size, width, ...(isUnseen ? {} : { stands: char }) };
}

function setWidth(text: string, { font }: Face, size: number): number {
  let width = 0;
  for (const char of text) width += (font.widthOf(codePointOf(char)) * size) / 1000;
  return width;
}

/** A text in lines. `isCut`: it did not fit, and the last line ends in an ellipsis. */
export type Paragraph = { readonly lines: readonly Line[]; readonly isCut: boolean };

/** Breaks a text into lines of at most so many points: between Chinese characters, else behind a word where that can be. */
export function setParagraph(
  text: string,
  style: TextStyle,
  width: number,
  maxLines: number,
): Paragraph {
  const measure = (part: string) => setLine(part, style).width;
  const lines: string[] = [];
  let [line, used] = ["", 0];
  for (const word of wordsOf(text.normalize("NFC"), (part) => measure(part) <= width)) {
    if (line !== "" && used + measure(word.trimEnd()) > width) {
      lines.push(line.trimEnd());
      [line, used] = ["", 0];
    }
    const part = line === "" ? word.trimStart() : word;
    line += part;
    used += measure(part);
  }
  if (line !== "") lines.push(line.trimEnd());
  const isCut = lines.length > maxLines;
  const kept = lines.slice(0, maxLines);
  if (isCut) kept.push(shorten(present(kept.pop(), "a line"), (part) => measure(part) <= width));
  return { lines: kept.map((each) => setLine(each, style)), isCut };
}

/** What is not broken if it can be helped: a run of letters and digits with what closes it. A longer one is cut anywhere. */
function wordsOf(text: string, fits: (word: string) => boolean): string[] {
  const words = text.match(/[\p{sc=Latn}\p{N}\p{sc=Cyrl}'’-]+[^\p{L}\p{N}]?|[\s\S]/gu) ?? [];
  return words.flatMap((word) => (fits(word) ? [word] : Array.from(word)));
}

/** A line with an ellipsis, as much of it as fits. */
function shorten(line: string, fits: (line: string) => boolean): string {
  const chars = Array.from(line);
  while (chars.length > 0 && !fits(`${chars.join("")}…`)) chars.pop();
  return `${chars.join("")}…`;
}

/** A text in one line that is cut where it does not fit. */
export function setCut(text: string, style: TextStyle, width: number): Paragraph {
  const fits = (line: string) => setLine(line, style).width <= width;
  const isCut = !fits(text);
  return { lines: [setLine(isCut ? shorten(text, fits) : text, style)], isCut };
}

export function codePointOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}
