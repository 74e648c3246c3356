import { pairToken, tripleToken } from "./layout.ts";

// What a text is found by: at each position one token, made of the next three characters where they are ASCII, else of
// the next two. So any inner characters, be they one, two or many, name tokens or ranges of tokens that every text that
// holds them has. The fields of a document stand between line feeds, which takes part in tokens: "begins with" and "is" are
// then inner characters too.

/** Begins and ends every field of a document. */
export const EDGE = "\n";
const EDGE_UNIT = 10;
const ASCII = 128;

/** Calls `visit` with the token at each position of a document. */
export function visitGrams(document: string, visit: (token: number) => void): void {
  const last = document.length - 1;
  let first = document.charCodeAt(0);
  let second = document.charCodeAt(1);
  for (let i = 0; i < last; i++) {
    const third = i + 2 <= last ? document.charCodeAt(i + 2) : 0;
    visit(gramToken(first, second, third));
    first = second;
    second = third;
  }
}

function gramToken(first: number, second: number, third: number): number {
  if (first >= ASCII || second >= ASCII) return pairToken(first, second);
  return tripleToken(first, second, third < ASCII && second !== EDGE_UNIT ? third : 0);
}

/** Tokens that a document with these inner characters has: all of `tokens`, or one of each of `ranges`. */
export type Grams = {
  readonly tokens: readonly number[];
  /** Inclusive; a document has a token in at least one of them. Empty where `tokens` say enough. */
  readonly ranges: readonly (readonly [number, number])[];
};

/** More would not make a long text rarer. */
const MAX_GRAMS = 24;

/** What must be there for a text to hold `part`, which may begin or end with an edge. */
export function gramsOf(part: string): Grams {
  const tokens = new Set<number>();
  for (let i = 0; i + 1 < part.length && tokens.size < MAX_GRAMS; i++) {
    const [first, second] = [part.charCodeAt(i), part.charCodeAt(i + 1)];
    const known = i + 2 < part.length || second === EDGE_UNIT || Math.max(first, second) >= ASCII;
    if (known)
      tokens.add(gramToken(first, second, i + 2 < part.length ? part.charCodeAt(i + 2) : 0));
  }
  return { tokens: [...tokens], ranges: tokens.size > 0 ? [] : rangesOf(part) };
}

/** One character, or two of ASCII: whatever follows. */
function rangesOf(part: string): [number, number][] {
  const [first, second] = [part.charCodeAt(0), part.charCodeAt(1)];
  if (part.length === 2) return [[tripleToken(first, second, 0), tripleToken(first, second, 127)]];
  const pairs: [number, number] = [pairToken(first, 0), pairToken(first, 0xffff)];
  if (first >= ASCII) return [pairs];
  return [[tripleToken(first, 0, 0), tripleToken(first, 127, 127)], pairs];
}
