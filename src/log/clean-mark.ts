import { fromUtf8, hex, utf8 } from "../core/index.ts";
import { type FileSystem, readFully, replaceFile } from "./files.ts";

/** The state of a journal when its log was closed in order: while it is still the same, the tiles can be trusted. */
export type CleanMark = {
  readonly size: number;
  readonly end: number;
  readonly digest: Uint8Array;
};

export async function writeMark(files: FileSystem, path: string, mark: CleanMark): Promise<void> {
  await replaceFile(files, path, utf8(format(mark)));
}

/** Whether the mark is there and is this one. Removes it in any case: from here on the tiles may change. */
export function takeMark(files: FileSystem, path: string, mark: CleanMark): boolean {
  if (!files.exists(path)) return false;
  const file = files.open(path, "read");
  const bytes = new Uint8Array(file.size());
  readFully(file, bytes, 0);
  file.close();
  files.remove(path);
  return fromUtf8(bytes) === format(mark);
}

function format({ size, end, digest }: CleanMark): string {
  return `clean ${size} ${end} ${hex(digest)}\n`;
}
