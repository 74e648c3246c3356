import { pinyin } from "pinyin-pro";
import { CHARACTER_READINGS, PLACE_READINGS } from "./place-readings.ts";

/** A place name that stands at the beginning of some text, with a syllable for each of its characters. */
type Reading = { readonly word: string; readonly syllables: readonly string[] };

/** The readings of ours by their first character. No word of the table begins with another. */
let readings: Map<string, Reading[]> | undefined;

/**
 * Reads each character of a text: a Chinese one as its syllable without tone (ü stays ü), any other as itself.
 *
 * @returns as many entries as the text has characters (code points)
 */
export function pinyinSyllables(text: string): string[] {
  const syllables = pinyin(text, { toneType: "none", type: "array", toneSandhi: false });
  const characters = [...text];
  for (let at = 0; at < characters.length; ) {
    const ours = readingAt(characters, at);
    if (ours !== undefined) syllables.splice(at, ours.syllables.length, ...ours.syllables);
    at += ours?.syllables.length ?? 1;
  }
  return syllables;
}

function readingAt(characters: readonly string[], at: number): Reading | undefined {
  readings ??= indexReadings();
  const candidates = readings.get(characters[at] ?? "");
  return candidates?.find(({ word, syllables }) => {
    return syllables.length === 1 || characters.slice(at, at + syllables.length).join("") === word;
  });
}

function indexReadings(): Map<string, Reading[]> {
  const index = new Map<string, Reading[]>();
  for (const [word, reading] of [...PLACE_READINGS, ...CHARACTER_READINGS]) {
    const first = word.charAt(0);
    const siblings = index.get(first) ?? [];
    siblings.push({ word, syllables: reading.split(" ") });
    index.set(first, siblings);
  }
  return index;
}
