import type { Code } from "../../core/index.ts";
import {
  type ChainLink,
  HISTORY_FORMAT,
  type HistoryChange,
  type HistoryVerdict,
  type RecordVerdict,
  type TrustOptions,
  verifyHistoryPages,
  verifyProofChain,
  verifyRecordProof,
} from "../../verify/index.ts";
import { refused } from "./attested.ts";
import { HISTORY_BEGINNING } from "./history-file.ts";

/** What a proof of a code proves, in whichever of the three forms it comes. */
export type Judged = {
  readonly record: RecordVerdict;
  /** Of a chain of delegation, or of a history that goes through several ledgers: those above. */
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
  if (isHistory(text)) return judgeHistory(text, trust);
  const record = await verifyRecordProof(text, trust);
  if (!record.ok) throw refused(record.error);
  return { record: record.value, links: [] };
}

async function judgeHistory(text: string, trust: TrustOptions): Promise<Judged> {
  const changes: HistoryChange[] = [];
  const verdict = await verifyHistoryPages(pagesOf(text), trust, (page) => {
    changes.push(...page);
  });
  if (!verdict.ok) throw refused(verdict.error);
  const { record, links } = verdict.value;
  return { record, links, history: { ...verdict.value, changes: changes.reverse() } };
}

/** Whether a text is a history: one page, or several as we keep them, a line each. */
export function isHistory(text: string): boolean {
  return pagesOf(text).some((page) => formatOf(page) === HISTORY_FORMAT);
}

function pagesOf(text: string): readonly string[] {
  return text.startsWith(HISTORY_BEGINNING) ? text.split("\n").filter(Boolean) : [text];
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
