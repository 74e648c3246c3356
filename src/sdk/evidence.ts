import { sha256 } from "#crypto";
import { type Evidence, equalBytes } from "../core/index.ts";
import { encodeOpening, freshSalt, parseOpening } from "./commitment.ts";

/** A file that supports an application, prepared: what stands in the application, and what only the member gets. */
export type PreparedEvidence = {
  /** For the application: a title, and a commitment that tells nothing about the file. */
  readonly evidence: Evidence;
  /** The opening, to be encrypted with `sealEvidence`; the applicant keeps it too. */
  readonly opening: Uint8Array;
};

/** Commits to a file under its title. @param salt - fresh randomness unless a test gives it */
export function prepareEvidence(
  code: string,
  title: string,
  file: Uint8Array,
  salt: Uint8Array = freshSalt(),
): PreparedEvidence {
  const opening = encodeOpening({ salt, code, field: `evidence/${title}`, value: file });
  return { evidence: { title, commit: sha256(opening) }, opening };
}

/** Encrypts an opening to a member. @param recipient - `age1…`, as the member's record shows it @see age-encryption.org/v1 */
export async function sealEvidence(opening: Uint8Array, recipient: string): Promise<Uint8Array> {
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(opening);
}

/** The file behind a piece of evidence; `undefined` where the decrypted bytes are not what was committed to. */
export async function openEvidence(
  sealed: Uint8Array,
  identity: string,
  { title, commit }: Evidence,
): Promise<Uint8Array | undefined> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const bytes = await decrypter.decrypt(sealed);
  const opening = parseOpening(bytes);
  if (!equalBytes(sha256(bytes), commit) || opening?.field !== `evidence/${title}`)
    return undefined;
  return opening.value instanceof Uint8Array ? opening.value : undefined;
}

/** Loaded by whoever has evidence in hand; most programs never do. */
function age() {
  return import("age-encryption");
}
