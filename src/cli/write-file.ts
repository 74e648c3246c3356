import { access, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { concat, utf8 } from "../core/index.ts";
import {
  errnoOf,
  type FileSystem,
  nodeFiles,
  type OpenFile,
  publishDraft,
  writeFullyLater,
} from "../log/index.ts";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";

type Write = (bytes: Uint8Array) => Promise<void>;

export type WriteOptions = {
  readonly overwrite: boolean;
  /** Permissions; what is usual unless said. */
  readonly mode?: number;
  readonly files?: FileSystem;
};

/** Small parts are written together. */
const WRITTEN_AT_ONCE = 256 * 1024;

/** How drafts are named, and how those are found that a run left behind when it was killed. */
export const DRAFT_END = ".new";

/**
 * Writes a file as a whole: it has all of its content from the moment on which its name is there. It stays when this resolves.
 *
 * @throws CliProblem CLI_FILE_EXISTS, unless it may take the place of what is there; CLI_FILE
 */
export async function writeWholeFile(
  path: string,
  bytes: Uint8Array,
  options: WriteOptions,
): Promise<void> {
  await writeWhole(path, (write) => write(bytes), options);
}

/**
 * The same of a file that comes in parts, so that it need not fit into memory. What is given to be written is not changed
 * afterwards. Where `fill` throws, there is no file.
 */
export async function writeWhole(
  path: string,
  fill: (write: Write) => Promise<void>,
  { overwrite, mode = 0o666, files = nodeFiles }: WriteOptions,
): Promise<void> {
  const draft = `${path}.${process.pid}${DRAFT_END}`;
  files.remove(draft);
  try {
    // Nobody asked for a draft, and a write that fails names no file; of what `fill` itself throws nothing is changed.
    const told = (cause: unknown) => {
      throw fileProblem(path, cause);
    };
    const file = await openDraft(files, draft, mode).catch(told);
    const waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    let at = 0;
    const flush = async () => {
      const bytes = concat(...waiting);
      await writeFullyLater(file, bytes, at).catch(told);
      at += bytes.length;
      waiting.length = 0;
      waitingBytes = 0;
    };
    try {
      await fill(async (bytes) => {
        waiting.push(bytes);
        waitingBytes += bytes.length;
        if (waitingBytes >= WRITTEN_AT_ONCE) await flush();
      });
      await flush();
      await file.sync().catch(told);
    } finally {
      file.close();
    }
    await (overwrite ? files.rename(draft, path).catch(told) : publish(files, draft, path));
    await syncDirectory(files, dirname(path)).catch(told);
  } finally {
    files.remove(draft);
  }
}

async function openDraft(files: FileSystem, draft: string, mode: number): Promise<OpenFile> {
  return files.open(draft, "write", mode);
}

/** The same of text, in place of what is there. What is there and no file, a pipe or a terminal, is written to as it comes. */
export async function replaceByLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  if (nodeFiles.exists(path) && nodeFiles.kind(path) === "other") return writeFile(path, lines);
  const fill = async (write: Write) => {
    for await (const line of lines) await write(utf8(line));
  };
  await writeWhole(path, fill, { overwrite: true });
}

/** Of file systems, and owners, that let no directory be synced. */
const NOT_SYNCED = ["EACCES", "EPERM", "EROFS", "EINVAL", "ENOTSUP"];

/** The name lasts too, once this is done. */
async function syncDirectory(files: FileSystem, path: string): Promise<void> {
  await files.syncDirectory(path).catch((cause: unknown) => {
    if (!NOT_SYNCED.includes(errnoOf(cause) ?? "")) throw cause;
  });
}

async function publish(files: FileSystem, draft: string, path: string): Promise<void> {
  await publishDraft(files, draft, path).catch((cause: unknown) => {
    if (errnoOf(cause) === "EEXIST") throw new CliProblem("CLI_FILE_EXISTS", { path });
    throw fileProblem(path, cause);
  });
}

/** @throws CliProblem CLI_FILE_EXISTS */
export async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) throw new CliProblem("CLI_FILE_EXISTS", { path });
}
