import { present } from "../invariant.ts";
import { err, ok, type Result } from "../result.ts";
import { isDigit, isUpper } from "./alphabet.ts";
import type { Code } from "./code.ts";

/** The character beside a code is not the one that the code gives. */
export type CheckRefusal = {
  readonly code: "CODE_CHECK";
  readonly got: string;
  readonly want: string;
};

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const RADIX = ALPHABET.length;

/**
 * The check character that stands behind a code on plates, as `code*check`. It is no part of the code.
 *
 * It catches every substitution of one letter or digit; the separators are left out of it.
 * @see ISO/IEC 7064 MOD 37,36 (hybrid system)
 */
export function checkCharacter(code: Code): string {
  return mod3736(code);
}

/** ISO/IEC 7064 MOD 37,36 of the letters, upper case, and digits of a text. */
export function mod3736(text: string): string {
  let product = RADIX;
  for (let at = 0; at < text.length; at += 1) {
    const value = digitValue(text.charCodeAt(at));
    if (value === undefined) continue;
    const sum = (product + value) % RADIX || RADIX;
    product = (sum * 2) % (RADIX + 1);
  }
  return present(ALPHABET[(RADIX + 1 - product) % RADIX], "a check character");
}

function digitValue(unit: number): number | undefined {
  if (isDigit(unit)) return unit - 0x30;
  return isUpper(unit) ? unit - 0x41 + 10 : undefined;
}

/**
 * Compares the check character that was read with the one that belongs there.
 *
 * @returns nothing when they agree, else `CODE_CHECK`
 */
export function verifyCheckCharacter(code: Code, got: string): Result<void, CheckRefusal> {
  const want = checkCharacter(code);
  return got === want ? ok(undefined) : err({ code: "CODE_CHECK", got, want });
}

/** A code as it is printed for people: with its check character, `MA.156.1301*X`. */
export function formatPrinted(code: Code): string {
  return `${code}*${checkCharacter(code)}`;
}
