import { dirname, join } from "node:path";
import { InvariantError } from "../core/index.ts";
import {
  DRAFT,
  errnoOf,
  type FileSystem,
  nodeFiles,
  openIfThere,
  readFile,
  replaceFile,
} from "../log/index.ts";
import type { BlobStore } from "../server/index.ts";
import { turns } from "./turns.ts";

const NAME = /^[a-z0-9-]+(?:[./][a-z0-9-]+)*$/;
const MAX_NAME_CHARACTERS = 200;

/** A store of one file a blob below `directory`, which is made when needed; readable by the owner alone. */
export function directoryStore(directory: string, files: FileSystem = nodeFiles): BlobStore {
  const pathOf = (name: string): string => join(directory, checked(name));
  const inTurn = turns();
  const placed = { permissions: 0o600, below: dirname(directory) };
  return {
    get: (name) => readFile(files, pathOf(name)),
    size: async (name) => sizeOf(files, pathOf(name)),
    put: (name, bytes) => {
      const path = pathOf(name);
      return inTurn(path, () => replaceFile(files, path, bytes, placed));
    },
    delete: (name) => {
      const path = pathOf(name);
      return inTurn(path, () => erase(files, path));
    },
    list: async (folder) => {
      const names = listIfThere(files, folder === "" ? directory : pathOf(folder));
      return names.filter(isName);
    },
  };
}

/** What a write that was broken off left of it too; it does not come back when the power goes. */
async function erase(files: FileSystem, path: string): Promise<void> {
  const left = [path, path + DRAFT].filter((each) => files.exists(each));
  for (const each of left) files.removeTree(each);
  if (files.exists(dirname(path))) await files.syncDirectory(dirname(path));
}

/** Drafts are no blobs. */
function isName(name: string): boolean {
  return NAME.test(name) && name.length <= MAX_NAME_CHARACTERS && !name.endsWith(DRAFT);
}

function checked(name: string): string {
  if (isName(name)) return name;
  throw new InvariantError(`no name of a blob: ${name}`);
}

function sizeOf(files: FileSystem, path: string): number | undefined {
  const file = openIfThere(files, path);
  try {
    return file?.size();
  } finally {
    file?.close();
  }
}

function listIfThere(files: FileSystem, path: string): readonly string[] {
  try {
    return files.list(path);
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return [];
    throw cause;
  }
}
