import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Terms } from "./draft.ts";

/** An import that was signed and is not done: enough to go on after a break, from the same file. */
export type ImportState = {
  readonly format: "cityid/import/v1";
  /** Id of the manifest, hex. */
  readonly id: string;
  /** The signed operation, base64. It is public, or will be. */
  readonly operation: string;
  readonly terms: Terms;
  readonly map: readonly string[];
  readonly rest: "attributes" | "ignore";
  /** Rows that were left out, by line: what is wrong with a row may change, what was signed not. */
  readonly skipped: readonly number[];
};

/** Beside the file, so that the same command finds it again. */
export function stateFileOf(path: string): string {
  return `${path}.import.json`;
}

export async function readState(path: string): Promise<ImportState | undefined> {
  const file = stateFileOf(path);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw fileProblem(file, cause);
  });
  if (text === undefined) return undefined;
  const state = parse(text);
  if (state?.format === "cityid/import/v1") return state;
  const want = { en: "the state of an import", zh: "导入的进度文件" };
  throw new CliProblem("CLI_FILE_FORMAT", { path: file, want });
}

function parse(text: string): ImportState | undefined {
  try {
    return JSON.parse(text) as ImportState;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: it is written before the operation is sent. */
export async function writeState(path: string, state: ImportState): Promise<void> {
  const file = stateFileOf(path);
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

export async function dropState(path: string): Promise<void> {
  await rm(stateFileOf(path), { force: true });
}
