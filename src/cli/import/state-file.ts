import { type ResumeFile, resumeFile } from "../resume-file.ts";
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

const file: ResumeFile<ImportState> = resumeFile<ImportState>(stateFileOf, "cityid/import/v1", {
  en: "the state of an import",
  zh: "导入的进度文件",
});

export const readState: ResumeFile<ImportState>["read"] = file.read;
export const writeState: ResumeFile<ImportState>["write"] = file.write;
export const dropState: ResumeFile<ImportState>["drop"] = file.drop;
