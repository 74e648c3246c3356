import {
  type Code,
  type CodeRecord,
  codeKey,
  type EffectiveStatus,
  hex,
  isBelow,
  isCborMap,
  ok,
  parentOf,
  present,
  type Result,
  sha256,
} from "../../core/index.ts";
import { type ChainRefusal, type ChainVerdict, verifyProofChain } from "../delegation.ts";
import { type RecordVerdict, verifyRecordProof } from "../record-proof.ts";
import { provenStatus } from "../records.ts";
import type { TrustOptions } from "../trust.ts";
import type { ProvenValues } from "../values.ts";
import type { BatchPath } from "./batch.ts";
import { decodeValues } from "./shown-values.ts";

/** `format` of evidence as a node answers it. docs/spec/http.md, Seals. */
export const SEAL_EVIDENCE_FORMAT = "cityid/seal-evidence/v1";

/** What is at hand when a seal is checked: fetched now, or kept from earlier. Nothing of it is trusted. */
export type SealEvidence = {
  /** Record proofs, and chains of them (`chain=1`), as text or JSON; of any age, in any order. */
  readonly proofs?: readonly unknown[];
  /** Status bits, 131 072 bytes for each key; which key's they are, their hash says. */
  readonly statuses?: readonly Uint8Array[];
  /** Paths of seals into batches. */
  readonly paths?: readonly BatchPath[];
};

/** What a proof says of a map key, and how old that is. */
export type Shown<T> = {
  /** Absent where it is proved that there is none. */
  readonly value?: T;
  readonly ageSeconds: number;
  /** All that the same state is shown to hold. */
  readonly values: ProvenValues;
};

/** A ledger as one proof shows it. */
type Source = {
  readonly verdict: RecordVerdict;
  readonly values: ProvenValues;
  /** The code that was delegated to this ledger; absent of the one that is trusted. */
  readonly under?: Code;
  readonly depth: number;
  readonly ageSeconds: number;
  /** Whether what stands below a code is its own, as far as that was asked. */
  readonly judged: Map<string, boolean>;
};

/** A piece of evidence that proves nothing; `at` counts the proofs that were given. */
export type RefusedProof = { readonly at: number; readonly refusal: ChainRefusal };

/**
 * Evidence that was checked, for judging any number of seals. Where several proofs say something, the ledger that a code was
 * delegated to counts before the one that delegated it, and a later state before an earlier one.
 */
export class SealKnowledge {
  readonly refused: readonly RefusedProof[];
  readonly paths: readonly BatchPath[];
  readonly #sources: readonly Source[];
  readonly #statuses: ReadonlyMap<string, Uint8Array>;

  constructor(
    sources: readonly Source[],
    refused: readonly RefusedProof[],
    { statuses = [], paths = [] }: SealEvidence,
  ) {
    this.#sources = [...sources].sort(firstToAsk);
    this.#statuses = new Map(statuses.map((bits) => [hex(sha256(bits)), bits]));
    this.refused = refused;
    this.paths = paths;
  }

  /** What stands under a map key that is about `code`; `undefined` where no proof says it. */
  shown<T>(key: string, code: Code): Shown<T> | undefined {
    for (const source of this.#sources) {
      const value = source.values.get(key) as T | undefined;
      if (value === undefined && !source.values.has(key)) continue;
      if (!speaksFor(source, code)) continue;
      const { ageSeconds, values } = source;
      return value === undefined ? { ageSeconds, values } : { value, ageSeconds, values };
    }
    return undefined;
  }

  /** The effective status of a record that is shown. */
  status(key: string, record: CodeRecord): EffectiveStatus | undefined {
    const { code } = record;
    const source = this.#sources.find((each) => each.values.has(key) && speaksFor(each, code));
    return source && provenStatus(record, source.values);
  }

  /** The status bits with this hash. */
  statusBits(hash: Uint8Array): Uint8Array | undefined {
    return this.#statuses.get(hex(hash));
  }
}

function firstToAsk(a: Source, b: Source): number {
  const size = b.verdict.checkpoint.size - a.verdict.checkpoint.size;
  return b.depth - a.depth || size || a.ageSeconds - b.ageSeconds;
}

/** Whether the code lives in this ledger: below what was delegated to it, and not below what it delegated. */
function speaksFor(source: Source, code: Code): boolean {
  const { under } = source;
  if (under !== undefined && code !== under && !isBelow(code, under)) return false;
  const parent = parentOf(code);
  return parent === undefined || isOwn(source, parent);
}

/** Whether what stands below a code is this ledger's: neither the code nor any above it is delegated, and all are shown. */
function isOwn(source: Source, code: Code): boolean {
  const known = source.judged.get(code);
  if (known !== undefined) return known;
  const key = codeKey(code);
  const record = source.values.get(key);
  const isDelegated = isCborMap(record) && record.delegation !== undefined;
  const parent = parentOf(code);
  const isAboveOwn = parent === undefined || isOwn(source, parent);
  const own = source.values.has(key) && !isDelegated && isAboveOwn;
  source.judged.set(code, own);
  return own;
}

/**
 * Checks evidence once, for any number of seals. A proof that is refused counts for nothing, and is named with why; its age
 * refuses none: what is old is said to be old by whoever judges.
 */
export async function openSealEvidence(
  evidence: SealEvidence,
  options: TrustOptions,
): Promise<SealKnowledge> {
  const sources: Source[] = [];
  const refused: RefusedProof[] = [];
  for (const [at, proof] of (evidence.proofs ?? []).entries()) {
    const read = await readProof(proof, { ...options, maxAgeSeconds: Number.POSITIVE_INFINITY });
    if (read.ok) sources.push(...sourcesOf(read.value));
    else refused.push({ at, refusal: read.error });
  }
  return new SealKnowledge(sources, refused, evidence);
}

/** A chain is an array; what is none is one record proof. */
async function readProof(
  proof: unknown,
  options: TrustOptions,
): Promise<Result<ChainVerdict, ChainRefusal>> {
  const isChain = typeof proof === "string" ? proof.startsWith("[") : Array.isArray(proof);
  if (isChain) return verifyProofChain(proof, options);
  const last = await verifyRecordProof(proof, options);
  return last.ok ? ok({ links: [], last: last.value }) : last;
}

function sourcesOf({ links, last }: ChainVerdict): Source[] {
  let ageSeconds = 0;
  return [...links.map(({ verdict }) => verdict), last].map((verdict, depth) => {
    const under = links[depth - 1]?.code;
    // What a ledger says is no fresher than the delegation to it.
    ageSeconds = Math.max(ageSeconds, present(verdict.age, "the age of a record proof").seconds);
    const values = decodeValues(verdict);
    const judged = new Map<string, boolean>();
    return { verdict, values, depth, ageSeconds, judged, ...(under !== undefined && { under }) };
  });
}
