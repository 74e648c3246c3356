import { existsSync, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { type Checkpoint, parseCheckpoint } from "../../core/index.ts";
import type { Head } from "../port.ts";

/** The last checkpoint that `/log/checkpoint` served; `undefined` before the first one, or where the file is damaged. */
export function readPublished(path: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  const note = parseCheckpoint(readFileSync(path, "utf8"));
  return note.ok ? note.value : undefined;
}

/** Remembers a checkpoint before it is served; durable when it resolves. */
export async function writePublished(path: string, { checkpoint }: Head): Promise<void> {
  const file = await open(`${path}.new`, "w", 0o644);
  try {
    await file.writeFile(checkpoint);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const directory = await open(dirname(path), "r");
  await directory.sync().finally(() => directory.close());
}
