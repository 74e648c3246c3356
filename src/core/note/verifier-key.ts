import { sha256 } from "#crypto";
import { base64, concat, fromBase64, hex, utf8 } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";

// c2sp.org/signed-note, "verifier keys":
//
//   vkey = name "+" id "+" base64( type key )
//   id   = 8HEXDIG                              ; lower case, SHA-256(name LF type key), first four bytes
//   name = 1*( any character but "+", spaces and control characters )

/** What a key signs: the note's text itself, or (witnesses, validators) a time and the text. */
export type NoteKeyKind = "ed25519" | "cosignature";

const TYPE_BYTES: Readonly<Record<NoteKeyKind, number>> = { ed25519: 0x01, cosignature: 0x04 };

/** Both kinds carry an Ed25519 key. */
const KEY_BYTES = 32;

/** A public key that signs notes, under a name. */
export type VerifierKey = {
  /** A log's key is named as its origin. */
  readonly name: string;
  /** First four bytes of a hash over all the rest, big-endian. It selects a key and proves nothing. */
  readonly id: number;
  readonly kind: NoteKeyKind;
  readonly publicKey: Uint8Array;
};

export type VerifierKeyRefusal =
  | { readonly code: "NOTE_KEY_FORM"; readonly text: string }
  | { readonly code: "NOTE_KEY_TYPE"; readonly type: number }
  | { readonly code: "NOTE_KEY_LENGTH"; readonly got: number; readonly want: number }
  | { readonly code: "NOTE_KEY_ID"; readonly got: string; readonly want: string };

/** Whether a text may name a key, and so be the origin of a log. */
export function isKeyName(text: string): boolean {
  // U+0085 is a space to Unicode's tables, though not to \s.
  return text !== "" && !/[\s\u0085+\p{Cc}\p{Cs}]/u.test(text);
}

/** Names a key and computes its id. `name` must satisfy `isKeyName`. */
export function verifierKey(name: string, kind: NoteKeyKind, publicKey: Uint8Array): VerifierKey {
  const digest = sha256(utf8(`${name}\n`), Uint8Array.of(TYPE_BYTES[kind]), publicKey);
  return { name, id: readUint32(digest), kind, publicKey };
}

/**
 * Reads a vkey.
 *
 * @returns the key, else the first check that failed, in the order `NOTE_KEY_FORM`, `NOTE_KEY_TYPE`,
 *   `NOTE_KEY_LENGTH`, `NOTE_KEY_ID`
 */
export function parseVerifierKey(text: string): Result<VerifierKey, VerifierKeyRefusal> {
  const {
    name = "",
    id = "",
    key = "",
  } = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<key>.+)$/u.exec(text)?.groups ?? {};
  const [type, ...publicKey] = fromBase64(key) ?? [];
  if (!isKeyName(name) || type === undefined) return err({ code: "NOTE_KEY_FORM", text });
  const kind = kindOf(type);
  if (kind === undefined) return err({ code: "NOTE_KEY_TYPE", type });
  if (publicKey.length !== KEY_BYTES) {
    return err({ code: "NOTE_KEY_LENGTH", got: publicKey.length, want: KEY_BYTES });
  }
  const parsed = verifierKey(name, kind, Uint8Array.from(publicKey));
  const want = formatKeyId(parsed.id);
  return id === want ? ok(parsed) : err({ code: "NOTE_KEY_ID", got: id, want });
}

export function formatVerifierKey({ name, id, kind, publicKey }: VerifierKey): string {
  const material = concat(Uint8Array.of(TYPE_BYTES[kind]), publicKey);
  return `${name}+${formatKeyId(id)}+${base64(material)}`;
}

/** Eight digits, as in a vkey. */
export function formatKeyId(id: number): string {
  return hex(uint32(id));
}

export function uint32(n: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

/** The first four bytes, big-endian. */
export function readUint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function kindOf(type: number): NoteKeyKind | undefined {
  return (["ed25519", "cosignature"] as const).find((kind) => TYPE_BYTES[kind] === type);
}
