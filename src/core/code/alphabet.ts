// By UTF-16 unit, because the scanner sees every character of a million codes.

export const HYPHEN = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

export function isUpper(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a;
}

export function isLower(unit: number): boolean {
  return unit >= 0x61 && unit <= 0x7a;
}

/** Whether `text[start, end)` is nothing but digits. */
export function isDigits(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (!isDigit(text.charCodeAt(at))) return false;
  }
  return true;
}
