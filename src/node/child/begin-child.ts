import { join } from "node:path";
import {
  type ChildGenesis,
  type Code,
  type CodeRecord,
  certain,
  equalBytes,
  formatVerifierKey,
  isKeyName,
  parseCheckpoint,
  type Statement,
  type VerifierKey,
} from "../../core/index.ts";
import { embeddedLedgerExists } from "../../ledger/embedded/index.ts";
import { type FileSystem, nodeFiles, replaceFile, syncUp } from "../../log/index.ts";
import type { Client } from "../../sdk/index.ts";
import { beginNode } from "../begin.ts";
import { dataDirectory, readDescription, writeDescription } from "../data-directory.ts";
import { keepHeapsSmall } from "../heap.ts";
import { logKey } from "../log-key.ts";
import { readSeed, seedFile } from "../secrets.ts";
import { ChildFault } from "./fault.ts";
import { handOver } from "./hand-over.ts";
import { type Delegate, readParent, submitToParent } from "./parent.ts";
import { replayParent } from "./parent-log.ts";
import { delegationTo, mustVouchFor } from "./vouched.ts";

/** What the ledger of a delegated code is begun with. */
export type ChildBeginning = {
  readonly dataDirectory: string;
  readonly parent: Client;
  /** tlog-policy text that the parent's checkpoint must satisfy. */
  readonly parentPolicy: string;
  readonly delegate: Delegate;
  /** How the world reaches the node, without a slash at the end. */
  readonly publicUrl: string;
  /** Name of the new log: `city.example/log`. */
  readonly origin: string;
  readonly nowMilliseconds: () => number;
  readonly files?: FileSystem;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BeginningProgress) => void;
};

/** How far a beginning is: entries of the parent's log that are verified, bytes of its values that are looked through, block 0. */
export type BeginningProgress = {
  readonly step: "parent" | "import" | "ledger";
  readonly done: number;
  readonly total: number;
};

/** The one member of a ledger that a code runs by itself: its own key. */
const OWNER = "OWNER";

/**
 * Begins the ledger of a delegated code in an empty data directory: delegates the code in the parent where that was not done
 * before, fetches the parent's log into `parent/`, verifies and replays it, and writes block 0. Broken off anywhere, it goes on
 * from there.
 *
 * @returns whether it was begun now; `false` where it had been before
 * @throws ChildFault; ApiProblem, NodeUnreachable; LedgerFault
 */
export async function beginChild(beginning: ChildBeginning): Promise<boolean> {
  const { origin, parent, parentPolicy, delegate, nowMilliseconds, files = nodeFiles } = beginning;
  const { signal, onProgress } = beginning;
  const directory = dataDirectory(beginning.dataDirectory);
  const copies = join(directory.root, "parent");
  if ((await readDescription(directory.root, files)) !== undefined) {
    nodeFiles.removeTree(copies);
    return false;
  }
  if (!isKeyName(origin))
    throw new ChildFault("PARENT_DELEGATION", { subject: origin, got: "name" });
  // The steps to come have millions of records each, one after the other.
  keepHeapsSmall();
  if (!embeddedLedgerExists(directory.ledger, files)) await mustBeFree(beginning);
  const logSeed = await seedFile(directory.logKey, files);
  const described = {
    member: OWNER,
    parent: { url: parent.url, code: delegate.code, policy: parentPolicy },
  };
  if (embeddedLedgerExists(directory.ledger, files)) {
    // Broken off here before: of a whole ledger only the description is missing, and who was killed may not have synced it.
    await syncUp(files, directory.ledger, directory.root);
    await writeDescription(directory.root, { origin, ...described }, files);
    nodeFiles.removeTree(copies);
    return true;
  }
  const log = logKey(origin, logSeed);
  const policy = `log ${formatVerifierKey(log)}\nquorum none\n`;
  // Where several keys must agree to the delegation, this is the policy that they are asked to agree to.
  await replaceFile(files, join(directory.root, "policy"), policy);
  await ensureDelegated(beginning, log, policy);
  const { size } = await readParent(parent, delegate.code);
  const tell = (step: BeginningProgress["step"]) => (far: { done: number; total: number }) =>
    onProgress?.({ step, ...far });
  const stop = signal && { signal };
  const copy = await replayParent({
    ...{ parent, policy: parentPolicy, directory: copies, nowMilliseconds, minSize: size, ...stop },
    onProgress: tell("parent"),
  });
  const wanted = { code: delegate.code, log, directory: copies, ...stop };
  await using handed = await handOver(copy, { ...wanted, onProgress: tell("import") });
  const { record, imports, parent: moment, commitment } = handed;
  const time = nowMilliseconds();
  const genesis = genesisOf({ origin, policy, record, time, parent: moment, commitment }, delegate);
  tell("ledger")({ done: 0, total: imports.length });
  const { root } = directory;
  await beginNode({ dataDirectory: root, genesis, imports, logSeed, files, ...described });
  tell("ledger")({ done: imports.length, total: imports.length });
  // Of no use any more; what a process that dies here leaves goes with the next start.
  nodeFiles.removeTree(copies);
  return true;
}

