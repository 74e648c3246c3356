import type { Code } from "../../../core/index.ts";
import { searchKeys } from "../../../text/search/index.ts";
import { EDGE } from "./grams.ts";
import { type NamePart, partsOf } from "./name-parts.ts";
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
    const parts = partsOf(name);
    const [text, pinyin, initials] = [
      spell(parts, "text"),
      spell(parts, "pinyin"),
      spell(parts, "initials"),
    ];
    document += text + EDGE;
    if (pinyin !== text) document += pinyin + EDGE;
    if (initials !== pinyin && initials !== text) document += initials + EDGE;
  }
  for (const alias of aliases) document += spell(partsOf(alias), "text") + EDGE;
  return document;
}

function spell(parts: readonly NamePart[], key: keyof NamePart): string {
  let text = "";
  for (const part of parts) text += part[key].text;
  return text;
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
