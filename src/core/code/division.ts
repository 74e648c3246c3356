import { isDigits } from "./alphabet.ts";

/** Country 156, China: the one whose divisions follow a register, GB/T 2260. */
export const CHINA = "156";

// GB/T 2260 codes are three pairs of digits: province, prefecture, county. A division is written without the pairs
// `00` at its end, so that each has one spelling: 130000 is 13, 130100 is 1301, 429004 stays as it is.

/** Whether this is the spelling, canonical or not, of a division of China. There is no province 00. */
export function isChineseDivision(text: string): boolean {
  const { length } = text;
  const pairs = length === 2 || length === 4 || length === 6;
  return pairs && isDigits(text, 0, length) && !text.startsWith("00");
}

/** Cuts the pairs `00` off the end of a division of China. */
export function significantPairs(division: string): string {
  return division.endsWith("00") ? significantPairs(division.slice(0, -2)) : division;
}
