import { access, link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { concat } from "../core/index.ts";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";

type Write = (bytes: Uint8Array) => Promise<void>;

export type WriteOptions = {
  readonly overwrite: boolean;
  /** Permissions; what is usual unless said. */
  readonly mode?: number;
};

/** Small parts are written together. */
const WRITTEN_AT_ONCE = 256 * 1024;

/** How drafts are named, and how those are found that a run left behind when it was killed. */
export const DRAFT_END = ".new";

/**
 * Writes a file as a whole: it has all of its content from the moment on which its name is there.
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
  { overwrite, mode = 0o666 }: WriteOptions,
): Promise<void> {
  const draft = `${path}.${process.pid}${DRAFT_END}`;
  await rm(draft, { force: true });
  try {
    const file = await open(draft, "wx", mode);
    // A write that fails names no file; of what `fill` itself throws nothing is changed.
    const told = (cause: unknown) => {
      throw fileProblem(path, cause);
    };
    const waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    const flush = async () => {
      await file.writeFile(concat(...waiting)).catch(told);
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
      await file.close();
    }
    await (overwrite ? rename(draft, path) : publish(draft, path));
    await syncDirectory(dirname(path));
  } finally {
    await rm(draft, { force: true });
  }
}

/** The name lasts too, once this is done. Not every file system lets a directory be synced. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r").catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}

/** A link is made only where nothing is; not every file system has them. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new CliProblem("CLI_FILE_EXISTS", { path });
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw thrown;
    await refuseExisting(path);
    await rename(draft, path);
  }
}

/** @throws CliProblem CLI_FILE_EXISTS */
export async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) throw new CliProblem("CLI_FILE_EXISTS", { path });
}
