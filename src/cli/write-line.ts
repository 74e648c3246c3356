import { PAINTED } from "./paint.ts";

// Tabs and line ends stand in what is shown; marks of direction would show an end before its beginning.
const UNSAFE = /(?![\t\n])[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Writes a value as one line of JSON for a program: it reads every character, those that a terminal would obey as escapes. */
export function writeJson(stream: { write(text: string): unknown }, value: unknown): void {
  const text = JSON.stringify(value).replace(UNSAFE, escaped);
  stream.write(`${text}\n`);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Writes a line: what a node, a file or a ledger says in it moves no cursor, clears no screen and turns no text round, whoever
 * wrote it.
 */
export function writeLine(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  line: string,
): void {
  // Parts of odd places are what paints.
  const parts = stream.isTTY === true ? line.split(PAINTED) : [line];
  const shown = parts.map((part, i) => (i % 2 === 1 ? part : part.replace(UNSAFE, "�")));
  stream.write(`${shown.join("")}\n`);
}
