import { publicEd25519 } from "#crypto";
import { type NoteKeyKind, type NoteSigner, verifierKey } from "../../../src/core/note/index.ts";

/** A signer whose seed is 32 times the same byte. */
export function signer(name: string, kind: NoteKeyKind, byte: number): NoteSigner {
  const seed = new Uint8Array(32).fill(byte);
  return { key: verifierKey(name, kind, publicEd25519(seed)), seed };
}
