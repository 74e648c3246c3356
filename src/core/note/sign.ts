import { signEd25519 } from "#crypto";
import { concat, utf8 } from "../bytes.ts";
import { type Checkpoint, formatCheckpointText } from "./checkpoint.ts";
import { cosignedMessage, encodeTime } from "./cosignature.ts";
import { formatNote, type NoteSignature } from "./note.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** A key that can sign notes. */
export type NoteSigner = {
  readonly key: VerifierKey;
  /** The Ed25519 seed, 32 bytes. Secret. */
  readonly seed: Uint8Array;
};

/**
 * Signs a checkpoint as its log, once with each key (a policy names two while they rotate).
 *
 * @returns the signed note as text
 */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  const text = formatCheckpointText(checkpoint);
  return formatNote({ text, signatures: signers.map((signer) => signText(text, signer)) });
}

function signText(text: string, { key, seed }: NoteSigner): NoteSignature {
  return { name: key.name, id: key.id, signature: signEd25519(seed, utf8(text)) };
}

/**
 * Makes the signature line of a witness or validator: that it saw the log grow to the checkpoint with this text, at this time.
 * The caller has checked that; this function only signs.
 */
export function cosign(
  text: string,
  { key, seed }: NoteSigner,
  timeSeconds: number,
): NoteSignature {
  const message = cosignedMessage(timeSeconds, text);
  const signature = concat(encodeTime(timeSeconds), signEd25519(seed, message));
  return { name: key.name, id: key.id, signature };
}
