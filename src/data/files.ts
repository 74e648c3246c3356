import {
  err,
  hex,
  isCborMap,
  isShown,
  MAX_ATTACHMENT_BYTES,
  MAX_ATTACHMENTS,
  type Observation,
  ok,
  pictureType,
  type Result,
  sha256,
} from "../core/index.ts";

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
  const got = pictureType(bytes);
  if (got !== undefined && got === want) return ok(undefined);
  return err({ code: "DATA_FILE_TYPE", sha256: hash, got: got ?? "unknown", want });
}
