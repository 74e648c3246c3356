import { type Code, formatPrinted, parseCode } from "../core/index.ts";
import { readCode } from "../text/index.ts";
import { CODE_WORDS } from "./code-words.ts";
import { CliProblem } from "./problem.ts";

/** Reads a code as people type, paste or scan it. */
export function readCodeArgument(text: string): Code {
  const read = readCode(text);
  if (read.ok) return read.value.code;
  const { code, position } = read.error;
  throw new CliProblem("CLI_CODE", {
    text,
    refusal: code,
    why: CODE_WORDS[code],
    position: position + 1,
  });
}

/** A code with its check character, as it stands on plates. */
export function printedCode(code: string): string {
  const parsed = parseCode(code);
  return parsed.ok ? formatPrinted(parsed.value) : code;
}
