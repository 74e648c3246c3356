import { present } from "../invariant.ts";
import { err, ok, type Result } from "../result.ts";
import { DOT, HYPHEN, isDigit, isDigits, isLower, isUpper, SLASH } from "./alphabet.ts";
import { CHINA, isChineseDivision, significantPairs } from "./division.ts";
import {
  CLASS_NODES_MAX,
  CODE_CHARACTERS_MAX,
  DEPARTMENT_CHARACTERS_MAX,
  DIVISION_CHARACTERS_MAX,
  ITEM_NODES_MAX,
  NODE_CHARACTERS_MAX,
  ROOT_NODES_MAX,
} from "./limits.ts";
import type { CodeRefusal } from "./refusal.ts";

// code      = root [ "/" class [ "/" item ] ]     ; at most 60 characters
// root      = "MA" [ "." country [ "." division *6( "." dept ) ] ]
// country   = 3DIGIT                              ; ISO 3166-1 numeric
// division  = 1*9alnum                            ; country 156: see division.ts
// dept      = 1*8alnum
// class     = node *2( "." node )
// item      = node *7( "." node )
// node      = alnum *29( alnum / "-" )
// alnum     = DIGIT / %x41-5A                     ; A-Z, upper case only

declare const brand: unique symbol;

/** A code in its one canonical spelling. Only {@link parseCode} makes one. */
export type Code = string & { readonly [brand]: "Code" };

const ROOT = 0;
const ITEM = 2;
const NODES_MAX = [ROOT_NODES_MAX, CLASS_NODES_MAX, ITEM_NODES_MAX];

/**
 * Reads a code in its canonical spelling, and in no other.
 *
 * @returns the code, else the first fault. `CODE_LENGTH` comes first; then, node by node from the left,
 *   `CODE_EMPTY_NODE`; of the first bad character `CODE_CASE`, `CODE_CHARACTER` or `CODE_HYPHEN`; what the node's
 *   place demands: `CODE_ROOT`, `CODE_COUNTRY`, `CODE_DIVISION`, `CODE_DIVISION_SPELLING`, `CODE_NODE_LENGTH`; and
 *   at the separator behind it `CODE_NODES` or `CODE_PARTS`
 * @example parseCode("MA.156.1301/LAMP/000123")
 */
export function parseCode(text: string): Result<Code, CodeRefusal> {
  const fault = firstFault(text);
  return fault === undefined ? ok(text as Code) : err(fault);
}

/** What stands before one of its separators is a code too: the grammar closes over prefixes of whole nodes. */
export function codeBefore(code: Code, separator: number): Code {
  return code.slice(0, separator) as Code;
}

// A scanner by hand: an import parses a code for each of a million rows.
function firstFault(text: string): CodeRefusal | undefined {
  const { length } = text;
  if (length > CODE_CHARACTERS_MAX) {
    return {
      code: "CODE_LENGTH",
      position: CODE_CHARACTERS_MAX,
      got: length,
      max: CODE_CHARACTERS_MAX,
    };
  }
  let part = ROOT;
  let index = 0;
  for (let start = 0; ; ) {
    const end = nodeEnd(text, start);
    const fault =
      charactersFault(text, start, end, part) ?? formFault(text, start, end, part, index);
    if (fault !== undefined || end === length) return fault;
    if (text.charCodeAt(end) === DOT) {
      index += 1;
      if (index === NODES_MAX[part]) return { code: "CODE_NODES", position: end, max: index };
    } else {
      if (part === ITEM) return { code: "CODE_PARTS", position: end, max: NODES_MAX.length };
      part += 1;
      index = 0;
    }
    start = end + 1;
  }
}

function nodeEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === DOT || unit === SLASH) break;
    at += 1;
  }
  return at;
}

function charactersFault(
  text: string,
  start: number,
  end: number,
  part: number,
): CodeRefusal | undefined {
  if (start === end) return { code: "CODE_EMPTY_NODE", position: start };
  for (let at = start; at < end; at += 1) {
    const unit = text.charCodeAt(at);
    if (isUpper(unit) || isDigit(unit)) continue;
    if (isLower(unit)) return caseFault(text, at);
    if (unit !== HYPHEN) return characterFault(text, at);
    if (part === ROOT || at === start) return { code: "CODE_HYPHEN", position: at };
  }
  return undefined;
}

function caseFault(text: string, position: number): CodeRefusal {
  // ASCII only: toUpperCase alone would make two letters of one sharp s, and a code of what is none.
  const upper = text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
  return { code: "CODE_CASE", position, ...canonicalFact(upper) };
}

function characterFault(text: string, position: number): CodeRefusal {
  const character = String.fromCodePoint(present(text.codePointAt(position), "a character"));
  return { code: "CODE_CHARACTER", position, character };
}

function formFault(
  text: string,
  start: number,
  end: number,
  part: number,
  index: number,
): CodeRefusal | undefined {
  if (part !== ROOT) return lengthFault(start, end, NODE_CHARACTERS_MAX);
  if (index > 2) return lengthFault(start, end, DEPARTMENT_CHARACTERS_MAX);
  if (index === 2) return divisionFault(text, start, end);
  const good =
    index === 0
      ? end - start === 2 && text.startsWith("MA")
      : end - start === 3 && isDigits(text, start, end);
  if (good) return undefined;
  const code = index === 0 ? "CODE_ROOT" : "CODE_COUNTRY";
  return { code, position: start, got: text.slice(start, end) };
}

function lengthFault(start: number, end: number, max: number): CodeRefusal | undefined {
  if (end - start <= max) return undefined;
  return { code: "CODE_NODE_LENGTH", position: start + max, got: end - start, max };
}

function divisionFault(text: string, start: number, end: number): CodeRefusal | undefined {
  // The country before it has been judged: three digits and a dot.
  if (!text.startsWith(CHINA, start - 4)) return lengthFault(start, end, DIVISION_CHARACTERS_MAX);
  const got = text.slice(start, end);
  if (!isChineseDivision(got)) return { code: "CODE_DIVISION", position: start, got };
  const significant = significantPairs(got);
  if (significant === got) return undefined;
  const respelt = text.slice(0, start) + significant + text.slice(end);
  return { code: "CODE_DIVISION_SPELLING", position: start, got, ...canonicalFact(respelt) };
}

/** The canonical spelling, where nothing but case and the spelling of the division was wrong. */
function canonicalFact(respelt: string): { readonly canonical?: Code } {
  const parsed = parseCode(respelt);
  const canonical = parsed.ok ? parsed.value : canonicalOf(parsed.error);
  return canonical === undefined ? {} : { canonical };
}

function canonicalOf(refusal: CodeRefusal): Code | undefined {
  return "canonical" in refusal ? refusal.canonical : undefined;
}
