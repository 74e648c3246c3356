import { type FileHandle, open } from "node:fs/promises";
import { HISTORY_FORMAT } from "../../verify/index.ts";
import { fileProblem } from "../file-problem.ts";

/** How each page of a history begins as we write it. */
export const HISTORY_BEGINNING: string = JSON.stringify({ format: HISTORY_FORMAT }).slice(0, -1);

/**
 * The pages of a history as we keep it: a line each, read when it is their turn, because the file may be larger than what fits
 * into memory. `undefined` where it is something else, or spelled by others.
 */
export async function historyPages(path: string): Promise<AsyncIterable<string> | undefined> {
  const file = await open(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  const buffer = Buffer.alloc(HISTORY_BEGINNING.length);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0).catch(async (cause) => {
    await file.close();
    throw fileProblem(path, cause);
  });
  if (buffer.toString("utf8", 0, bytesRead) === HISTORY_BEGINNING) return linesOf(file);
  await file.close();
  return undefined;
}

async function* linesOf(file: FileHandle): AsyncGenerator<string, void, undefined> {
  try {
    for await (const line of file.readLines({ start: 0 })) if (line !== "") yield line;
  } finally {
    await file.close();
  }
}
