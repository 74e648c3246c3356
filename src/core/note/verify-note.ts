import { checkEd25519, verifyEd25519 } from "#crypto";
import { utf8 } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";
import { cosignedMessage, readTime, TIME_BYTES } from "./cosignature.ts";
import type { NoteSignature, SignedNote } from "./note.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** Checks one Ed25519 signature by the exact rule of docs/spec/operations.md. */
export type NoteSignatureCheck = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

/** The same where the platform may answer later, as WebCrypto does. */
export type AsyncNoteSignatureCheck = (
  ...args: Parameters<NoteSignatureCheck>
) => boolean | Promise<boolean>;

/** What a signature line of a known key claims. Not true before its signature is checked. */
export type SignatureClaim = {
  readonly key: VerifierKey;
  readonly message: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** When it was cosigned; absent from a plain signature. */
  readonly timeSeconds?: number;
};

/** A key that signed the note, as checked. */
export type Attestation = { readonly key: VerifierKey; readonly timeSeconds?: number };

export type SignatureRefusal =
  | {
      readonly code: "NOTE_SIGNATURE_LENGTH";
      readonly name: string;
      readonly got: number;
      readonly want: number;
    }
  | { readonly code: "NOTE_TIME"; readonly name: string }
  | { readonly code: "NOTE_SIGNATURE"; readonly name: string }
  | { readonly code: "NOTE_UNSIGNED" };

const SIGNATURE_BYTES = 64;

/**
 * Checks every signature of a known key; lines of unknown keys are passed over.
 *
 * One bad signature of a known key spoils the note, as c2sp.org/signed-note advises: a line that looks trusted must
 * never be served on.
 *
 * @returns who signed, at least one, else the first check that failed, in the order `NOTE_SIGNATURE_LENGTH` and
 *   `NOTE_TIME` by line, `NOTE_SIGNATURE` by line, `NOTE_UNSIGNED`
 */
export function verifyNote(
  note: SignedNote,
  keys: readonly VerifierKey[],
  check: NoteSignatureCheck = verifyEd25519,
): Result<readonly Attestation[], SignatureRefusal> {
  const claims = signatureClaims(note, keys);
  if (!claims.ok) return claims;
  return judgeClaims(
    claims.value,
    claims.value.map(({ key, message, signature }) => check(key.publicKey, message, signature)),
  );
}

/** `verifyNote` with a check that may answer later. */
export async function verifyNoteAsync(
  note: SignedNote,
  keys: readonly VerifierKey[],
  check: AsyncNoteSignatureCheck = checkEd25519,
): Promise<Result<readonly Attestation[], SignatureRefusal>> {
  const claims = signatureClaims(note, keys);
  if (!claims.ok) return claims;
  return judgeClaims(
    claims.value,
    await Promise.all(
      claims.value.map(({ key, message, signature }) => check(key.publicKey, message, signature)),
    ),
  );
}

/** What is left to check: one Ed25519 signature for each line of a known key, in the order of the lines. */
function signatureClaims(
  note: SignedNote,
  keys: readonly VerifierKey[],
): Result<readonly SignatureClaim[], SignatureRefusal> {
  const claims: SignatureClaim[] = [];
  for (const line of note.signatures) {
    // Name and id together select the key; a line that shares only one of them is a stranger's.
    const key = keys.find(({ name, id }) => name === line.name && id === line.id);
    if (key === undefined) continue;
    const claim = claimOf(key, line, note.text);
    if (!claim.ok) return claim;
    claims.push(claim.value);
  }
  return ok(claims);
}

function claimOf(
  key: VerifierKey,
  { name, signature: bytes }: NoteSignature,
  text: string,
): Result<SignatureClaim, SignatureRefusal> {
  const want = SIGNATURE_BYTES + (key.kind === "cosignature" ? TIME_BYTES : 0);
  if (bytes.length !== want) {
    return err({ code: "NOTE_SIGNATURE_LENGTH", name, got: bytes.length, want });
  }
  if (key.kind === "ed25519") return ok({ key, message: utf8(text), signature: bytes });
  const timeSeconds = readTime(bytes);
  if (timeSeconds === undefined) return err({ code: "NOTE_TIME", name });
  const message = cosignedMessage(timeSeconds, text);
  return ok({ key, message, signature: bytes.slice(TIME_BYTES), timeSeconds });
}

function judgeClaims(
  claims: readonly SignatureClaim[],
  verdicts: readonly boolean[],
): Result<readonly Attestation[], SignatureRefusal> {
  const bad = claims[verdicts.indexOf(false)];
  if (bad !== undefined) return err({ code: "NOTE_SIGNATURE", name: bad.key.name });
  if (claims.length === 0) return err({ code: "NOTE_UNSIGNED" });
  return ok(
    claims.map(({ key, timeSeconds }) =>
      timeSeconds === undefined ? { key } : { key, timeSeconds },
    ),
  );
}
