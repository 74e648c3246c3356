import { err, ok, type Result } from "../result.ts";
import { type Code, parseCode } from "./code.ts";
import { type CodeRefusal, shiftRefusal } from "./refusal.ts";

/** Not the short name of an entity type: a letter, then at most 63 letters, digits, `_` or `-`. */
export type UrnTypeRefusal = { readonly code: "CODE_URN_TYPE"; readonly got: string };

/** Why a text is no URN of a code. Positions count in the URN. */
export type UrnRefusal =
  | { readonly code: "CODE_URN_FORM"; readonly got: string }
  | UrnTypeRefusal
  | CodeRefusal;

const PREFIX = "urn:ngsi-ld:";
const TYPE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * The name of an entity that has a code, in NGSI-LD: `urn:ngsi-ld:<Type>:<code>`.
 *
 * @returns the URN, else `CODE_URN_TYPE`
 */
export function urnFromCode(type: string, code: Code): Result<string, UrnTypeRefusal> {
  return TYPE.test(type)
    ? ok(`${PREFIX}${type}:${code}`)
    : err({ code: "CODE_URN_TYPE", got: type });
}

/**
 * Reads the URN of an entity that has a code.
 *
 * @returns type and code, else `CODE_URN_FORM` for what is not `urn:ngsi-ld:<Type>:<code>`, `CODE_URN_TYPE`, or
 *   what {@link parseCode} says, in this order
 */
export function codeFromUrn(
  urn: string,
): Result<{ readonly type: string; readonly code: Code }, UrnRefusal> {
  const colon = urn.indexOf(":", PREFIX.length);
  if (!urn.startsWith(PREFIX) || colon < 0) return err({ code: "CODE_URN_FORM", got: urn });
  const type = urn.slice(PREFIX.length, colon);
  if (!TYPE.test(type)) return err({ code: "CODE_URN_TYPE", got: type });
  const code = parseCode(urn.slice(colon + 1));
  if (!code.ok) return err(shiftRefusal(code.error, colon + 1));
  return ok({ type, code: code.value });
}
