import { existsSync } from "node:fs";
import { publicEd25519 } from "#crypto";
import {
  formatVerifierKey,
  type NoteSigner,
  type VerifierKey,
  verifierKey,
} from "../core/index.ts";
import { type FileSystem, nodeFiles } from "../log/index.ts";
import { type DataDirectory, dataDirectory, readDescription } from "./data-directory.ts";
import { directoryFault } from "./directory-fault.ts";
import { readSeed, seedFile } from "./secrets.ts";

/** The keys of the log that the node holds: its key, and while a rotation lasts the next one. */
export async function logSignersOf(
  directory: DataDirectory,
  origin: string,
): Promise<readonly NoteSigner[]> {
  const first = await logSigner(directory.logKey, origin);
  return existsSync(directory.nextLogKey)
    ? [first, await logSigner(directory.nextLogKey, origin)]
    : [first];
}

/** A key of the log, which also names it. @throws LedgerFault LEDGER_DIRECTORY */
export async function logSigner(
  path: string,
  origin: string,
  files: FileSystem = nodeFiles,
): Promise<NoteSigner> {
  const seed = await readSeed(path, files);
  if (seed === undefined) throw directoryFault(path, "log-key-missing");
  return { key: logKey(origin, seed), seed };
}

export function logKey(origin: string, seed: Uint8Array): VerifierKey {
  return verifierKey(origin, "ed25519", publicEd25519(seed));
}

/** Makes the log's next key, or finds the one that was made. @returns its vkey */
export async function makeNextLogKey(root: string): Promise<string> {
  const directory = dataDirectory(root);
  const description = await readDescription(root);
  if (description === undefined) throw directoryFault(root, "absent");
  return formatVerifierKey(logKey(description.origin, await seedFile(directory.nextLogKey)));
}
