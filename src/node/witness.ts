import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { publicEd25519 } from "#crypto";
import {
  equalBytes,
  formatVerifierKey,
  hex,
  type NoteSigner,
  sha256,
  utf8,
  type VerifierKey,
  verifierKey,
} from "../core/index.ts";
import { LedgerFault } from "../ledger/index.ts";
import {
  createOnce,
  errnoOf,
  type FileSystem,
  makeDurable,
  nodeFiles,
  readText,
  replaceFile,
} from "../log/index.ts";
import {
  createWitness,
  type FraudProof,
  formatFraudProof,
  type KnownLogs,
  knownLogs,
  originHash,
  type Witness,
} from "../witness/index.ts";
import type { DataDirectory } from "./data-directory.ts";
import { directoryFault } from "./directory-fault.ts";
import { directoryStore } from "./directory-store.ts";
import type { NodeLog } from "./log.ts";
import { createSeed, keepSeed, readSeed } from "./secrets.ts";

// What a node keeps as a witness:
//
//   keys/witness.key        seed of the key that it cosigns with, mode 0600
//   witness/logs/*.policy   the logs that it cosigns for: the policies of their ledgers
//   witness/seen/<hash>     the last checkpoint that it cosigned of each log
//   witness/seen/logs       the hashes of them all, so that one that was lost is missed
//   witness/seen/vkey       the public half of the key: whose memory this is, which goes with it
//   fraud/*.json            two things that one log signed and that cannot both be true

/** Says whose memory `witness/seen` is. */
const MARKER = "vkey";

const SEED_BYTES = 32;

/** Files of policies are looked at again after so long: a log is added without a restart. */
const LOGS_MILLISECONDS = 1000;

/** The node as a witness of others. */
export type OwnWitness = Witness & { readonly key: VerifierKey };

type Options = {
  readonly origin: string;
  readonly clock: () => number;
  readonly log: NodeLog;
  readonly files?: FileSystem;
};

/**
 * Opens the node as a witness; makes its key the first time. `undefined` where the disk takes no key: the ledger is served
 * all the same.
 *
 * @throws LedgerFault LEDGER_DIRECTORY where the key may not be used
 */
export async function openWitness(
  directory: DataDirectory,
  options: Options,
): Promise<OwnWitness | undefined> {
  try {
    return await open(directory, options);
  } catch (cause) {
    if (cause instanceof LedgerFault) throw cause;
    options.log.error("witness-closed", { cause: String(cause) });
    return undefined;
  }
}

async function open(directory: DataDirectory, options: Options): Promise<OwnWitness> {
  const { files = nodeFiles } = options;
  const signer = await witnessSigner(directory, options.origin, files);
  const witness = createWitness({
    signer,
    known: watchLogs(directory, options),
    memory: directoryStore(directory.witness, files),
    clock: options.clock,
    fraud: (proof) => writeFraud(directory, proof, options.log, files),
  });
  return { ...witness, key: signer.key };
}

/**
 * The witness's key. A key without the memory of what it cosigned could be led to cosign a second branch, so the two stay
 * together: a key is refused where its memory is gone, or is that of another key.
 *
 * @throws LedgerFault LEDGER_DIRECTORY
 */
async function witnessSigner(
  directory: DataDirectory,
  origin: string,
  files: FileSystem,
): Promise<NoteSigner> {
  const present = await readSeed(directory.witnessKey, files);
  const seed = present ?? new Uint8Array(randomBytes(SEED_BYTES));
  const key = verifierKey(witnessName(origin), "cosignature", publicEd25519(seed));
  const logSeed = await readSeed(directory.logKey, files);
  // Copied by hand: a cosignature by the log's own key attests nothing.
  if (logSeed !== undefined && equalBytes(logSeed, seed)) {
    throw directoryFault(directory.witnessKey, "witness-key-of-log");
  }
  if (present === undefined) await keepNewKey(directory, formatVerifierKey(key), seed, files);
  else if ((await readWitnessVkey(directory, files)) !== formatVerifierKey(key)) {
    throw directoryFault(directory.witnessKey, "witness-memory");
  } else await keepSeed(directory.witnessKey, files);
  return { key, seed };
}

