import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import {
  mkdir,
  open as openFile,
  readdir,
  readFile,
  rename,
  stat,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
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
import { directoryStore } from "../server/index.ts";
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
import type { NodeLog } from "./log.ts";
import { readSeed } from "./secrets.ts";

// What a node keeps as a witness:
//
//   keys/witness.key        seed of the key that it cosigns with, mode 0600
//   witness/logs/*.policy   the logs that it cosigns for: the policies of their ledgers
//   witness/seen/<hash>     the last checkpoint that it cosigned of each log
//   witness/seen/vkey       the public half of the key: whose memory this is, which goes with it
//   fraud/*.json            two things that one log signed and that cannot both be true

/** Says whose memory `witness/seen` is. */
const MARKER = "vkey";

const SEED_BYTES = 32;

/** Files of policies are looked at again after so long: a log is added without a restart. */
const LOGS_MILLISECONDS = 1000;

/** The node as a witness of others. */
export type OwnWitness = Witness & { readonly key: VerifierKey };

type Options = { readonly origin: string; readonly clock: () => number; readonly log: NodeLog };

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
  const signer = await witnessSigner(directory, options.origin);
  const witness = createWitness({
    signer,
    known: watchLogs(directory, options),
    memory: directoryStore(directory.witness),
    clock: options.clock,
    fraud: (proof) => writeFraud(directory, proof, options.log),
  });
  return { ...witness, key: signer.key };
}

/**
 * The witness's key. A key without the memory of what it cosigned could be led to cosign a second branch, so the two stay
 * together: a key is refused where its memory is gone, or is that of another key.
 *
 * @throws LedgerFault LEDGER_DIRECTORY
 */
async function witnessSigner(directory: DataDirectory, origin: string): Promise<NoteSigner> {
  const present = await readSeed(directory.witnessKey);
  const seed = present ?? new Uint8Array(randomBytes(SEED_BYTES));
  const key = verifierKey(witnessName(origin), "cosignature", publicEd25519(seed));
  const logSeed = await readSeed(directory.logKey);
  // Copied by hand: a cosignature by the log's own key attests nothing.
  if (logSeed !== undefined && equalBytes(logSeed, seed)) {
    throw directoryFault(directory.witnessKey, "witness-key-of-log");
  }
  if (present === undefined) await keepNewKey(directory, formatVerifierKey(key), seed);
  else if ((await readWitnessVkey(directory)) !== formatVerifierKey(key)) {
    throw directoryFault(directory.witnessKey, "witness-memory");
  }
  return { key, seed };
}

/** The memory comes first, and the key last: one that is there has its memory. What an older key saw stays remembered. */
async function keepNewKey(directory: DataDirectory, vkey: string, seed: Uint8Array): Promise<void> {
  for (const folder of [directory.witnessLogs, directory.witnessSeen]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await writeDurably(directory.witnessSeen, MARKER, `${vkey}\n`);
  await syncDirectory(directory.witness);
  await syncDirectory(directory.root);
  const keys = dirname(directory.witnessKey);
  await mkdir(keys, { recursive: true, mode: 0o700 });
  await writeDurably(keys, basename(directory.witnessKey), `${hex(seed)}\n`);
}

/** The log of a node is `host/log`, its witness `host/witness`. */
export function witnessName(origin: string): string {
  return `${origin.replace(/\/log$/, "")}/witness`;
}

function watchLogs(
  directory: DataDirectory,
  { origin, clock, log }: Options,
): () => Promise<KnownLogs> {
  let read: { readonly at: number; readonly logs: Promise<KnownLogs> } | undefined;
  const told = new Set<string>();
  return () => {
    const now = clock();
    if (read === undefined || Math.abs(now - read.at) >= LOGS_MILLISECONDS) {
      read = { at: now, logs: readLogs(directory, origin, tell) };
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
): Promise<KnownLogs> {
  const names = existsSync(witnessLogs) ? await readdir(witnessLogs) : [];
  const files = names.filter((name) => name.endsWith(".policy")).sort();
  const policies = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(witnessLogs, name), "utf8").catch((cause) => {
        tell(name, String(cause.code));
        return undefined;
      });
      return text === undefined ? [] : [{ name, text }];
    }),
  );
  const { logs, unreadable } = knownLogs(policies.flat(), own);
  for (const { name, refusal } of unreadable) tell(name, refusal.code);
  return logs;
}

/** Adds the logs of a policy to those that the node cosigns for; a running node takes them up by itself. */
export async function addLogs(directory: DataDirectory, policy: string): Promise<string> {
  await mkdir(directory.witnessLogs, { recursive: true, mode: 0o700 });
  const name = `${hex(sha256(utf8(policy))).slice(0, 16)}.policy`;
  await writeDurably(directory.witnessLogs, name, policy);
  return join(directory.witnessLogs, name);
}

/** The public half of the key that the node cosigns with; `undefined` before its first start. */
export async function readWitnessVkey({ witnessSeen }: DataDirectory): Promise<string | undefined> {
  const marker = join(witnessSeen, MARKER);
  return existsSync(marker) ? (await readFile(marker, "utf8")).trim() : undefined;
}

/** Keeps a fraud proof; the first one of a log and size is as good as any later. */
export async function writeFraud(
  directory: DataDirectory,
  proof: FraudProof,
  log: NodeLog,
): Promise<void> {
  const text = formatFraudProof(proof);
  const size = proof.second.split("\n")[1];
  const name = `${originHash(proof.origin).slice(0, 16)}-${size}.json`;
  const path = join(directory.fraud, name);
  if (await stat(path).catch(() => undefined)) return;
  await mkdir(directory.fraud, { recursive: true, mode: 0o700 });
  await writeDurably(directory.fraud, name, text);
  log.error("fraud-proof", { origin: proof.origin, file: path });
}

async function writeDurably(directory: string, name: string, text: string): Promise<void> {
  const path = join(directory, name);
  const file = await openFile(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(directory);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await openFile(path, "r");
  await directory.sync().finally(() => directory.close());
}

/** Written without a sync: it is collected again where it is lost. */
export async function writeCosigned(path: string, note: string): Promise<void> {
  await writeFile(`${path}.new`, note);
  await rename(`${path}.new`, path);
}
