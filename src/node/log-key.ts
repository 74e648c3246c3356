import { existsSync } from "node:fs";
import { publicEd25519 } from "#crypto";
import {
  formatVerifierKey,
  type NoteSigner,
  paramKey,
  parsePolicy,
  type VerifierKey,
  verifierKey,
} from "../core/index.ts";
import type { LedgerReader } from "../ledger/index.ts";
import { type FileSystem, nodeFiles } from "../log/index.ts";
import { policyText } from "./cosigning.ts";
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

/**
 * Whoever signs with a key that no policy of the ledger ever named vouches for nothing: a wrong file lies in the place of the
 * log's key. One that the present policy names no more goes on, since only its node takes the policy that would mend that.
 *
 * @throws LedgerFault LEDGER_DIRECTORY
 */
export function mustBeNamed(
  ledger: LedgerReader,
  signers: readonly NoteSigner[],
  path: string,
): void {
  const own = signers.map(({ key }) => formatVerifierKey(key));
  const named = new Set<string>();
  for (const { value } of ledger.versions(paramKey("policy"))) {
    const policy = parsePolicy(policyText(value));
    for (const { key } of policy.ok ? policy.value.logs : []) named.add(formatVerifierKey(key));
  }
  if (named.size > 0 && !own.some((key) => named.has(key)))
    throw directoryFault(path, "log-key-foreign");
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
