import { type Code, type CodeRefusal, parseCode, type ResolverHost } from "../code/index.ts";
import { err, ok, type Result } from "../result.ts";
import { type DigitsRefusal, decodeDigits, encodeDigits } from "./digits.ts";
import { MAX_SEAL_BYTES, MAX_SEAL_TEXT, MIN_SEAL_DIGITS } from "./limits.ts";
import { decodeSeal, type Seal, type SealRefusal } from "./seal.ts";

/** What stands in the symbol on a plate, in the two segments that a QR encoder needs apart. */
export type SealSegments = {
  /** The characters of QR's alphanumeric mode only. */
  readonly alphanumeric: string;
  readonly numeric: string;
};

/** A seal and how it was addressed. */
export type ScannedSeal = {
  readonly seal: Seal;
  /** The code in the address, which a forger can change; absent where digits stood alone. */
  readonly code?: Code;
  /** As it was written, in lower case; absent where there was no address. */
  readonly host?: string;
};

/** Why what was scanned holds no seal. */
export type SealTextRefusal =
  | { readonly code: "SEAL_TEXT_LENGTH"; readonly got: number; readonly max: number }
  | { readonly code: "SEAL_SCHEME"; readonly got: string }
  | { readonly code: "SEAL_NONE" }
  | { readonly code: "SEAL_LONG"; readonly got: number; readonly max: number }
  | CodeRefusal
  | DigitsRefusal
  | SealRefusal;

/** The address of a seal at a resolver, as it is printed. */
export function sealSegments(host: ResolverHost, code: Code, bytes: Uint8Array): SealSegments {
  return {
    alphanumeric: `HTTPS://${host.toUpperCase()}/${code}/`,
    numeric: encodeDigits(bytes),
  };
}

/** The same as one text. */
export function formatSealUrl(host: ResolverHost, code: Code, bytes: Uint8Array): string {
  const { alphanumeric, numeric } = sealSegments(host, code, bytes);
  return alphanumeric + numeric;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
/** With a scheme, or as people write a host without one: a code has its first slash only after `MA`. */
const AUTHORITY = /^(?:https?:\/\/([^/?#]*)\/|(?!MA[./])([0-9a-z-]+(?:\.[0-9a-z-]+)+(?::\d+)?)\/)/i;
const APPLICATION_IDENTIFIER = /^25S\//i;
const MAX_DIGITS = encodeDigits(new Uint8Array(MAX_SEAL_BYTES)).length;
const ALL_DIGITS = /^\d+$/;

/**
 * Reads a seal out of what a camera or a person gives: an address with a seal, `<code>/<digits>`, or the digits alone. White
 * space around it, a last slash and what stands behind `?` or `#` are no part of it; letters may have any case.
 *
 * The text is not trusted. Of the address only the code is judged: which hosts to believe is up to the caller.
 *
 * @returns what was read, else `SEAL_TEXT_LENGTH`; `SEAL_SCHEME` for an address of anything but http(s); `SEAL_NONE` where
 *   the last segment is not 200 digits or more; `SEAL_LONG`; of `decodeDigits`; of `decodeSeal`; of `parseCode` for the
 *   code before the digits
 */
export function readSeal(text: string): Result<ScannedSeal, SealTextRefusal> {
  const written = text.trim();
  if (written.length > MAX_SEAL_TEXT) {
    return err({ code: "SEAL_TEXT_LENGTH", got: written.length, max: MAX_SEAL_TEXT });
  }
  const scheme = SCHEME.exec(written)?.[1]?.toLowerCase();
  const hasHost = AUTHORITY.exec(written);
  if (scheme !== undefined && scheme !== "https" && scheme !== "http" && hasHost === null) {
    return err({ code: "SEAL_SCHEME", got: scheme });
  }
  const host = (hasHost?.[1] ?? hasHost?.[2])?.toLowerCase();
  const { address, digits } = splitPath(written.slice(hasHost?.[0].length ?? 0));
  if (digits.length < MIN_SEAL_DIGITS || !ALL_DIGITS.test(digits))
    return err({ code: "SEAL_NONE" });
  if (digits.length > MAX_DIGITS) {
    return err({ code: "SEAL_LONG", got: digits.length, max: MAX_DIGITS });
  }
  const bytes = decodeDigits(digits);
  if (!bytes.ok) return bytes;
  const seal = decodeSeal(bytes.value);
  if (!seal.ok) return seal;
  const code = readAddress(address, seal.value.code);
  if (code?.ok === false) return code;
  return ok({
    seal: seal.value,
    ...(code !== undefined && { code: code.value }),
    ...(host !== undefined && { host }),
  });
}

/** The last segment of a path and what stands before it, without a query, a fragment and a last slash. */
function splitPath(rest: string): { readonly address?: string; readonly digits: string } {
  const end = rest.search(/[?#]/);
  const whole = end < 0 ? rest : rest.slice(0, end);
  const path = (whole.endsWith("/") ? whole.slice(0, -1) : whole).replace(
    APPLICATION_IDENTIFIER,
    "",
  );
  const cut = path.lastIndexOf("/");
  return cut < 0 ? { digits: path } : { address: path.slice(0, cut), digits: path.slice(cut + 1) };
}

/** The code before the digits. It mostly is the one in the seal, which was parsed already. */
function readAddress(
  address: string | undefined,
  sealed: Code,
): Result<Code, CodeRefusal> | undefined {
  if (address === undefined) return undefined;
  const written = upperCase(address);
  return written === sealed ? ok(sealed) : parseCode(written);
}

/** ASCII only: other letters have upper cases that are ASCII, and would name what nobody wrote. */
function upperCase(text: string): string {
  return /[a-z]/.test(text) ? text.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : text;
}
