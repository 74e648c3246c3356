import { type SearchKeys, searchKeys } from "../../../text/search/index.ts";
import { innerGrams, MIN_INNER } from "./grams.ts";
import type { TokenGroup } from "./token-group.ts";

// Names are read by parts, those between numbers and the numbers: of a thousand numbered lamps only the first one is
// turned to pinyin and cut into tokens.

/** A piece of a field. */
export type Piece = {
  readonly text: string;
  /** The tokens that are wholly within it; nothing where it is short, or comes only once. */
  readonly inner: TokenGroup | undefined;
};

/** One part in each way in which it is looked for; without white space. */
export type NamePart = { readonly [Key in keyof SearchKeys]: Piece };

const MAX_CACHED_PARTS = 16_384;
const cachedParts = new Map<string, NamePart>();

export function partsOf(name: string): NamePart[] {
  const parts: NamePart[] = [];
  for (let start = 0; start < name.length; ) {
    const isNumber = isDigit(name, start);
    let end = start + 1;
    while (end < name.length && isDigit(name, end) === isNumber) end++;
    const part = name.slice(start, end);
    parts.push(isNumber ? numberPart(part) : wordPart(part));
    start = end;
  }
  return parts;
}

function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 48 && unit <= 57;
}

/** Of a number the inside is told with the text, and no second time. */
function numberPart(text: string): NamePart {
  const again = pieceAgain(text);
  return { text: { text, inner: undefined }, pinyin: again, initials: again };
}

/** A piece whose inside was told before. */
export function pieceAgain(text: string): Piece {
  return { text, inner: text.length < MIN_INNER ? undefined : NOTHING_NEW };
}

const NOTHING_NEW: TokenGroup = { tokens: [] };

function wordPart(word: string): NamePart {
  const cached = cachedParts.get(word);
  if (cached !== undefined) return cached;
  const { text, pinyin, initials } = searchKeys(word);
  const part = {
    text: pieceOf(text.replaceAll(" ", "")),
    pinyin: pieceOf(pinyin),
    initials: pieceOf(initials),
  };
  if (cachedParts.size >= MAX_CACHED_PARTS) cachedParts.clear();
  cachedParts.set(word, part);
  return part;
}

export function pieceOf(text: string): Piece {
  return { text, inner: innerGrams(text) };
}
