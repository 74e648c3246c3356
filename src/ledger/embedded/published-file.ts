import { type Checkpoint, parseCheckpoint } from "../../core/index.ts";
import { type FileSystem, readText, replaceFile } from "../../log/index.ts";
import type { Head } from "../port.ts";

/** The last checkpoint that `/log/checkpoint` served; `undefined` before the first one, or where the file is damaged. */
export async function readPublished(
  files: FileSystem,
  path: string,
): Promise<Checkpoint | undefined> {
  const note = parseCheckpoint((await readText(files, path)) ?? "");
  return note.ok ? note.value : undefined;
}

/** Remembers a checkpoint before it is served; durable when it resolves. */
export function writePublished(
  files: FileSystem,
  path: string,
  { checkpoint }: Head,
): Promise<void> {
  return replaceFile(files, path, checkpoint);
}
