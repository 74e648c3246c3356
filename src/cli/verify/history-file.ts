import { open } from "node:fs/promises";
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
  return (await beginsWith(path, beginning)) ? linesOf(path) : undefined;
}

/** Whether a file begins so. @throws CliProblem CLI_FILE */
export async function beginsWith(path: string, beginning: string): Promise<boolean> {
  const buffer = Buffer.alloc(beginning.length);
  try {
    await using file = await open(path);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString("utf8", 0, bytesRead) === beginning;
  } catch (cause) {
    throw fileProblem(path, cause);
  }
}

/** Opened when the first line is asked for: what nobody reads leaves nothing open. */
async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  const file = await open(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  try {
    for await (const line of file.readLines()) if (line !== "") yield line;
  } finally {
    await file.close();
  }
}
