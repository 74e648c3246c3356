import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvariantError } from "../../core/index.ts";
import type { BlobStore } from "./port.ts";

const NAME = /^[a-z0-9-]+(?:[./][a-z0-9-]+)*$/;
const MAX_NAME_CHARACTERS = 200;
/** Ends the name of a file that is being written. No name of a blob does. */
const UNFINISHED = "~";

/** A store of one file a blob below `directory`, which is made when needed; readable by the owner alone. */
export function directoryStore(directory: string): BlobStore {
  const pathOf = (name: string): string => join(directory, checked(name));
  return {
    get: (name) => ifThere(readFile(pathOf(name))),
    size: async (name) => (await ifThere(stat(pathOf(name))))?.size,
    put: (name, bytes) => write(pathOf(name), bytes),
    delete: (name) => rm(pathOf(name), { force: true, recursive: true }),
    list: async (folder) => {
      const names = await ifThere(readdir(folder === "" ? directory : pathOf(folder)));
      return (names ?? []).filter((name) => !name.endsWith(UNFINISHED)).sort();
    },
  };
}

function checked(name: string): string {
  if (NAME.test(name) && name.length <= MAX_NAME_CHARACTERS) return name;
  throw new InvariantError(`no name of a blob: ${name}`);
}

/** Writes beside and renames, so that a crash leaves the old blob or the new one. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = path + UNFINISHED;
  const file = await open(unfinished, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw cause;
  }
}
