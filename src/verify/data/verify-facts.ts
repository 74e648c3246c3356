import {
  type CborMap,
  type Checkpoint,
  type Code,
  DATA_FUTURE_SECONDS,
  type DataEntry,
  datasetPolicy,
  decodeEntry,
  decodeFact,
  type EntryCheck,
  type EntryRefusal,
  equalBytes,
  err,
  type Fact,
  type FactRefusal,
  type Hash,
  hashLeaf,
  hex,
  type InclusionRefusal,
  isCborMap,
  isSignedBy,
  type JudgeRefusal,
  judgeDataScope,
  type KeyRecord,
  ok,
  type PolicyRefusal,
  parsePolicy,
  type Result,
  referredCode,
  rootFromInclusion,
  sameHash,
  selfAndAncestors,
  verifyInclusion,
} from "../../core/index.ts";
import { type ChainRefusal, type ChainVerdict, verifyProofChain } from "../delegation.ts";
import type { BundleRefusal } from "../reading.ts";
import { parseReceipt, type ReceiptRefusal, verifyEntry } from "../receipt.ts";
import type { RecordVerdict } from "../record-proof.ts";
import type { TrustedCheckpoint, TrustOptions } from "../trust.ts";
import { type FactBundle, parseFactBundle } from "./fact-bundle.ts";
import {
  anchorIn,
  type DatasetRefusal,
  datasetIn,
  decoded,
  type ShownDataset,
} from "./shown-dataset.ts";

/** What a proof of facts proves: that these things were said, by whose key, and where that is written down. */
export type FactsVerdict = {
  readonly facts: readonly Fact[];
  /** `code#generation` of the dataset. */
  readonly dataset: string;
  readonly source: Code;
  /** When the source says it signed. */
  readonly iatSeconds: number;
  /** Whose key it is, and what became of that key since: the ledger shows it as of `ledger.last`. */
  readonly signer: {
    readonly holder: string;
    readonly kid: string;
    readonly closed?: { readonly why: string; readonly sinceSeconds: number };
  };
  /** Position of the entry in the log of the dataset. */
  readonly index: number;
  readonly log: TrustedCheckpoint;
  /** Block time in which the ledger kept this checkpoint of the log; absent where it has kept another one. */
  readonly anchoredMilliseconds?: number;
  readonly ledger: ChainVerdict;
};

export type FactsRefusal =
  | BundleRefusal
  | ChainRefusal
  | PolicyRefusal
  | ReceiptRefusal
  | InclusionRefusal
  | EntryRefusal
  | FactRefusal
  | Extract<JudgeRefusal, { code: "DATA_AUDIENCE" | "AUTH_SIGNATURE" }>
  | DatasetRefusal
  /** No data key `kid` of the source, or of anybody above it, is shown that could have signed. */
  | { readonly code: "PROOF_SIGNER"; readonly source: string; readonly kid: string }
  /** Facts that are not of one observation; `at` counts those in the proof. */
  | { readonly code: "PROOF_FACT"; readonly at: number };

export type FactsOptions = TrustOptions & {
  /** Whether an entry is signed by a key; by the platform's own arithmetic where it is not given. May answer later. */
  readonly checkEntry?: (...of: Parameters<EntryCheck>) => boolean | Promise<boolean>;
};

/**
 * Checks a proof of facts: from a fact up to the ledger that is trusted, by RFC 9162 paths and the map alone.
 *
 * What is proved lasts: it says what was said, not that it is true. A key that was closed as compromised since is told, and
 * whoever relies on the facts compares: what was anchored before `sinceSeconds` was signed before.
 *
 * @param input - the bundle as text, or the JSON value in it; not trusted
 * @returns what is proved, else the first check that failed: of the bundle; of `verifyProofChain`; `PROOF_DATASET`; of the log's
 *   keys; of the receipt; of `decodeEntry`; `DATA_AUDIENCE`; `PROOF_SIGNER`; `AUTH_SIGNATURE`; of each fact `DATA_FACT`, of
 *   `rootFromInclusion`, `PROOF_FACT`; of `verifyInclusion`
 */
export async function verifyFacts(
  input: unknown,
  options: FactsOptions,
): Promise<Result<FactsVerdict, FactsRefusal>> {
  const bundle = parseFactBundle(input);
  if (!bundle.ok) return bundle;
  const ledger = await verifyProofChain(bundle.value.ledger, options);
  if (!ledger.ok) return ledger;
  const dataset = datasetIn(ledger.value.last);
  if (!dataset.ok) return dataset;
  const logged = await verifyLogged(bundle.value, dataset.value, options);
  if (!logged.ok) return logged;
  const signer = await verifySigner(ledger.value.last, logged.value.entry, options);
  if (!signer.ok) return signer;
  const facts = verifyObservation(bundle.value, logged.value.entry);
  if (!facts.ok) return facts;
  const { entry, index, log } = logged.value;
  const { source, iatSeconds } = entry;
  const anchored = anchoredAt(ledger.value.last, dataset.value, log.checkpoint);
  return ok({
    ...{ facts: facts.value, dataset: dataset.value.reference, source, iatSeconds },
    ...{ signer: signer.value, index, log },
    ...(anchored !== undefined && { anchoredMilliseconds: anchored }),
    ledger: ledger.value,
  });
}

