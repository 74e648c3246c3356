import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { hex } from "../core/index.ts";
import {
  createFile,
  errnoOf,
  type FileSystem,
  makeDurable,
  nodeFiles,
  readText,
} from "../log/index.ts";
import { directoryFault } from "./directory-fault.ts";

// Seeds of keys that a node itself holds: the log's, and in a demonstration everybody's. One file each, mode 0600, one line
// of hex. Keys of people are the CLI's affair, which can also encrypt them.

const SEED_BYTES = 32;

/** Reads the 32-byte seed in a file, or makes one, durable when it resolves. @throws as `readSeed` */
export async function seedFile(path: string, files: FileSystem = nodeFiles): Promise<Uint8Array> {
  const present = await readSeed(path, files);
  if (present !== undefined) {
    await keepSeed(path, files);
    return present;
  }
  const seed = new Uint8Array(randomBytes(SEED_BYTES));
  try {
    await createSeed(path, seed, files);
    return seed;
  } catch (cause) {
    // Two processes that begin at once must not end with two keys.
    const other = errnoOf(cause) === "EEXIST" ? await readSeed(path, files) : undefined;
    if (other === undefined) throw cause;
    return other;
  }
}

/**
 * Writes a seed where there is none, with the directories that it is in; durable when it resolves: others are told of its
 * public key, so none of them may be lost. @throws EEXIST
 */
export async function createSeed(path: string, seed: Uint8Array, files: FileSystem): Promise<void> {
  await makeDurable(files, dirname(path), 0o700);
  await createFile(files, path, `${hex(seed)}\n`, { permissions: 0o600 });
}

/** Makes a seed that was found as durable as one that was made now: whoever made it may have been killed before. */
export async function keepSeed(path: string, files: FileSystem): Promise<void> {
  await makeDurable(files, dirname(path), 0o700);
  await files.syncDirectory(dirname(path));
}

/** `undefined` when there is no such file. @throws LedgerFault LEDGER_DIRECTORY when it holds something else */
export async function readSeed(
  path: string,
  files: FileSystem = nodeFiles,
): Promise<Uint8Array | undefined> {
  const text = await readText(files, path);
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}\n?$/.test(text)) throw directoryFault(path, "no-seed");
  files.restrict(path, 0o600);
  return new Uint8Array(Buffer.from(text.trim(), "hex"));
}
