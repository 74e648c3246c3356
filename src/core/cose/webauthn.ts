import { base64urlnopad } from "@scure/base";
import { sha256 } from "#crypto";
import { concat, equalBytes, utf8 } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";
import type { Webauthn } from "./sign1.ts";

/** Where a passkey may sign: stored with its key. */
export type Passkey = {
  /** The relying party, a domain name. */
  readonly rpId: string;
  /**
   * The one origin whose pages may ask, as browsers write it: `https://example.org`. Operations bring it in a shape that
   * has no character which JSON escapes.
   */
  readonly origin: string;
};

/** Why a passkey's signature does not speak for the message. */
export type WebauthnRefusal =
  | { readonly code: "COSE_WEBAUTHN_DATA"; readonly got: number; readonly min: number }
  | { readonly code: "COSE_WEBAUTHN_RP"; readonly rpId: string }
  | { readonly code: "COSE_WEBAUTHN_FLAGS"; readonly got: number; readonly want: number }
  | { readonly code: "COSE_WEBAUTHN_CLIENT"; readonly offset: number };

// authenticatorData = SHA-256(rpId) ‖ flags ‖ counter (4 bytes) ‖ extensions. WebAuthn §6.1.
const RP_ID_HASH_BYTES = 32;
const MIN_AUTHENTICATOR_DATA_BYTES = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const WANTED_FLAGS = USER_PRESENT | USER_VERIFIED;

/** What a passkey is asked to sign, so that it signs `message` (a Sig_structure): the challenge of `credentials.get`. */
export function webauthnChallenge(message: Uint8Array): Uint8Array {
  return sha256(message);
}

/**
 * The bytes that the passkey's signature must cover, once all that stands in them was found right.
 *
 * @returns authenticatorData ‖ SHA-256(clientDataJSON), or the first check that failed: `COSE_WEBAUTHN_DATA`,
 *   `COSE_WEBAUTHN_RP`, `COSE_WEBAUTHN_FLAGS`, `COSE_WEBAUTHN_CLIENT`
 * @see Web Authentication Level 2 §7.2
 */
export function webauthnMessage(
  passkey: Passkey,
  message: Uint8Array,
  { authenticatorData, clientDataJson }: Webauthn,
): Result<Uint8Array, WebauthnRefusal> {
  const got = authenticatorData.length;
  if (got < MIN_AUTHENTICATOR_DATA_BYTES) {
    return err({ code: "COSE_WEBAUTHN_DATA", got, min: MIN_AUTHENTICATOR_DATA_BYTES });
  }
  const { rpId, origin } = passkey;
  if (!equalBytes(authenticatorData.subarray(0, RP_ID_HASH_BYTES), sha256(utf8(rpId)))) {
    return err({ code: "COSE_WEBAUTHN_RP", rpId });
  }
  const flags = authenticatorData[RP_ID_HASH_BYTES] as number;
  if ((flags & WANTED_FLAGS) !== WANTED_FLAGS) {
    return err({ code: "COSE_WEBAUTHN_FLAGS", got: flags, want: WANTED_FLAGS });
  }
  const offset = firstDifference(clientDataJson, webauthnChallenge(message), origin);
  if (offset !== undefined) return err({ code: "COSE_WEBAUTHN_CLIENT", offset });
  return ok(concat(authenticatorData, sha256(clientDataJson)));
}

const CLOSING_BRACE = 0x7d;
const COMMA = 0x2c;

/**
 * The limited verification algorithm: clientDataJSON must begin with exactly the bytes that browsers write for this type,
 * challenge and origin, then end the object or go on with another member. No JSON is parsed, so no two parsers can differ.
 *
 * @returns where it differs
 * @see Web Authentication Level 2 §5.8.1.2
 */
function firstDifference(
  clientDataJson: Uint8Array,
  challenge: Uint8Array,
  origin: string,
): number | undefined {
  const expected = utf8(
    `{"type":"webauthn.get","challenge":"${base64urlnopad.encode(challenge)}"` +
      `,"origin":"${origin}","crossOrigin":false`,
  );
  const differs = expected.findIndex((byte, i) => byte !== clientDataJson[i]);
  if (differs >= 0) return differs;
  const next = clientDataJson[expected.length];
  return next === CLOSING_BRACE || next === COMMA ? undefined : expected.length;
}
