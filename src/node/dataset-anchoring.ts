import { join } from "node:path";
import {
  type AnchorValue,
  anchorKey,
  codeKey,
  DATASET_ANCHOR_PAUSE_MILLISECONDS,
  type DatasetValue,
  datasetKey,
  decodeOwnCbor,
  equalBytes,
  type MapKey,
  parseCheckpoint,
  present,
  referenceTo,
  referredCode,
} from "../core/index.ts";
import type { Ledger } from "../ledger/index.ts";
import { type FileSystem, nodeFiles } from "../log/index.ts";
import { signerFromSeed, signOperation } from "../sdk/index.ts";
import { type HeldDatasetLog, type NodeDatasets, RESTORED } from "./datasets.ts";
import type { NodeLog } from "./log.ts";

export type DatasetAnchoring = {
  readonly ledger: Ledger;
  readonly datasets: Pick<NodeDatasets, "all">;
  readonly clock: () => number;
  readonly log: NodeLog;
};

/** How often it is looked: the ledger says when each dataset is due. */
const ROUND_MILLISECONDS = 30_000;

/**
 * Anchors what the logs of datasets have gained, each at most every ten minutes, until it is disposed of. The first checkpoint of
 * a log is for those who govern it; from then on the node's own key for the dataset does it. What one round misses the next
 * makes up for: a consistency path leads there from whatever was anchored last.
 */
export function startDatasetAnchoring(options: DatasetAnchoring): AsyncDisposable {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => anchorDatasets(options));
  }, ROUND_MILLISECONDS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}

/** One round. @returns the datasets that were anchored */
export async function anchorDatasets(options: DatasetAnchoring): Promise<readonly string[]> {
  const anchored: string[] = [];
  for (const each of options.datasets.all()) {
    try {
      if (await anchorOne(options, each)) anchored.push(each.reference);
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      options.log.error("dataset not anchored", { dataset: each.reference, cause: text });
    }
  }
  return anchored;
}

async function anchorOne(
  { ledger, clock, log }: DatasetAnchoring,
  held: HeldDatasetLog,
): Promise<boolean> {
  const code = referredCode(held.reference);
  const { size } = held;
  if (held.isRestored) return false;
  const last = dueSize(ledger, held, clock());
  if (last === undefined || last >= size) return false;
  const item = {
    code,
    checkpoint: held.checkpoint(size),
    consistency: held.consistency(last, size),
  };
  const { bytes } = await signOperation({
    ...{ iss: code, aud: ledger.head().origin, iatSeconds: Math.floor(clock() / 1000) },
    ...{ signer: signerFromSeed(held.gatewaySeed), operation: { op: "anchor", items: [item] } },
  });
  const outcome = present((await ledger.submit([bytes]))[0], "an outcome");
  if ("refusal" in outcome) {
    log.error("dataset not anchored", { dataset: held.reference, cause: outcome.refusal.code });
    return false;
  }
  log.info("dataset anchored", { dataset: held.reference, size });
  return true;
}

/**
 * Lets logs that were brought back from a backup go on, each as far as the ledger knows of nothing newer: the operator has
 * said that nobody else does.
 */
export async function confirmRestoredDatasets(
  { ledger, log }: Pick<DatasetAnchoring, "ledger" | "log">,
  datasets: Pick<NodeDatasets, "restored">,
  files: FileSystem = nodeFiles,
): Promise<void> {
  for (const held of datasets.restored()) {
    const newer = anchoredBeyond(ledger, held);
    if (newer !== undefined) {
      log.error("restored dataset stays as it is", { dataset: held.reference, ...newer });
      continue;
    }
    files.remove(join(held.directory, RESTORED));
    await files.syncDirectory(held.directory);
    held.confirmRestored();
    log.info("restored dataset confirmed", { dataset: held.reference, size: held.size });
  }
}

/** The anchored size of a log that does not hold what was anchored of it. */
function anchoredBeyond(
  ledger: Ledger,
  held: HeldDatasetLog,
): { readonly size: number; readonly anchored: number } | undefined {
  const { reference, origin, size } = held;
  const anchor = valueIn<AnchorValue>(ledger, anchorKey(referredCode(reference)));
  const kept = anchor && parseCheckpoint(anchor.checkpoint);
  if (!kept?.ok || kept.value.origin !== origin) return undefined;
  const { size: anchored, root } = kept.value;
  if (anchored > size) return { size, anchored };
  const own = parseCheckpoint(held.checkpoint(anchored));
  return own.ok && equalBytes(own.value.root, root) ? undefined : { size, anchored };
}

/** The size that is anchored, where another one may follow now. */
function dueSize(
  ledger: Ledger,
  { reference, origin }: HeldDatasetLog,
  nowMilliseconds: number,
): number | undefined {
  const code = referredCode(reference);
  const record = valueIn(ledger, codeKey(code));
  const dataset = valueIn<DatasetValue>(ledger, datasetKey(reference));
  const anchor = valueIn<AnchorValue>(ledger, anchorKey(code));
  if (record === undefined || referenceTo(record) !== reference) return undefined;
  if (dataset === undefined || anchor === undefined || dataset.log.origin !== origin) {
    return undefined;
  }
  if (!equalBytes(anchor.delegation, dataset.log.op)) return undefined;
  if (nowMilliseconds < anchor.at + DATASET_ANCHOR_PAUSE_MILLISECONDS) return undefined;
  const kept = parseCheckpoint(anchor.checkpoint);
  return kept.ok ? kept.value.size : undefined;
}

function valueIn<T>(ledger: Ledger, key: MapKey<T>): T | undefined {
  const bytes = ledger.value(key);
  return bytes && (decodeOwnCbor(bytes) as T);
}
