import { err, type Result } from "../result.ts";
import { type Code, parseCode } from "./code.ts";
import { CHINA, significantPairs } from "./division.ts";
import { chineseDivision } from "./gbt2260.ts";
import { codeParts } from "./parts.ts";

// CJ/T 553-2024: 21 digits = 6 of the division, 6 of the class, 9 of the item. Texts throughout: the number would not
// fit a double, and would lose its leading zeros.
const UIC_DIGITS = 21;

/** Why a text is no UIC that a code can be computed from. */
export type UicRefusal =
  | { readonly code: "CODE_UIC_LENGTH"; readonly got: number; readonly want: number }
  | { readonly code: "CODE_UIC_DIGIT"; readonly position: number; readonly character: string }
  | { readonly code: "CODE_UIC_DIVISION"; readonly got: string };

/**
 * The UIC of a thing, where it can be computed: `division/class/item` with a class of six digits and an item of
 * nine. Under a department the UIC is an alias, which the registry resolves.
 */
export function uicFromCode(code: Code): string | undefined {
  const { departments, classNodes, itemNodes } = codeParts(code);
  const division = chineseDivision(code);
  const thing = [...classNodes, ...itemNodes].join("/");
  if (division === undefined || departments.length > 0) return undefined;
  if (!/^\d{6}\/\d{9}$/.test(thing)) return undefined;
  return division + thing.replace("/", "");
}

/**
 * The code that a UIC spells.
 *
 * @returns the code, else `CODE_UIC_LENGTH`, `CODE_UIC_DIGIT`, `CODE_UIC_DIVISION` (province 00), in this order
 */
export function codeFromUic(uic: string): Result<Code, UicRefusal> {
  if (uic.length !== UIC_DIGITS) {
    return err({ code: "CODE_UIC_LENGTH", got: uic.length, want: UIC_DIGITS });
  }
  const position = uic.search(/[^0-9]/);
  if (position >= 0) {
    return err({ code: "CODE_UIC_DIGIT", position, character: uic.charAt(position) });
  }
  const digits = uic.slice(0, 6);
  const division = significantPairs(digits);
  const code = parseCode(`MA.${CHINA}.${division}/${uic.slice(6, 12)}/${uic.slice(12)}`);
  return code.ok ? code : err({ code: "CODE_UIC_DIVISION", got: digits });
}
