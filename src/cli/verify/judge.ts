import type { Code } from "../../core/index.ts";
import {
  type ChainLink,
  HISTORY_FORMAT,
  type HistoryVerdict,
  type RecordVerdict,
  type TrustOptions,
  verifyHistory,
  verifyProofChain,
  verifyRecordProof,
} from "../../verify/index.ts";
import { refused } from "./attested.ts";

/** What a proof of a code proves, in whichever of the three forms it comes. */
export type Judged = {
  readonly record: RecordVerdict;
  /** Of a chain of delegation: the ledgers above. */
  readonly links: readonly ChainLink[];
  /** Of a history. */
  readonly history?: HistoryVerdict;
};

/** Judges a record proof, a chain of them, or a history. @throws CliProblem CLI_PROOF */
export async function judgeProof(text: string, trust: TrustOptions): Promise<Judged> {
  if (text.startsWith("[")) {
    const chain = await verifyProofChain(text, trust);
    if (!chain.ok) throw refused(chain.error);
    return { record: chain.value.last, links: chain.value.links };
  }
  if (formatOf(text) === HISTORY_FORMAT) {
    const history = await verifyHistory(text, trust);
    if (!history.ok) throw refused(history.error);
    return { record: history.value.record, links: [], history: history.value };
  }
  const record = await verifyRecordProof(text, trust);
  if (!record.ok) throw refused(record.error);
  return { record: record.value, links: [] };
}

/** What a file says that it is; whoever verifies it reads it strictly. */
export function formatOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly format?: unknown } | null)?.format;
  } catch {
    return undefined;
  }
}

/** The code that a map key is about, if it is the key of a code's newest record. */
export function codeOfKey(key: string): Code | undefined {
  return key.startsWith("code/") && !key.includes("#")
    ? (key.slice("code/".length) as Code)
    : undefined;
}
