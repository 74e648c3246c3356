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

type Spoken = Pick<SearchKeys, "pinyin" | "initials">;

/**
 * The keys by which a name is found: the same function for what is indexed and for what is looked up.
 *
 * @example searchKeys("石家庄市") // { text: "石家庄市", pinyin: "shijiazhuangshi", initials: "sjzs" }
 */
export function searchKeys(name: string): SearchKeys {
  const text = plainText(name);
  let pinyin = "";
  let initials = "";
  for (const [run] of text.matchAll(RUN)) {
    const spoken = HAN.test(run) ? readHan(run) : readLetters(run);
    pinyin += spoken.pinyin;
    initials += spoken.initials;
  }
  return { text, pinyin, initials };
}

const RUN = /\p{Script=Han}+|\P{Script=Han}+/gu;
const HAN = /^\p{Script=Han}/u;
const SPACE_BESIDE_HAN = /(?<=\p{Script=Han}) | (?=\p{Script=Han})/gu;

function plainText(name: string): string {
  const words = name.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
  return words.includes(" ") ? words.replace(SPACE_BESIDE_HAN, "") : words;
}

/** Names repeat their words while their numbers differ: a city's lamps share a few thousand runs of characters. */
const REMEMBERED_RUNS = 16_384;
const recent = new RecentMap<string, Spoken>(REMEMBERED_RUNS);

function readHan(run: string): Spoken {
  const known = recent.get(run);
  if (known !== undefined) return known;
  const syllables = pinyinSyllables(run).map((syllable) => syllable.replace("ü", "u"));
  const initials = syllables.map(([initial]) => initial);
  const spoken = { pinyin: syllables.join(""), initials: initials.join("") };
  recent.set(run, spoken);
  return spoken;
}

/** Letters and digits without marks, and typed `lv`, `nv` as the `lu`, `nu` that ü becomes here. */
function readLetters(run: string): Spoken {
  const unmarked = run.normalize("NFD").replace(/[^\p{L}\p{N}]+/gu, "");
  const letters = unmarked.replace(/([ln])v/g, "$1u");
  return { pinyin: letters, initials: letters };
}
