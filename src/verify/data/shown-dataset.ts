import {
  anchorKey,
  type CborMap,
  type CborValue,
  type Checkpoint,
  decodeCbor,
  equalBytes,
  err,
  isCborMap,
  ok,
  parseCheckpoint,
  parseCode,
  type Result,
  referredCode,
} from "../../core/index.ts";
import type { RecordVerdict } from "../record-proof.ts";

/** The ledger's proof lacks what is needed of the dataset. */
export type DatasetRefusal = {
  readonly code: "PROOF_DATASET";
  readonly key: string;
  readonly want: string;
};

export type ShownDataset = {
  readonly reference: string;
  readonly origin: string;
  readonly vkeys: readonly string[];
  /** Leaf hash of the entry that named the log. */
  readonly op: Uint8Array;
};

/** The dataset that a proof of the ledger is about, with its log. */
export function datasetIn({ key, value }: RecordVerdict): Result<ShownDataset, DatasetRefusal> {
  const reference = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
  const log = isCborMap(decoded(value)) ? (decoded(value) as CborMap).log : undefined;
  const { origin, vkeys, op }: CborMap = isCborMap(log) ? log : {};
  if (
    reference === undefined ||
    typeof origin !== "string" ||
    !isTexts(vkeys) ||
    !(op instanceof Uint8Array)
  ) {
    return err({ code: "PROOF_DATASET", key, want: "dataset/<code>#<generation> with its log" });
  }
  return ok({ reference, origin, vkeys, op });
}

const PREFIX = "dataset/";

function isTexts(value: CborValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

export function decoded(value: Uint8Array | undefined): CborValue | undefined {
  const result = value && decodeCbor(value);
  return result?.ok ? result.value : undefined;
}

/** The checkpoint of the dataset's log that the ledger keeps, and since when. */
export function anchorIn(
  { more }: RecordVerdict,
  { reference, op }: ShownDataset,
): { readonly checkpoint: Checkpoint; readonly milliseconds: number } | undefined {
  const code = parseCode(referredCode(reference));
  const shown = code.ok ? more.find(({ key }) => key === anchorKey(code.value)) : undefined;
  const anchor = decoded(shown?.value);
  if (!isCborMap(anchor)) return undefined;
  const { delegation, checkpoint, at } = anchor;
  const isOfLog = delegation instanceof Uint8Array && equalBytes(delegation, op);
  const kept = parseCheckpoint(String(checkpoint));
  return isOfLog && kept.ok ? { checkpoint: kept.value, milliseconds: Number(at) } : undefined;
}
