import { err, type Result } from "../result.ts";
import { type Code, parseCode } from "./code.ts";
import { CHINA, significantPairs } from "./division.ts";
import { codeParts, codeShape } from "./parts.ts";

/** Not the six digits of a division. */
export type Gbt2260Refusal = { readonly code: "CODE_GBT2260"; readonly got: string };

/**
 * The code of a Chinese division, from its six digits in GB/T 2260: `130100` becomes `MA.156.1301`.
 *
 * @returns `CODE_GBT2260` for what are not six digits, or begins with province 00
 */
export function codeFromGbt2260(digits: string): Result<Code, Gbt2260Refusal> {
  if (digits.length === 6) {
    const parsed = parseCode(`MA.${CHINA}.${significantPairs(digits)}`);
    if (parsed.ok) return parsed;
  }
  return err({ code: "CODE_GBT2260", got: digits });
}

/** The six digits of GB/T 2260, where the code is that of a Chinese division itself. */
export function gbt2260FromCode(code: Code): string | undefined {
  return codeShape(code) === "division" ? chineseDivision(code) : undefined;
}

/** The six digits of the Chinese division that a code stands in, or is. */
export function chineseDivision(code: Code): string | undefined {
  const { country, division } = codeParts(code);
  return country === CHINA ? division?.padEnd(6, "0") : undefined;
}
