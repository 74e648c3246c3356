import { access, link, open, rename, rm } from "node:fs/promises";
import { CliProblem } from "./problem.ts";

/**
 * Writes a file as a whole: it has all of its content from the moment on which its name is there.
 *
 * @throws CliProblem CLI_FILE_EXISTS, unless it may take the place of what is there
 */
export async function writeWholeFile(
  path: string,
  bytes: Uint8Array,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await rm(draft, { force: true });
  try {
    const file = await open(draft, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await (overwrite ? rename(draft, path) : publish(draft, path));
  } finally {
    await rm(draft, { force: true });
  }
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
