import {
  err,
  hex,
  isCborMap,
  isShown,
  MAX_ATTACHMENT_BYTES,
  MAX_ATTACHMENTS,
  type Observation,
  ok,
  type Result,
  sha256,
} from "../core/index.ts";

/** Types of pictures that are taken, by how their bytes begin. What is not looked at by a browser cannot harm one. */
export type FileType = "image/jpeg" | "image/png" | "image/webp";

export type FileRefusal =
  | { readonly code: "DATA_FILE_MISSING"; readonly sha256: string }
  | { readonly code: "DATA_FILE_UNNAMED"; readonly sha256: string }
  | { readonly code: "DATA_FILE_COUNT"; readonly got: number; readonly max: number }
  | {
      readonly code: "DATA_FILE_SIZE";
      readonly sha256: string;
      readonly got: number;
      readonly max: number;
    }
  | {
      readonly code: "DATA_FILE_TYPE";
      readonly sha256: string;
      readonly got: string;
      readonly want: string;
    };

/** A file as a fact names it: `{"sha256", "type", "bytes"}`. */
export type FileName = { readonly sha256: string; readonly type: string; readonly bytes: number };

/** The files that shown facts name. */
export function namedFiles(observations: readonly Observation[]): FileName[] {
  return observations.flatMap((observation) =>
    observation.flatMap((fact) => {
      const value = isShown(fact) ? fact.value : undefined;
      if (!isCborMap(value)) return [];
      const { sha256: hash, type, bytes } = value;
      const isFile = hash instanceof Uint8Array && hash.length === 32;
      if (!isFile || typeof type !== "string" || typeof bytes !== "number") return [];
      return [{ sha256: hex(hash), type, bytes }];
    }),
  );
}

/** Whether these are the files that the facts name, all of them and no others, and what they say that they are. */
export function matchFiles(
  observations: readonly Observation[],
  files: readonly Uint8Array[],
): Result<ReadonlyMap<string, Uint8Array>, FileRefusal> {
  const named = new Map(namedFiles(observations).map((name) => [name.sha256, name]));
  const got = Math.max(named.size, files.length);
  if (got > MAX_ATTACHMENTS) return err({ code: "DATA_FILE_COUNT", got, max: MAX_ATTACHMENTS });
  const found = new Map<string, Uint8Array>();
  for (const bytes of files) {
    const hash = hex(sha256(bytes));
    const name = named.get(hash);
    if (name === undefined) return err({ code: "DATA_FILE_UNNAMED", sha256: hash });
    const fit = judge(name, bytes);
    if (!fit.ok) return fit;
    found.set(hash, bytes);
  }
  const missing = [...named.keys()].find((hash) => !found.has(hash));
  return missing === undefined ? ok(found) : err({ code: "DATA_FILE_MISSING", sha256: missing });
}

function judge(name: FileName, bytes: Uint8Array): Result<void, FileRefusal> {
  const { sha256: hash, type: want } = name;
  const max = Math.min(name.bytes, MAX_ATTACHMENT_BYTES);
  if (bytes.length > max || bytes.length !== name.bytes) {
    return err({ code: "DATA_FILE_SIZE", sha256: hash, got: bytes.length, max });
  }
  const got = typeOf(bytes);
  if (got !== undefined && got === want) return ok(undefined);
  return err({ code: "DATA_FILE_TYPE", sha256: hash, got: got ?? "unknown", want });
}

/** What a file is, told from its first bytes and nothing else. */
export function typeOf(bytes: Uint8Array): FileType | undefined {
  if (startsWith(bytes, 0, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (startsWith(bytes, 0, PNG)) return "image/png";
  const isWebp = startsWith(bytes, 0, ascii("RIFF")) && startsWith(bytes, 8, ascii("WEBP"));
  return isWebp ? "image/webp" : undefined;
}

export const PNG: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

export function startsWith(bytes: Uint8Array, at: number, with_: readonly number[]): boolean {
  return with_.every((byte, i) => bytes[at + i] === byte);
}
