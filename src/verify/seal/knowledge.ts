import {
  ancestorsOf,
  type CborMap,
  type Code,
  type CodeRecord,
  codeKey,
  type EffectiveStatus,
  encodeCbor,
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
import { type KnownAbove, provenStatus } from "../records.ts";
import type { TrustOptions } from "../trust.ts";
import type { ProvenValues } from "../values.ts";
import type { BatchPath } from "./batch.ts";
import { decodeValues } from "./shown-values.ts";
import type { Walk } from "./signer.ts";

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
  /** The ledger that delegated to this one, in the same chain; absent of the one that is trusted. */
  readonly above?: Source;
  readonly depth: number;
  readonly ageSeconds: number;
  /** Whether what stands below a code is its own, as far as that was asked. */
  readonly judged: Map<string, boolean>;
  readonly known: KnownAbove;
};

/** A piece of evidence that proves nothing; `at` counts the proofs that were given. */
export type RefusedProof = { readonly at: number; readonly refusal: ChainRefusal };

/**
 * Evidence that was checked, for judging any number of seals. Where several proofs say something, the ledger that a code was
 * delegated to counts before the one that delegated it, and a later state before an earlier one. A ledger counts for nothing
 * once a later state of the one above is shown to have taken back the delegation.
 */
export class SealKnowledge {
  readonly refused: readonly RefusedProof[];
  readonly paths: readonly BatchPath[];
  readonly #sources: readonly Source[];
  readonly #statuses: ReadonlyMap<string, Uint8Array>;
  /** What was found of a key at or above a code, for all seals below it: by `<kid> <code>`. */
  readonly walks: Map<string, Walk> = new Map();

  constructor(
    sources: readonly Source[],
    refused: readonly RefusedProof[],
    { statuses = [], paths = [] }: SealEvidence,
  ) {
    this.#sources = inForce(sources).sort(firstToAsk);
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
    return source && provenStatus(record, source.values, source.known);
  }

  /** The status bits with this hash. */
  statusBits(hash: Uint8Array): Uint8Array | undefined {
    return this.#statuses.get(hex(hash));
  }
}

/** Sizes tell only of one log which state is later. */
function firstToAsk(a: Source, b: Source): number {
  const [{ block, checkpoint }, other] = [a.verdict, b.verdict];
  const isOneLog = other.checkpoint.origin === checkpoint.origin;
  const later = isOneLog ? other.checkpoint.size - checkpoint.size : other.block.time - block.time;
  return b.depth - a.depth || later || a.ageSeconds - b.ageSeconds;
}

/** Without ledgers that the one above, or any above that, is shown to have delegated to no longer. */
function inForce(sources: readonly Source[]): Source[] {
  const kept: Source[] = [];
  // From the top down: who has no say any more takes nothing back either.
  for (const source of [...sources].sort((a, b) => a.depth - b.depth)) {
    const { above } = source;
    const isKept =
      above === undefined ||
      (kept.includes(above) && !kept.some((each) => hasTakenBack(each, above)));
    if (isKept) kept.push(source);
  }
  return kept;
}

/** Whether a later state of the ledger that delegated a code shows another delegation, of the code or above it, or none. */
function hasTakenBack(later: Source, above: Source): boolean {
  const [{ origin, size }, before] = [later.verdict.checkpoint, above.verdict.checkpoint];
  const code = delegatedBy(above);
  if (later.depth !== above.depth || origin !== before.origin || size <= before.size) return false;
  return [code, ...ancestorsOf(code)].some(
    (each) =>
      later.values.has(codeKey(each)) && delegationOf(later, each) !== delegationOf(above, each),
  );
}

/** The code that the proof of a ledger above is about. */
function delegatedBy({ verdict }: Source): Code {
  return present(verdict.record, "the record of a delegated code").code;
}

/** Which log a code is delegated to, as long as it is; `undefined` where it is not. */
function delegationOf({ values }: Source, code: Code): string | undefined {
  const record = values.get(codeKey(code));
  const delegation = isCborMap(record) ? record.delegation : undefined;
  if (delegation === undefined) return undefined;
  // Its policy and address may change.
  const { op = null, genesis = null }: CborMap = { ...(delegation as CborMap) };
  return hex(encodeCbor([op, genesis]));
}

/** Whether the code lives in this ledger: below what was delegated to it, and not below what it delegated. */
function speaksFor(source: Source, code: Code): boolean {
  const under = source.above && delegatedBy(source.above);
  if (under !== undefined && code !== under && !isBelow(code, under)) return false;
  const parent = parentOf(code);
  return parent === undefined || isOwn(source, parent);
}

/** Whether what stands below a code is this ledger's: neither the code nor any above it is delegated, and all are shown. */
function isOwn(source: Source, code: Code): boolean {
  const known = source.judged.get(code);
  if (known !== undefined) return known;
  const parent = parentOf(code);
  const isAboveOwn = parent === undefined || isOwn(source, parent);
  const isHere = source.values.has(codeKey(code)) && delegationOf(source, code) === undefined;
  const own = isHere && isAboveOwn;
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
  const sources: Source[] = [];
  for (const [depth, verdict] of [...links.map((link) => link.verdict), last].entries()) {
    const above = sources.at(-1);
    // What a ledger says is no fresher than the delegation to it.
    const { seconds } = present(verdict.age, "the age of a record proof");
    const ageSeconds = Math.max(above?.ageSeconds ?? 0, seconds);
    const values = decodeValues(verdict);
    const judged = new Map<string, boolean>();
    const source = { verdict, values, depth, ageSeconds, judged, known: new Map() };
    sources.push(above === undefined ? source : { ...source, above });
  }
  return sources;
}