/**
 * Looks whether the parent knows another ledger of this code, before anything is made here.
 *
 * @throws ChildFault `PARENT_DELEGATION`, `PARENT_LOG_KEY`; `PARENT_AHEAD` where the ledger was begun elsewhere under this key
 */
async function mustBeFree(beginning: ChildBeginning): Promise<void> {
  const { parent, delegate, origin, files } = beginning;
  const { code } = delegate;
  const { record, anchor } = await readParent(parent, code);
  if (record !== undefined && record.delegation === undefined) return;
  const delegation = delegationTo(origin, code, record);
  const seed = await readSeed(dataDirectory(beginning.dataDirectory).logKey, files);
  mustVouchFor(seed && logKey(origin, seed), code, delegation);
  if (anchor === undefined || !equalBytes(anchor.delegation, delegation.op)) return;
  // A second block 0 under this key would be another history of the same log.
  const { size } = certain(parseCheckpoint(anchor.checkpoint), "an anchored checkpoint");
  throw new ChildFault("PARENT_AHEAD", { got: 0, want: size });
}

async function ensureDelegated(
  { parent, delegate, origin, publicUrl: url, nowMilliseconds }: ChildBeginning,
  log: VerifierKey,
  policy: string,
): Promise<void> {
  const { code } = delegate;
  const { record } = await readParent(parent, code);
  if (record === undefined || record.delegation !== undefined) {
    return mustVouchFor(log, code, delegationTo(origin, code, record));
  }
  const { control: prev } = record;
  const operation = { op: "delegate", code, prev, do: "start", origin, policy, url } as const;
  await submitToParent(parent, delegate, operation, nowMilliseconds());
}

type Terms = {
  readonly origin: string;
  readonly policy: string;
  readonly record: CodeRecord;
  readonly time: number;
  readonly parent: ChildGenesis["parent"];
  readonly commitment: ChildGenesis["imports"];
};

/** Its one member is whoever runs it; more can join. */
function genesisOf(
  { origin, policy, record, time, parent, commitment }: Terms,
  { code, signer }: Delegate,
): ChildGenesis {
  return {
    app: 1,
    origin,
    time,
    members: [
      {
        id: OWNER,
        names: namesOf(record, code),
        keys: [{ key: signer.publicKey, uses: ["govern", "issue"], label: "owner" }],
      },
    ],
    thresholds: { issue: 1, govern: 1 },
    recoveryDelay: 7 * DAY_SECONDS,
    voidWindow: 30 * DAY_SECONDS,
    policy,
    parent,
    imports: commitment,
  };
}

const DAY_SECONDS = 24 * 3600;

/** Names that stand in clear; a record may have none. */
function namesOf({ names }: CodeRecord, code: Code): { readonly [language: string]: string } {
  const clear = Object.entries<Statement<string>>(names).flatMap(([language, name]) =>
    "value" in name ? [[language, name.value] as const] : [],
  );
  return clear.length === 0 ? { zh: code } : Object.fromEntries(clear);
}
