import {
  type ChildGenesis,
  type EntryList,
  equalBytes,
  type Genesis,
  parsePolicy,
  refuseOwnWitness,
} from "../core/index.ts";
import { createEmbeddedLedger } from "../ledger/embedded/index.ts";
import { type FileSystem, makeDurable, nodeFiles } from "../log/index.ts";
import {
  type DataDescription,
  dataDirectory,
  readDescription,
  writeDescription,
} from "./data-directory.ts";
import { directoryFault } from "./directory-fault.ts";
import { logKey } from "./log-key.ts";
import { createSeed, keepSeed, readSeed } from "./secrets.ts";

/** What a ledger is begun with. */
export type Beginning = {
  readonly dataDirectory: string;
  readonly genesis: Genesis | ChildGenesis;
  /** The import entries of a child ledger. */
  readonly imports?: EntryList;
  /** Seed of the log's Ed25519 key, which the genesis names in its policy. */
  readonly logSeed: Uint8Array;
  /** The member whose node this is. */
  readonly member?: string;
  /** What orders the blocks; absent: this node alone. */
  readonly engine?: "comet";
  /** Of the ledger of a delegated code. */
  readonly parent?: NonNullable<DataDescription["parent"]>;
  readonly files?: FileSystem;
};

/**
 * Makes the data directory of a new ledger: the log's key, block 0, and last its description, with which it counts as
 * begun. Durable when it resolves.
 *
 * @throws LedgerFault LEDGER_DIRECTORY where a ledger was begun already, LogFault when the disk fails
 */
export async function beginNode(beginning: Beginning): Promise<void> {
  const { genesis, imports, logSeed, member, engine, parent, files = nodeFiles } = beginning;
  const directory = dataDirectory(beginning.dataDirectory);
  if ((await readDescription(directory.root, files)) !== undefined) {
    throw directoryFault(directory.root, "begun");
  }
  const policy = parsePolicy(genesis.policy);
  const logs = [logKey(genesis.origin, logSeed)];
  // What else is wrong with the policy, the genesis is refused for.
  if (policy.ok && !refuseOwnWitness(policy.value, logs).ok) {
    throw directoryFault(directory.root, "witness-own");
  }
  await makeDurable(files, directory.root, 0o700);
  await placeLogKey(directory.logKey, logSeed, files);
  // What is derived lies on this machine's disk.
  const derive = imports !== undefined && files === nodeFiles;
  await createEmbeddedLedger(directory.ledger, genesis, imports, { files, derive });
  const { origin } = genesis;
  const described = {
    origin,
    ...(member === undefined ? {} : { member }),
    ...(engine === undefined ? {} : { engine }),
    ...(parent === undefined ? {} : { parent }),
  };
  await writeDescription(directory.root, described, files);
}

/** Puts the key where the node looks for it; a beginning that was broken off here before left the same one. */
export async function placeLogKey(
  path: string,
  seed: Uint8Array,
  files: FileSystem,
): Promise<void> {
  const before = await readSeed(path, files);
  if (before === undefined) return createSeed(path, seed, files);
  if (!equalBytes(before, seed)) throw directoryFault(path, "log-key-other");
  await keepSeed(path, files);
}
