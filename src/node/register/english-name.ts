import { pinyinSyllables } from "../../text/search/index.ts";
import { BARE_NATIONALITIES, NATIONALITIES, OWN_NAMES, PROVINCES, STEMS } from "./english-words.ts";

// The English name of a division: its own name in pinyin, or as the language it comes from is written, and the rank
// in English. A name of one syllable keeps its rank (Yixian County), as GB/T 28039 has it.

/** What stands at the end of a Chinese name, and for it in English; `""` for what English leaves out. */
const RANKS: readonly (readonly [zh: string, en: string])[] = [
  ["自治州", "Autonomous Prefecture"],
  ["自治县", "Autonomous County"],
  ["自治旗", "Autonomous Banner"],
  ["矿区", "Mining District"],
  ["新区", "New District"],
  ["地区", "Prefecture"],
  ["特区", "Special District"],
  ["林区", "Forestry District"],
  ["左旗", "Left Banner"],
  ["右旗", "Right Banner"],
  ["前旗", "Front Banner"],
  ["中旗", "Middle Banner"],
  ["后旗", "Rear Banner"],
  ["联合旗", "United Banner"],
  ["旗", "Banner"],
  ["盟", "League"],
  ["区", "District"],
  ["县", "County"],
  ["市", ""],
];

/** Names a Chinese division in English. `digits` is its GB/T 2260 code. */
export function englishName(digits: string, zh: string): string {
  const known = PROVINCES[digits] ?? OWN_NAMES[digits];
  if (known !== undefined) return known;
  const rank = RANKS.find(([suffix]) => zh.endsWith(suffix) && zh !== suffix);
  if (rank === undefined) return romanized(zh);
  const [suffix, title] = rank;
  const { stem, nationalities } = splitNationalities(
    zh.slice(0, -suffix.length),
    suffix.startsWith("自治"),
  );
  // "Chengqu District", "Yixian County": one syllable alone is no name.
  const own = [...stem].length === 1 && nationalities.length === 0 ? stem + suffix : stem;
  return [romanized(own), ...nationalities, title].filter((part) => part !== "").join(" ");
}

/** Takes the names of nationalities off the end: 恩施土家族苗族 is Enshi, of the Tujia and the Miao. */
function splitNationalities(
  name: string,
  isAutonomous: boolean,
): { stem: string; nationalities: string[] } {
  const known = isAutonomous ? [...NATIONALITIES, ...BARE_NATIONALITIES] : NATIONALITIES;
  const nationalities: string[] = [];
  let stem = name;
  for (;;) {
    const found = known.find(([zh]) => stem.endsWith(zh));
    if (found === undefined) return { stem, nationalities };
    const [zh, en] = found;
    stem = stem.slice(0, -zh.length);
    nationalities.unshift(en);
  }
}

/** Long stems first, so that a name within a longer one does not go before it. */
const KNOWN_STEMS = [...STEMS].sort(([a], [b]) => b.length - a.length);

function romanized(name: string): string {
  if (name === "") return "";
  const known = KNOWN_STEMS.find(([zh]) => name.startsWith(zh));
  if (known === undefined) return capitalized(joined(pinyinSyllables(name)));
  const [zh, en] = known;
  const rest = name.slice(zh.length);
  return rest === "" ? en : `${en} ${romanized(rest)}`;
}

/** Xi'an, not Xian: an apostrophe goes before a syllable that begins with a vowel. */
function joined(syllables: readonly string[]): string {
  return syllables.reduce((word, next) => word + (/^[aeo]/.test(next) ? "'" : "") + next);
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
