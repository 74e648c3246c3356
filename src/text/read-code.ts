import {
  type CheckRefusal,
  type Code,
  type CodeRefusal,
  err,
  ok,
  parseCode,
  type Result,
  verifyCheckCharacter,
} from "../core/index.ts";
import { codeInUrl } from "./resolver-url.ts";
import { originAt, sliceTraced, type Traced, traced, trimTraced } from "./traced.ts";

/** What was read: the code, and whether a check character stood behind it (and matched). */
export type ReadCode = { readonly code: Code; readonly hadCheck: boolean };

/** Why what was typed is no code. Every `position` counts UTF-16 units in the text as it was typed. */
export type ReadRefusal =
  | {
      readonly code: "CODE_TYPED_LENGTH";
      readonly position: number;
      readonly got: number;
      readonly max: number;
    }
  | { readonly code: "CODE_CHECK_FORM"; readonly position: number; readonly got: string }
  | (CheckRefusal & { readonly position: number })
  | CodeRefusal;

/** The longest URL with a seal is shorter by half. */
const TYPED_CHARACTERS_MAX = 2048;

/**
 * Reads a code as people type, paste or scan it: full-width letters and digits, `。` for the dot, lower case, white
 * space around it, a resolver's URL (of any style, with a seal or without), a check character behind `*`.
 *
 * For people only: what programs exchange is read by `parseCode`, which takes one spelling.
 *
 * @returns the code, else `CODE_TYPED_LENGTH`; what `parseCode` says of the code that was found; `CODE_CHECK_FORM`
 *   where not one letter or digit follows the `*`; `CODE_CHECK` where it does not match
 * @example readCode("ｍａ。156。1301*8")
 */
export function readCode(typed: string): Result<ReadCode, ReadRefusal> {
  if (typed.length > TYPED_CHARACTERS_MAX) {
    const [got, max] = [typed.length, TYPED_CHARACTERS_MAX];
    return err({ code: "CODE_TYPED_LENGTH", position: max, got, max });
  }
  const written = withoutTail(codeInUrl(trimTraced(traced(typed, respell))));
  const star = written.text.indexOf("*");
  if (star < 0) {
    const code = parseTraced(written);
    return code.ok ? ok({ code: code.value, hadCheck: false }) : code;
  }
  const code = parseTraced(sliceTraced(written, 0, star));
  if (!code.ok) return code;
  const check = readCheck(code.value, sliceTraced(written, star + 1, written.text.length));
  return check.ok ? ok({ code: code.value, hadCheck: true }) : check;
}

// NFKC makes ASCII of full-width forms; the rest are dots, slashes and dashes as keyboards and word processors make them.
const LOOKALIKES: { readonly [character: string]: string } = {
  "。": ".",
  "∕": "/",
  "⁄": "/",
  "−": "-",
  "‐": "-",
  "–": "-",
  "—": "-",
};
/** Characters that nobody sees: they come along when text is copied. */
const INVISIBLE = /^[\u00ad\u200b-\u200f\u2060\ufeff]$/;

/** One typed character in the alphabet of codes, as far as it has a place there. */
function respell(character: string): string {
  if (INVISIBLE.test(character)) return "";
  const plain = character.normalize("NFKC");
  return (LOOKALIKES[plain] ?? plain).replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** Drops a seal (a last segment of at least 200 digits) and one slash at the end. */
function withoutTail(written: Traced): Traced {
  const end = written.text.search(/(?:\/[0-9]{200,})?\/?$/);
  return sliceTraced(written, 0, end);
}

function parseTraced({ text, origins }: Traced): Result<Code, CodeRefusal> {
  const code = parseCode(text);
  if (code.ok) return code;
  return err({ ...code.error, position: originAt(origins, code.error.position) });
}

function readCheck(code: Code, { text, origins }: Traced): Result<void, ReadRefusal> {
  const position = originAt(origins, 0);
  if (!/^[0-9A-Z]$/.test(text)) return err({ code: "CODE_CHECK_FORM", position, got: text });
  const verdict = verifyCheckCharacter(code, text);
  return verdict.ok ? verdict : err({ ...verdict.error, position });
}
