import {
  type Code,
  type CodeRecord,
  decodeCbor,
  type EffectiveStatus,
  isCborMap,
  type Names,
  parentOf,
  parseResolverHost,
  resolverUrl,
} from "../../core/index.ts";
import type { HistoryChange, HistoryGap, TrustedCheckpoint } from "../../verify/index.ts";
import { codeOfKey, type Judged } from "../verify/judge.ts";

/** All that a certificate can say, and nothing that its proof does not prove. */
export type Facts = {
  readonly code: Code;
  /** Absent: the code was never issued in this ledger. */
  readonly record?: CodeRecord;
  readonly status?: EffectiveStatus;
  /** The nearest of the code and its ancestors that has keys to govern it; absent where the members decide. */
  readonly owner?: Code;
  /** Names of the code and of its ancestors. */
  readonly names: ReadonlyMap<string, Names>;
  /** Oldest first. */
  readonly changes?: readonly HistoryChange[];
  readonly gaps: readonly HistoryGap[];
  /** Unix milliseconds: the block whose state it is. */
  readonly timeMilliseconds: number;
  readonly height: number;
  readonly trusted: TrustedCheckpoint;
  /** Ledgers that lead to this one by delegation, from the one that is trusted. */
  readonly above: readonly string[];
  /** Where the code resolves, if the name of the log says so. */
  readonly address?: string;
};

/** `undefined` where the proof is about something else than a code. */
export function factsOf({ record: verdict, links, history }: Judged): Facts | undefined {
  const code = codeOfKey(verdict.key);
  if (code === undefined) return undefined;
  const { record, effective: status, block, checkpoint } = verdict;
  const records = recordsIn(verdict.more);
  if (record !== undefined) records.set(code, record);
  const owner = record && ownerOf(code, records);
  const address = addressOf(checkpoint.origin, code);
  return {
    code,
    ...(record && { record }),
    ...(status && { status }),
    ...(owner && { owner }),
    names: new Map([...records].map(([each, { names }]) => [each, names])),
    ...(history && { changes: history.changes }),
    gaps: history?.gaps ?? [],
    timeMilliseconds: block.time,
    height: block.height,
    trusted: verdict,
    above: links.map(
      ({
        verdict: {
          checkpoint: { origin },
        },
      }) => origin,
    ),
    ...(address && { address }),
  };
}

/** The records of codes among the values of a proof, which the verifier read as such already. */
function recordsIn(values: Judged["record"]["more"]): Map<Code, CodeRecord> {
  const records = new Map<Code, CodeRecord>();
  for (const { key, value } of values) {
    const code = codeOfKey(key);
    const decoded = value && decodeCbor(value);
    if (code === undefined || !decoded?.ok || !isCborMap(decoded.value)) continue;
    records.set(code, decoded.value as unknown as CodeRecord);
  }
  return records;
}

/** @see docs/spec/operations.md, Keys and authority */
function ownerOf(code: Code, records: ReadonlyMap<Code, CodeRecord>): Code | undefined {
  for (let at: Code | undefined = code; at !== undefined; at = parentOf(at)) {
    if (records.get(at)?.holds.includes("govern")) return at;
  }
  return undefined;
}

const LOG_PATH = "/log";

/** A ledger's log is named after the address that serves it: `host/log`. */
function addressOf(origin: string, code: Code): string | undefined {
  if (!origin.endsWith(LOG_PATH)) return undefined;
  const host = parseResolverHost(origin.slice(0, -LOG_PATH.length));
  return host.ok ? resolverUrl(host.value, code) : undefined;
}
