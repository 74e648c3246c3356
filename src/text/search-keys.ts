import { pinyinSyllables } from "./pinyin.ts";
import { RecentMap } from "./recent-map.ts";

/** What a name is found by. The index stores it of every name, and a query is compared by its own. */
export type SearchKeys = {
  /** The name: NFKC, lower case, white space only between words of letters. */
  readonly text: string;
  /** All of it in letters and digits: Chinese as toneless pinyin, ü as u; nothing else. */
  readonly pinyin: string;
  /** The same with only the first letter of each Chinese character. */
  readonly initials: string;
};

/** Names repeat: street after street has the same lamps. About 200 B each. */
const REMEMBERED = 16_384;
const recent = new RecentMap<string, SearchKeys>(REMEMBERED);

/**
 * The keys by which a name is found: the same function for what is indexed and for what is looked up.
 *
 * @example searchKeys("石家庄市") // { text: "石家庄市", pinyin: "shijiazhuangshi", initials: "sjzs" }
 */
export function searchKeys(name: string): SearchKeys {
  const known = recent.get(name);
  if (known !== undefined) return known;
  const keys = makeKeys(name);
  recent.set(name, keys);
  return keys;
}

function makeKeys(name: string): SearchKeys {
  const text = plainText(name);
  const spoken = plainLetters(text);
  const characters = [...spoken];
  let pinyin = "";
  let initials = "";
  for (const [index, syllable] of pinyinSyllables(spoken).entries()) {
    const letters = spell(syllable);
    pinyin += letters;
    initials += syllable === characters[index] ? letters : letters.charAt(0);
  }
  return { text, pinyin, initials };
}

const SPACE_BESIDE_HAN = /(?<=\p{Script=Han}) | (?=\p{Script=Han})/gu;

function plainText(name: string): string {
  const words = name.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
  return words.includes(" ") ? words.replace(SPACE_BESIDE_HAN, "") : words;
}

/** Letters beyond ASCII and below the Chinese characters: what can carry a mark. */
const MARKED = /[\u0080-\u2e7f]/;

/** Letters without their marks, and typed `lv`, `nv` as the `lu`, `nu` that ü becomes here. */
function plainLetters(text: string): string {
  const unmarked = MARKED.test(text) ? text.normalize("NFD").replace(/\p{M}+/gu, "") : text;
  return unmarked.replace(/([ln])v/g, "$1u");
}

function spell(syllable: string): string {
  return syllable.replace(/ü/g, "u").replace(/[^\p{L}\p{N}]+/gu, "");
}
