import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";

const LINE_FEED = 0x0a;

/** The documents of a file, one a line, from line `from` on. @throws CliProblem CLI_FILE, CLI_FILE_FORMAT */
export async function* readDocuments<T>(
  path: string,
  from = 0,
): AsyncGenerator<T, void, undefined> {
  const input = createReadStream(path);
  try {
    let at = 0;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (at++ >= from) yield parse<T>(path, line, at);
    }
  } catch (cause) {
    throw cause instanceof CliProblem || !Object(cause).syscall ? cause : fileProblem(path, cause);
  } finally {
    input.destroy();
  }
}

function parse<T>(path: string, line: string, number: number): T {
  try {
    return JSON.parse(line) as T;
  } catch {
    const want = { en: `JSON in line ${number}`, zh: `第 ${number} 行应为 JSON` };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
}

/** A file that grows by whole lines. */
export type LineFile = {
  /** Lines that it had when it was opened. */
  readonly lines: number;
  append(lines: readonly string[]): Promise<void>;
  /** Returns when all of it is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** Opens one to go on with it; a last line that is not whole was being written when a run was killed, and goes. */
export async function openLines(path: string): Promise<LineFile> {
  const told = (cause: unknown) => {
    throw fileProblem(path, cause);
  };
  const file = await open(path, "a+", 0o600).catch(told);
  const { lines, end } = await countLines(path);
  await file.truncate(end).catch(told);
  return {
    lines,
    append: (more) => file.appendFile(more.map((line) => `${line}\n`).join("")).catch(told),
    sync: () => file.sync().catch(told),
    close: () => file.close(),
  };
}

/** Whole lines of a file, and where the last one ends. */
async function countLines(path: string): Promise<{ readonly lines: number; readonly end: number }> {
  let [lines, end, offset] = [0, 0, 0];
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = part.indexOf(LINE_FEED); at >= 0; at = part.indexOf(LINE_FEED, at + 1)) {
      lines += 1;
      end = offset + at + 1;
    }
    offset += part.length;
  }
  return { lines, end };
}
