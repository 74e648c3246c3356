// Most texts are short ASCII and come again and again: names of fields, kinds, dates, codes of parents. They are found by
// their bytes, so that no string is made of them, and the engine can compare them by identity.

const SLOTS = 4096;

/** Longer ones are hardly ever repeated. */
export const MAX_SHORT_BYTES = 64;

/** One text a slot; the next one with the same slot takes its place. What comes from outside can only fill the table. */
const texts: string[] = Array.from({ length: SLOTS }, () => "");

/** The text of `bytes[start, end)`, which is at most `MAX_SHORT_BYTES` long; `undefined` unless it is ASCII. */
export function shortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let hash = end - start;
  for (let i = start; i < end; i++) {
    const unit = bytes[i] as number;
    if (unit > 0x7f) return undefined;
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = texts[slot] as string;
  if (isText(known, bytes, start, end)) return known;
  const text = make(bytes, start, end);
  texts[slot] = text;
  return text;
}

function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = start; i < end; i++) if (text.charCodeAt(i - start) !== bytes[i]) return false;
  return true;
}

/** By fours: a string for each character would be four times the work. */
function make(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  let i = start;
  for (; i + 4 <= end; i += 4) text += four(bytes, i);
  for (; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

function four(bytes: Uint8Array, at: number): string {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as number[];
  return String.fromCharCode(a as number, b as number, c as number, d as number);
}
