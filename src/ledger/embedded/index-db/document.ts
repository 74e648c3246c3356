import type { Code } from "../../../core/index.ts";
import { type SearchKeys, searchKeys } from "../../../text/index.ts";
import { EDGE } from "./grams.ts";
import type { RecordFields } from "./record-fields.ts";

// The document of a record: everything it can be found by, each field between line feeds, without white space:
// code, last part of the code, then of each name its text, pinyin and initials, then the aliases.

/** The document of a record. */
export function documentOf(code: Code, { names, aliases }: RecordFields): string {
  const folded = code.toLowerCase();
  let document = EDGE + folded + EDGE;
  const cut = Math.max(folded.lastIndexOf("."), folded.lastIndexOf("/")) + 1;
  if (cut > 0) document += folded.slice(cut) + EDGE;
  for (const name of names) {
    const { text, pinyin, initials } = keysOf(name);
    document += text + EDGE;
    if (pinyin !== text) document += pinyin + EDGE;
    if (initials !== pinyin && initials !== text) document += initials + EDGE;
  }
  for (const alias of aliases) document += keysOf(alias).text + EDGE;
  return document;
}

const PARTS = /\d+|\D+/g;
const MAX_CACHED_PARTS = 16_384;
const cachedParts = new Map<string, SearchKeys>();

/**
 * The search keys without white space, put together from those of the parts between numbers: of a thousand numbered
 * lamps only the first one is read.
 */
function keysOf(name: string): SearchKeys {
  const keys = { text: "", pinyin: "", initials: "" };
  for (const part of name.match(PARTS) ?? []) {
    const { text, pinyin, initials } = isNumber(part) ? numberKeys(part) : partKeys(part);
    keys.text += text;
    keys.pinyin += pinyin;
    keys.initials += initials;
  }
  return keys;
}

function isNumber(part: string): boolean {
  const unit = part.charCodeAt(0);
  return unit >= 48 && unit <= 57;
}

function numberKeys(part: string): SearchKeys {
  return { text: part, pinyin: part, initials: part };
}

function partKeys(part: string): SearchKeys {
  const cached = cachedParts.get(part);
  if (cached !== undefined) return cached;
  const keys = searchKeys(part);
  const stored = { ...keys, text: keys.text.replaceAll(" ", "") };
  if (cachedParts.size >= MAX_CACHED_PARTS) cachedParts.clear();
  cachedParts.set(part, stored);
  return stored;
}

/** One word of what was typed, in each way in which a document may spell it. */
export type Spellings = readonly string[];

/** What somebody looks for. */
export type Wanted = {
  /** The whole without white space. */
  readonly whole: Spellings;
  /** Every word must be found, in whichever field. */
  readonly words: readonly Spellings[];
};

const MAX_WORDS = 8;
const MAX_TYPED = 256;

/** Reads what was typed; `undefined` where nothing of it can be looked for. */
export function wantedOf(typed: string): Wanted | undefined {
  const words = typed.slice(0, MAX_TYPED).trim().split(/\s+/u).slice(0, MAX_WORDS);
  const spelt = words.map(spellingsOf).filter((spellings) => spellings.length > 0);
  if (spelt.length === 0) return undefined;
  return { whole: spellingsOf(words.join("")), words: spelt };
}

/** As it is; and as pinyin, unless it holds Chinese characters: these would find all that sound alike. */
function spellingsOf(word: string): Spellings {
  const { text, pinyin } = searchKeys(word);
  const plain = text.replaceAll(" ", "");
  const spellings = HAN.test(plain) ? [plain] : [plain, pinyin];
  return [...new Set(spellings)].filter((spelling) => spelling !== "");
}

const HAN = /\p{Script=Han}/u;
