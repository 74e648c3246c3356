import { open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileProblem } from "../file-problem.ts";
import type { KeyFile } from "../key-file.ts";
import { CliProblem } from "../problem.ts";

/**
 * Takes serials of a key for good, before a seal is made with them: a crash loses serials and never uses one twice. The count is
 * kept beside the key, in `<key>.serials`.
 *
 * @param least what is known to be taken, from the ledger
 * @param max how many a key has
 * @throws CliProblem CLI_SEAL_SERIALS where another run is at it, or the count is no count; CLI_SEAL_KEY_FULL, which takes
 *   none; CLI_FILE
 */
export async function takeSerials(
  { path: keyPath, kid }: Pick<KeyFile, "path" | "kid">,
  count: number,
  least: number,
  max: number,
): Promise<number> {
  const path = `${keyPath}.serials`;
  const lock = `${path}.lock`;
  const held = await open(lock, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "EEXIST") throw new CliProblem("CLI_SEAL_SERIALS", { path, lock });
    throw fileProblem(lock, cause);
  });
  try {
    const first = Math.max(await readNext(path, lock), least);
    if (first + count > max) throw new CliProblem("CLI_SEAL_KEY_FULL", { kid, max });
    await writeFile(`${path}.new`, `${first + count}\n`, { mode: 0o600, flush: true });
    await rename(`${path}.new`, path);
    await syncDirectory(dirname(path));
    return first;
  } finally {
    await held.close();
    await rm(lock, { force: true });
  }
}

/** Else a power cut could take the rename back, and the serials would be given once more. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function readNext(path: string, lock: string): Promise<number> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "0\n";
    throw fileProblem(path, cause);
  });
  if (/^\d{1,7}\n$/.test(text)) return Number(text);
  throw new CliProblem("CLI_SEAL_SERIALS", { path, lock });
}