type Logged = {
  readonly entry: DataEntry;
  readonly index: number;
  readonly log: TrustedCheckpoint;
};

/** The entry, if it stands in the log that the dataset names. */
async function verifyLogged(
  { entry: bytes, log }: FactBundle,
  { origin, vkeys }: ShownDataset,
  options: TrustOptions,
): Promise<Result<Logged, FactsRefusal>> {
  const policy = parsePolicy(datasetPolicy({ vkeys }));
  if (!policy.ok) return policy;
  const proof = parseReceipt(log);
  if (!proof.ok) return proof;
  const included = await verifyEntry(proof.value, bytes, { ...options, policy: policy.value });
  if (!included.ok) return included;
  const entry = decodeEntry(bytes);
  if (!entry.ok) return entry;
  const { audience } = entry.value;
  if (audience !== origin) return err({ code: "DATA_AUDIENCE", got: audience, want: origin });
  return ok({ entry: entry.value, index: proof.value.index, log: included.value });
}

/** The key that signed, of the source or of somebody above it. Who was the nearest then, the node judged that took the entry. */
export async function verifySigner(
  { more }: Pick<RecordVerdict, "more">,
  entry: DataEntry,
  { checkEntry = isSignedBy }: FactsOptions,
): Promise<Result<FactsVerdict["signer"], FactsRefusal>> {
  const kid = hex(entry.kid);
  const entitled: readonly string[] = selfAndAncestors(entry.source);
  for (const { key: name, value } of more) {
    const [, holder = ""] = /^key\/([^#]+#\d+)\/([0-9a-f]{16})$/.exec(name) ?? [];
    if (!name.endsWith(`/${kid}`) || !entitled.includes(referredCode(holder))) continue;
    const record = decoded(value);
    if (!isCborMap(record) || !isDataKey(record) || !couldSign(record, entry)) continue;
    const { key, to, why, since } = record;
    if (!(await checkEntry({ key: key as never }, entry))) {
      return err({ code: "AUTH_SIGNATURE", kid });
    }
    const closed = Math.floor(Number(to) / 1000);
    const sinceSeconds = typeof since === "number" ? since : closed;
    const isOpen = to === undefined;
    return ok({ holder, kid, ...(!isOpen && { closed: { why: String(why), sinceSeconds } }) });
  }
  return err({ code: "PROOF_SIGNER", source: entry.source, kid });
}

function isDataKey({ uses, key }: CborMap): boolean {
  return Array.isArray(uses) && uses.includes("data") && key instanceof Map;
}

/**
 * Whether a node could take the entry by this key, as `judgeEntry` says. When the key was opened does not matter: what is signed
 * may have waited. A key that was closed as compromised is told, not refused: it may have been open when the entry came.
 */
function couldSign(record: CborMap, { source, iatSeconds, kid }: DataEntry): boolean {
  const { scope = {}, to, why } = record;
  if (!isCborMap(scope) || !Array.isArray(scope.classes ?? [])) return false;
  // While it was open, it may have signed by a clock that ran ahead.
  const earliest = (iatSeconds - DATA_FUTURE_SECONDS) * 1000;
  if (why === "retired" && Number(to) < earliest) return false;
  return judgeDataScope(record as unknown as KeyRecord, hex(kid), source, iatSeconds).ok;
}

/** The facts, if they are of one observation to which the entry commits. */
function verifyObservation(
  { facts: given, of: size, observation }: FactBundle,
  { count, root }: DataEntry,
): Result<readonly Fact[], FactsRefusal> {
  const facts: Fact[] = [];
  let common: Hash | undefined;
  for (const [at, { bytes, index, path }] of given.entries()) {
    const fact = decodeFact(bytes);
    if (!fact.ok) return fact;
    const led = rootFromInclusion(hashLeaf(bytes), { index, size, path });
    if (!led.ok) return led;
    common ??= led.value;
    if (!sameHash(common, led.value)) return err({ code: "PROOF_FACT", at });
    facts.push(fact.value);
  }
  const { index, path } = observation;
  const leaf = hashLeaf(common as Hash);
  const included = verifyInclusion(leaf, { index, size: count, path }, root);
  return included.ok ? ok(facts) : included;
}

/** When the ledger kept this very checkpoint. */
function anchoredAt(
  record: RecordVerdict,
  dataset: ShownDataset,
  { size, root }: Checkpoint,
): number | undefined {
  const anchor = anchorIn(record, dataset);
  if (anchor?.checkpoint.size !== size) return undefined;
  return equalBytes(anchor.checkpoint.root, root) ? anchor.milliseconds : undefined;
}
