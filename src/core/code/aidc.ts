import { err, type Result } from "../result.ts";
import { type Code, parseCode } from "./code.ts";
import { type CodeRefusal, shiftRefusal } from "./refusal.ts";

/** Not a message of format 06 with the one data identifier 25S. */
export type AidcRefusal = { readonly code: "CODE_AIDC_FORM"; readonly got: string } | CodeRefusal;

// ISO/IEC 15434: the message begins "[)>" RS, format 06 is data identifiers between GS, and all ends with RS EOT.
const HEAD = "[)>\u001e06\u001d25S";
const TAIL = "\u001e\u0004";

/** The message that a scanner of the AIDC world reads from a plate. */
export function aidcFromCode(code: Code): string {
  return HEAD + code + TAIL;
}

/**
 * Reads such a message.
 *
 * @returns the code, else `CODE_AIDC_FORM`, or what {@link parseCode} says; positions count in the message
 */
export function codeFromAidc(message: string): Result<Code, AidcRefusal> {
  if (!message.startsWith(HEAD) || !message.endsWith(TAIL)) {
    return err({ code: "CODE_AIDC_FORM", got: message });
  }
  const code = parseCode(message.slice(HEAD.length, -TAIL.length));
  return code.ok ? code : err(shiftRefusal(code.error, HEAD.length));
}
