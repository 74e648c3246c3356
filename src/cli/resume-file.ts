import { readFile, rm } from "node:fs/promises";
import { utf8 } from "../core/index.ts";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";
import type { Text } from "./text.ts";
import { writeWholeFile } from "./write-file.ts";

/** How far a command came with a file, beside that file: the same command finds it again, and goes on. */
export type ResumeFile<T> = {
  /** @throws CliProblem CLI_FILE, CLI_FILE_FORMAT */
  read(path: string): Promise<T | undefined>;
  /** Whole or not at all, and through a power cut: it is written before what it tells of is sent. For its owner alone. */
  write(path: string, state: T): Promise<void>;
  drop(path: string): Promise<void>;
};

/** @param want - what such a file is, in words */
export function resumeFile<T extends { readonly format: string }>(
  nameOf: (path: string) => string,
  format: T["format"],
  want: Text,
): ResumeFile<T> {
  return {
    async read(path) {
      const file = nameOf(path);
      const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === "ENOENT") return undefined;
        throw fileProblem(file, cause);
      });
      if (text === undefined) return undefined;
      const state = parse<T>(text);
      if (state?.format === format) return state;
      throw new CliProblem("CLI_FILE_FORMAT", { path: file, want });
    },
    write: (path, state) =>
      writeWholeFile(nameOf(path), utf8(`${JSON.stringify(state)}\n`), {
        overwrite: true,
        mode: 0o600,
      }),
    drop: (path) => rm(nameOf(path), { force: true }),
  };
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
