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
  return linesBeginning(path, HISTORY_BEGINNING);
}

/** The lines of a file, one at a time, if it begins so. @throws CliProblem CLI_FILE */
export async function linesBeginning(
  path: string,
  beginning: string,
): Promise<AsyncGenerator<string, void, undefined> | undefined> {
  const file = await open(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  const buffer = Buffer.alloc(beginning.length);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0).catch(async (cause) => {
    await file.close();
    throw fileProblem(path, cause);
  });
  if (buffer.toString("utf8", 0, bytesRead) === beginning) return linesOf(file);
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
