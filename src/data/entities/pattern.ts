import { RE2JS } from "re2js";

/** A regular expression of RE2's syntax, which takes time in proportion to the text whatever it is. */
export type Pattern = string;

export const MAX_PATTERN_CHARACTERS = 256;
const MAX_KEPT = 64;
const kept = new Map<Pattern, RE2JS | undefined>();

/** Whether it can be asked for: of RE2's syntax, which has no back references and no looking around. */
export function isPattern(text: string): boolean {
  return text.length <= MAX_PATTERN_CHARACTERS && compiled(text) !== undefined;
}

/** Whether some part of the text matches. */
export function searchPattern(pattern: Pattern, text: string): boolean {
  return compiled(pattern)?.matcher(text).find() ?? false;
}

function compiled(pattern: Pattern): RE2JS | undefined {
  if (kept.has(pattern)) return kept.get(pattern);
  if (kept.size >= MAX_KEPT) kept.clear();
  const made = compile(pattern);
  kept.set(pattern, made);
  return made;
}

function compile(pattern: Pattern): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
