import { join } from "node:path";
import { LedgerFault } from "../ledger/index.ts";
import {
  errnoOf,
  type FileSystem,
  makeDurable,
  nodeFiles,
  readText,
  replaceFile,
} from "../log/index.ts";

/**
 * Where a node keeps what:
 *
 *     cityid.json    which ledger this is, and the version of this layout
 *     keys/log.key   seed of the log's key, mode 0600
 *     ledger/        the journal, which is the truth, and what is derived from it
 *     keys/log-next.key   the log's next key, while a rotation lasts
 *     keys/witness.key    seed of the key that the node cosigns with for others, mode 0600
 *     keys/cosigner.key   of a validator: seed of the key that it cosigns its own ledger with
 *     keys/validator.key, keys/peer.key   of a validator: seeds of its engine's keys
 *     witness/       logs that it cosigns for, and what it saw of them
 *     fraud/         proofs that a log signed two branches
 *     cosigned       the newest checkpoint with the cosignatures of others
 *     inbox/         applications, beside the ledger
 *     openings/      bodies of commitments, beside the ledger
 *     seals/         leaf hashes of batches of seals, beside the ledger
 *     comet/         of a validator: what its engine keeps, and the sockets between the two
 *     datasets/      logs of datasets, each with its keys and what lies beside it
 *     contexts/      contexts of JSON-LD that clients keep here
 *     subscriptions/ who is to be notified of what, and how far that got
 *     scratch/       the dataset for tests, where one was asked for
 *     enrolments/    keys that wait to be enrolled, beside the ledger
 *     demo/          keys of a demonstration
 *     haikou/        of a demonstration: the data directory of its second ledger
 */
export type DataDirectory = {
  readonly root: string;
  readonly ledger: string;
  readonly logKey: string;
  readonly nextLogKey: string;
  readonly witnessKey: string;
  readonly cosignerKey: string;
  readonly validatorKey: string;
  readonly peerKey: string;
  readonly witness: string;
  readonly witnessLogs: string;
  readonly witnessSeen: string;
  readonly fraud: string;
  readonly cosigned: string;
  readonly inbox: string;
  readonly openings: string;
  readonly seals: string;
  readonly datasets: string;
  readonly scratch: string;
  readonly contexts: string;
  readonly subscriptions: string;
  readonly enrolments: string;
  readonly comet: string;
  readonly demo: string;
};

/** What `cityid.json` says. */
export type DataDescription = {
  readonly format: typeof FORMAT;
  readonly origin: string;
  /** The member of the consortium whose node this is. */
  readonly member?: string;
  readonly demonstration?: true;
  /** What orders the blocks; absent: this node alone. */
  readonly engine?: "comet";
  /** Of the ledger of a delegated code: which code, and where its parent's node answers. */
  readonly parent?: {
    readonly url: string;
    readonly code: string;
    /** tlog-policy text that the parent's checkpoints must satisfy; without it nothing is read under its grants. */
    readonly policy?: string;
  };
  /** It was brought back from a backup, and nobody has said yet that there is no newer state. */
  readonly restored?: true;
};

const FORMAT = "cityid/data/v1";
const FILE = "cityid.json";

export function dataDirectory(root: string): DataDirectory {
  return {
    root,
    ledger: join(root, "ledger"),
    logKey: join(root, "keys", "log.key"),
    nextLogKey: join(root, "keys", "log-next.key"),
    witnessKey: join(root, "keys", "witness.key"),
    cosignerKey: join(root, "keys", "cosigner.key"),
    validatorKey: join(root, "keys", "validator.key"),
    peerKey: join(root, "keys", "peer.key"),
    witness: join(root, "witness"),
    witnessLogs: join(root, "witness", "logs"),
    witnessSeen: join(root, "witness", "seen"),
    fraud: join(root, "fraud"),
    cosigned: join(root, "cosigned"),
    inbox: join(root, "inbox"),
    openings: join(root, "openings"),
    seals: join(root, "seals"),
    datasets: join(root, "datasets"),
    scratch: join(root, "scratch"),
    contexts: join(root, "contexts"),
    subscriptions: join(root, "subscriptions"),
    enrolments: join(root, "enrolments"),
    comet: join(root, "comet"),
    demo: join(root, "demo"),
  };
}

/** What lies in a directory; `undefined` where no ledger was begun. @throws LedgerFault LEDGER_DIRECTORY */
export async function readDescription(
  root: string,
  files: FileSystem = nodeFiles,
): Promise<DataDescription | undefined> {
  const text = await readText(files, join(root, FILE)).catch((cause: unknown) => {
    const why = errnoOf(cause) === "ENOTDIR" ? "no-directory" : String(errnoOf(cause));
    throw new LedgerFault("LEDGER_DIRECTORY", { path: root, why }, { cause });
  });
  if (text === undefined) return undefined;
  const description = parse(text);
  if (description?.format !== FORMAT || typeof description.origin !== "string") {
    const got = String(description?.format ?? "none");
    throw new LedgerFault("LEDGER_DIRECTORY", { path: root, why: `format ${got}, not ${FORMAT}` });
  }
  return description as DataDescription;
}

/**
 * Makes a description that was found survive a power cut: whoever wrote it may have been killed before. A directory that takes
 * nothing is left as it is.
 */
export async function keepDescription(root: string, files: FileSystem = nodeFiles): Promise<void> {
  await files.syncDirectory(root).catch(() => undefined);
}

function parse(text: string): { format?: unknown; origin?: unknown } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes the description; durable when it resolves. It is written last: with it, the ledger has been begun. */
export async function writeDescription(
  root: string,
  description: Omit<DataDescription, "format">,
  files: FileSystem = nodeFiles,
): Promise<void> {
  await makeDurable(files, root, 0o700);
  const text = `${JSON.stringify({ format: FORMAT, ...description }, null, 2)}\n`;
  await replaceFile(files, join(root, FILE), text);
}
