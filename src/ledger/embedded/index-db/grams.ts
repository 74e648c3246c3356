import { pairToken, tripleToken } from "./layout.ts";
import type { TokenGroup, TokenVisitor } from "./token-group.ts";

// What a text is found by: at each position one token, made of the next three characters where they are ASCII, else of
// the next two. So any inner characters, be they one, two or many, name tokens or ranges of tokens that every text that
// holds them has. The fields of a document stand between line feeds, which takes part in tokens: "begins with" and "is" are
// then inner characters too.

/** Begins and ends every field of a document. */
export const EDGE = "\n";
const EDGE_UNIT = 10;
const ASCII = 128;

/** Tells the tokens of a document that comes piece by piece: one token for each position. */
export class GramStream {
  readonly #visitor: TokenVisitor;
  #first = NONE;
  #second = NONE;

  constructor(visitor: TokenVisitor) {
    this.#visitor = visitor;
  }

  unit(unit: number): void {
    if (this.#first !== NONE) this.#visitor.token(gramToken(this.#first, this.#second, unit));
    this.#first = this.#second;
    this.#second = unit;
  }

  edge(): void {
    this.unit(EDGE_UNIT);
  }

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.unit(text.charCodeAt(i));
  }

  /** A piece whose inner tokens are known already. */
  piece({ text, inner }: { readonly text: string; readonly inner: TokenGroup | undefined }): void {
    if (inner === undefined) {
      this.text(text);
      return;
    }
    this.unit(text.charCodeAt(0));
    this.unit(text.charCodeAt(1));
    if (inner.tokens.length > 0) this.#visitor.group(inner);
    this.#first = text.charCodeAt(text.length - 2);
    this.#second = text.charCodeAt(text.length - 1);
  }

  /** The document ends; another one may begin. */
  end(): void {
    this.unit(0);
    this.#first = NONE;
    this.#second = NONE;
  }
}

const NONE = -1;

/** A shorter text has no token that is wholly within it. */
export const MIN_INNER = 3;

/** The tokens that are wholly within a text, whatever stands around it; nothing where there is none. */
export function innerGrams(text: string): TokenGroup | undefined {
  if (text.length < MIN_INNER) return undefined;
  const tokens = new Set<number>();
  for (let i = 0; i + 2 < text.length; i++) {
    tokens.add(gramToken(text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)));
  }
  return { tokens: [...tokens] };
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