/** The memory comes first, and the key last: one that is there has its memory. What an older key saw stays remembered. */
async function keepNewKey(
  directory: DataDirectory,
  vkey: string,
  seed: Uint8Array,
  files: FileSystem,
): Promise<void> {
  for (const folder of [directory.witness, directory.witnessLogs, directory.witnessSeen]) {
    await makeDurable(files, folder, 0o700);
  }
  await replaceFile(files, join(directory.witnessSeen, MARKER), `${vkey}\n`, PRIVATE);
  await createSeed(directory.witnessKey, seed, files);
}

/** The log of a node is `host/log`, its witness `host/witness`. */
export function witnessName(origin: string): string {
  return `${origin.replace(/\/log$/, "")}/witness`;
}

function watchLogs(
  directory: DataDirectory,
  { origin, clock, log, files = nodeFiles }: Options,
): () => Promise<KnownLogs> {
  let read: { readonly at: number; readonly logs: Promise<KnownLogs> } | undefined;
  const told = new Set<string>();
  return () => {
    const now = clock();
    if (read === undefined || Math.abs(now - read.at) >= LOGS_MILLISECONDS) {
      read = { at: now, logs: readLogs(directory, origin, tell, files) };
    }
    return read.logs;
  };

  function tell(name: string, cause: string): void {
    if (told.has(`${name} ${cause}`)) return;
    told.add(`${name} ${cause}`);
    log.error("witness-policy", { file: name, cause });
  }
}

/** The logs that files below `witness/logs` name. A file that cannot be read is told and passed over. */
export async function readLogs(
  { witnessLogs }: DataDirectory,
  own: string,
  tell: (name: string, cause: string) => void,
  files: FileSystem = nodeFiles,
): Promise<KnownLogs> {
  const names = files.exists(witnessLogs) ? files.list(witnessLogs) : [];
  const policies = await Promise.all(
    names.filter(isPolicy).map(async (name) => {
      const text = await readText(files, join(witnessLogs, name)).catch((cause: unknown) => {
        tell(name, String(errnoOf(cause)));
        return undefined;
      });
      return text === undefined ? [] : [{ name, text }];
    }),
  );
  const { logs, unreadable } = knownLogs(policies.flat(), own);
  for (const { name, refusal } of unreadable) tell(name, refusal.code);
  return logs;
}

function isPolicy(name: string): boolean {
  return name.endsWith(".policy");
}

/**
 * Adds the logs of a policy to those that the node cosigns for; a running node takes them up by itself. Durable when it
 * resolves.
 *
 * @returns its file
 */
export async function addLogs(
  directory: DataDirectory,
  policy: string,
  files: FileSystem = nodeFiles,
): Promise<string> {
  const name = `${hex(sha256(utf8(policy))).slice(0, 16)}.policy`;
  const path = join(directory.witnessLogs, name);
  await createOnce(files, path, policy, { ...PRIVATE, below: directory.root });
  return path;
}

/** The public half of the key that the node cosigns with; `undefined` before its first start. */
export async function readWitnessVkey(
  { witnessSeen }: DataDirectory,
  files: FileSystem = nodeFiles,
): Promise<string | undefined> {
  return (await readText(files, join(witnessSeen, MARKER)))?.trim();
}

/** Whoever has a log's key could sign ever more branches, and fill the disk of those who keep the proofs. */
const MAX_PROOFS_OF_A_LOG = 16;

/** Keeps a fraud proof, durable when it resolves; the first one of a log and size is as good as any later. */
export async function writeFraud(
  { root, fraud }: DataDirectory,
  proof: FraudProof,
  log: NodeLog,
  files: FileSystem = nodeFiles,
): Promise<void> {
  const size = proof.second.split("\n")[1];
  const ofLog = originHash(proof.origin).slice(0, 16);
  const path = join(fraud, `${ofLog}-${size}.json`);
  const kept = files.exists(fraud) ? files.list(fraud) : [];
  const others = kept.filter((name) => name.startsWith(`${ofLog}-`) && name.endsWith(".json"));
  if (!files.exists(path) && others.length >= MAX_PROOFS_OF_A_LOG) return;
  const options = { ...PRIVATE, below: root };
  const isNew = await createOnce(files, path, formatFraudProof(proof), options);
  if (isNew) log.error("fraud-proof", { origin: proof.origin, file: path });
}

const PRIVATE = { permissions: 0o600 };

/** Durable when it resolves. It is collected again where it is lost. */
export async function writeCosigned(
  path: string,
  note: string,
  files: FileSystem = nodeFiles,
): Promise<void> {
  await replaceFile(files, path, note);
}
