import fc from "fast-check";
import { publicEd25519, signEd25519 } from "#crypto";
import { utf8 } from "../../../src/core/bytes.ts";
import {
  formatNote,
  type NoteKeyKind,
  type NoteSigner,
  verifierKey,
} from "../../../src/core/note/index.ts";

/** A signer whose seed is 32 times the same byte. */
export function signer(name: string, kind: NoteKeyKind, byte: number): NoteSigner {
  const seed = new Uint8Array(32).fill(byte);
  return { key: verifierKey(name, kind, publicEd25519(seed)), seed };
}

/** Names of keys, with characters of one to four bytes. */
export const keyName: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(..."aZ09./-_~é城😀\u200b"),
  minLength: 1,
  maxLength: 20,
});

/** A note with any text, signed by logs. */
export function signedText(text: string, ...signers: readonly NoteSigner[]): string {
  const signatures = signers.map(({ key: { name, id }, seed }) => {
    return { name, id, signature: signEd25519(seed, utf8(text)) };
  });
  return formatNote({ text, signatures });
}
