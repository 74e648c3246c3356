import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import {
  decodeCbor,
  type Hash,
  hashLeaf,
  type NoteSigner,
  type ParamRecord,
  type Policy,
  paramKey,
  parsePolicy,
  present,
  rootFromInclusion,
  signCheckpoint,
  type VerifierKey,
} from "../core/index.ts";
import type { Ledger, LedgerReader } from "../ledger/index.ts";
import { Collector, WITNESS_PATIENCE_MILLISECONDS } from "../witness/index.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { NodeLog } from "./log.ts";
import { turns } from "./turns.ts";
import { writeCosigned, writeFraud } from "./witness.ts";

/** How often the node looks whether a witness is to be asked. */
const TURN_MILLISECONDS = 200;

export type Cosigning = {
  readonly collector: Collector;
  /** Asks no more, and breaks off what is under way. */
  stop(): Promise<void>;
};

export type CosigningOptions = {
  readonly directory: DataDirectory;
  readonly ledger: Ledger;
  /** The keys of the log that the node holds. */
  readonly signers: readonly NoteSigner[];
  /** Of the node as a witness. */
  readonly ownKeys: readonly VerifierKey[];
  readonly log: NodeLog;
  readonly maxAgeSeconds: number;
  /** Those who cosign are few and near: one that comes back is asked again soon. */
  readonly longestPauseMilliseconds?: number;
  /** Called when every witness has shown that it saw nothing newer. */
  readonly nothingNewer?: () => Promise<void>;
};

/** Has the ledger's checkpoints cosigned by the witnesses that its policy names, for as long as the node runs. */
export async function startCosigning(options: CosigningOptions): Promise<Cosigning> {
  const { directory, ledger, signers, ownKeys, log, maxAgeSeconds } = options;
  const { origin } = ledger.head();
  const deadlines = createDeadlines();
  const inTurn = turns();
  const collector = new Collector({
    deadline: deadlines.next,
    log: {
      published: () => ledger.published(),
      newest: () => ledger.head().size,
      pin: (keep) => ledger.pin(keep),
      consistency: (first, second) => ledger.consistency(first, second),
      root: (size) => rootOf(ledger, size),
      sign: (size) => signCheckpoint({ origin, size, root: rootOf(ledger, size) }, signers),
      keys: () => signers.map(({ key }) => key),
    },
    policy: policyOf(ledger),
    ownKeys,
    maxAgeSeconds,
    ...(options.longestPauseMilliseconds !== undefined && {
      longestPauseMilliseconds: options.longestPauseMilliseconds,
    }),
    fetch: (url, init) => fetch(url, init),
    clock: Date.now,
    pause(milliseconds, then) {
      const timer = setTimeout(then, milliseconds).unref();
      return () => clearTimeout(timer);
    },
    fraud: (proof) => writeFraud(directory, proof, log),
    // What is broken off at the end is no trouble of a witness.
    note: (event, facts) => deadlines.over() || log.error(event, facts),
    save: (note) => inTurn(directory.cosigned, () => writeCosigned(directory.cosigned, note)),
  });
  if (existsSync(directory.cosigned)) {
    collector.resume(await readFile(directory.cosigned, "utf8"));
  }
  for (const { name, trouble } of collector.statuses()) {
    if (trouble !== undefined) log.error("witness", { witness: name, trouble, value: 0 });
  }
  let open = options.nothingNewer;
  const running = new Set<Promise<void>>();
  const turn = async () => {
    await collector.turn();
    if (open !== undefined && collector.nothingNewer()) {
      const release = open;
      open = undefined;
      await release().catch((cause: unknown) => {
        // Tried again at the next turn.
        open = release;
        throw cause;
      });
    }
  };
  const timer = setInterval(() => {
    const begun: Promise<void> = turn()
      .catch((cause: unknown) => log.error("witnesses", { cause: String(cause) }))
      .finally(() => running.delete(begun));
    running.add(begun);
  }, TURN_MILLISECONDS);
  timer.unref();
  return {
    collector,
    async stop() {
      clearInterval(timer);
      deadlines.end();
      collector.release();
      await Promise.all(running);
    },
  };
}

/** Signals that end a request after its time, or all of them at once. */
function createDeadlines() {
  const running = new Set<AbortController>();
  let over = false;
  return {
    next(): AbortSignal {
      const controller = new AbortController();
      if (over) controller.abort();
      running.add(controller);
      setTimeout(() => {
        running.delete(controller);
        controller.abort();
      }, WITNESS_PATIENCE_MILLISECONDS).unref();
      return controller.signal;
    },
    over: () => over,
    end(): void {
      over = true;
      for (const controller of running) controller.abort();
    },
  };
}

/** The trust policy of the committed ledger, read anew when it changed. */
export function policyOf(ledger: LedgerReader): () => Policy | undefined {
  let read: { readonly index: number; readonly policy: Policy | undefined } | undefined;
  return () => {
    const version = ledger.latest(paramKey("policy"));
    if (version === undefined) return undefined;
    if (read?.index !== version.index) {
      const policy = parsePolicy(policyText(version.value));
      read = { index: version.index, policy: policy.ok ? policy.value : undefined };
    }
    return read.policy;
  };
}

export function policyText(value: Uint8Array | undefined): string {
  const record = value && decodeCbor(value);
  const { value: policies } = (record?.ok ? record.value : {}) as Partial<ParamRecord<"policy">>;
  return policies?.now ?? "";
}

/** The root of the first `size` entries, from the path of the last one. */
function rootOf(ledger: LedgerReader, size: number): Hash {
  const index = size - 1;
  const leaf = hashLeaf(present(ledger.entry(index), "an entry of the log"));
  const root = rootFromInclusion(leaf, { index, size, path: ledger.inclusion(index, size) });
  return present(root.ok ? root.value : undefined, "a path of our own");
}
