import { err, ok, type Result } from "../result.ts";
import { type Code, parseCode } from "./code.ts";
import { type HostRefusal, parseResolverHost, type ResolverHost } from "./host.ts";
import { type CodeRefusal, shiftRefusal } from "./refusal.ts";

/** Why a text is no `did:web` of a code. Positions count in the DID. */
export type DidRefusal =
  | { readonly code: "CODE_DID_FORM"; readonly got: string }
  | HostRefusal
  | CodeRefusal;

const PREFIX = "did:web:";

/** The DID of a code: `did:web:<host>:<code with "/" as ":">`; the colon of a port is percent-encoded. */
export function didWebFromCode(host: ResolverHost, code: Code): string {
  return `${PREFIX}${host.replace(":", "%3A")}:${code.replaceAll("/", ":")}`;
}

/**
 * Reads the `did:web` of a code.
 *
 * @returns host and code, else `CODE_DID_FORM` for what is not `did:web:<host>:<path>`, `CODE_HOST`,
 *   `CODE_CHARACTER` for a slash (its place is taken by a colon), or what {@link parseCode} says, in this order
 */
export function codeFromDidWeb(
  did: string,
): Result<{ readonly host: ResolverHost; readonly code: Code }, DidRefusal> {
  const colon = did.indexOf(":", PREFIX.length);
  if (!did.startsWith(PREFIX) || colon < 0) return err({ code: "CODE_DID_FORM", got: did });
  const host = parseResolverHost(did.slice(PREFIX.length, colon).replace("%3A", ":"));
  if (!host.ok) return host;
  const slash = did.indexOf("/", colon);
  if (slash >= 0) return err({ code: "CODE_CHARACTER", position: slash, character: "/" });
  const code = parseCode(did.slice(colon + 1).replaceAll(":", "/"));
  if (!code.ok) return err(shiftRefusal(code.error, colon + 1));
  return ok({ host: host.value, code: code.value });
}
