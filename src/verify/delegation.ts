import {
  anchorKey,
  type Checkpoint,
  type CheckpointRefusal,
  type Code,
  type ConsistencyRefusal,
  codeKey,
  decodeCbor,
  type EffectiveStatus,
  equalBytes,
  err,
  type Hash,
  isBelow,
  isCborMap,
  type NoteRefusal,
  ok,
  type Policy,
  type PolicyRefusal,
  parseCheckpoint,
  parseCode,
  parsePolicy,
  type Result,
  verifyConsistency,
} from "../core/index.ts";
import { MAX_PROOF_LENGTH } from "./bundle.ts";
import { type BundleRefusal, Part, reading, refuse } from "./reading.ts";
import { type RecordProofRefusal, type RecordVerdict, verifyRecordProof } from "./record-proof.ts";
import type { TrustOptions } from "./trust.ts";

// A chain of delegation: docs/spec/ledger.md, Proofs. An array of record proofs from the ledger that is trusted down to the
// one that a code lives in; each but the last brings `consistency`, from the checkpoint that it anchors to that of the next.

/** A ledger can be delegated out of another as often as a code has ancestors. */
const MAX_LEDGERS = 12;
const MAX_PATH_HASHES = 64;

/** What one ledger of the chain proves, and which ledger it names as the next. */
export type ChainLink = {
  readonly verdict: RecordVerdict;
  /** The delegated code. */
  readonly code: Code;
  /** Name of the next ledger's log. */
  readonly origin: string;
  /** tlog-policy text that its checkpoints must satisfy. */
  readonly policy: string;
  /** Leaf hash of its entry 0. */
  readonly genesis: Uint8Array;
  /** Its checkpoint that is anchored here: no other branch of its log grows out of it. */
  readonly anchored: Checkpoint;
};

export type ChainVerdict = {
  /** From the ledger that is trusted down, without the last. */
  readonly links: readonly ChainLink[];
  /** Of the ledger that the code lives in. */
  readonly last: RecordVerdict;
};

export type ChainRefusal =
  | RecordProofRefusal
  | PolicyRefusal
  | NoteRefusal
  | CheckpointRefusal
  | ConsistencyRefusal
  /** `at` counts the ledgers from the trusted one, which is 0. */
  | { readonly code: "PROOF_CHAIN_LENGTH"; readonly got: number; readonly max: number }
  | { readonly code: "PROOF_CHAIN_DELEGATION"; readonly at: number; readonly field: string }
  | {
      readonly code: "PROOF_CHAIN_STATUS";
      readonly at: number;
      readonly status: EffectiveStatus["status"];
      readonly because: string;
    }
  | {
      readonly code: "PROOF_CHAIN_ORIGIN";
      readonly at: number;
      readonly want: string;
      readonly got: string;
    }
  | {
      readonly code: "PROOF_CHAIN_SUBJECT";
      readonly at: number;
      readonly key: string;
      readonly under: string;
    };

/** An element of the array as it was read: the bundle is judged by `verifyRecordProof`. */
type Element = { readonly bundle: unknown; readonly consistency: readonly Hash[] | undefined };

/**
 * Checks a proof that leads from a trusted ledger through delegations to the ledger that a code lives in.
 *
 * Only the first ledger's policy is the caller's. Each delegation, which must be in force, gives the policy of the next
 * ledger, the hash of its entry 0 and the checkpoint that is anchored; the next proof must satisfy that policy, be of that
 * log, grow out of that checkpoint, and be about what was delegated. So a ledger speaks for its subtree alone, and a log that
 * forked off after it was anchored for nothing.
 *
 * @param input - the array as text, or the JSON value in it; not trusted
 * @returns what is proved, else the first check that failed, ledger by ledger: of `verifyRecordProof`,
 *   `PROOF_CHAIN_ORIGIN`, of `verifyConsistency`, `PROOF_CHAIN_SUBJECT`, then of the delegation `PROOF_CHAIN_DELEGATION`,
 *   `PROOF_CHAIN_STATUS`, of `parsePolicy` and `parseCheckpoint`
 */
export async function verifyProofChain(
  input: unknown,
  options: TrustOptions,
): Promise<Result<ChainVerdict, ChainRefusal>> {
  const elements = parseChain(input);
  if (!elements.ok) return elements;
  const links: ChainLink[] = [];
  let before: Next | undefined;
  for (const [at, { bundle, consistency }] of elements.value.entries()) {
    const verdict = await verifyNext(bundle, at, before, options);
    if (!verdict.ok) return verdict;
    if (consistency === undefined) return ok({ links, last: verdict.value });
    const next = delegationIn(verdict.value, at, consistency);
    if (!next.ok) return next;
    links.push(next.value.link);
    before = next.value;
  }
  // Somebody must answer: a chain that ends with a delegation says only where to ask.
  return err({ code: "PROOF_CHAIN_LENGTH", got: links.length, max: MAX_LEDGERS });
}

/** What the next ledger's proof must fit. */
type Next = {
  readonly link: ChainLink;
  readonly policy: Policy;
  readonly consistency: readonly Hash[];
};

function parseChain(input: unknown): Result<readonly Element[], BundleRefusal | ChainRefusal> {
  const elements = reading(() => {
    const list = new Part(typeof input === "string" ? parseJson(input) : input, "").list(
      MAX_LEDGERS,
    );
    return list.map(readElement);
  });
  if (!elements.ok || elements.value.length > 0) return elements;
  return err({ code: "PROOF_CHAIN_LENGTH", got: 0, max: MAX_LEDGERS });
}

function parseJson(text: string): unknown {
  const max = MAX_PROOF_LENGTH;
  if (text.length > max) refuse({ code: "PROOF_SIZE", got: text.length, max });
  try {
    return JSON.parse(text);
  } catch {
    return refuse({ code: "PROOF_JSON" });
  }
}

function readElement(part: Part): Element {
  const { value } = part;
  if (typeof value !== "object" || value === null) part.misfit("object");
  const { consistency, ...bundle } = value as { readonly consistency?: unknown };
  if (consistency === undefined) return { bundle, consistency };
  const path = new Part(consistency, `${part.path}.consistency`).list(MAX_PATH_HASHES);
  return { bundle, consistency: path.map((hash) => hash.hash()) };
}

async function verifyNext(
  bundle: unknown,
  at: number,
  before: Next | undefined,
  options: TrustOptions,
): Promise<Result<RecordVerdict, ChainRefusal>> {
  if (before === undefined) return verifyRecordProof(bundle, options);
  const { link, policy, consistency: path } = before;
  const { anchored } = link;
  const verdict = await verifyRecordProof(bundle, { ...options, policy });
  if (!verdict.ok) return verdict;
  const { key, checkpoint } = verdict.value;
  if (checkpoint.origin !== link.origin) {
    return err({ code: "PROOF_CHAIN_ORIGIN", at, want: link.origin, got: checkpoint.origin });
  }
  const sizes = { first: anchored.size, second: checkpoint.size };
  const grown = verifyConsistency({ ...sizes, path }, anchored.root, checkpoint.root);
  if (!grown.ok) return grown;
  return isAbout(key, link.code)
    ? verdict
    : err({ code: "PROOF_CHAIN_SUBJECT", at, key, under: link.code });
}

/** Whether a map key is about the code or something below it. */
function isAbout(key: string, under: Code): boolean {
  const text = /^(?:code|key|anchor|dataset|seals|unseal)\/([^#]+)/.exec(key)?.[1] ?? "";
  const code = parseCode(text);
  return code.ok && (code.value === under || isBelow(code.value, under));
}

/** The delegation that a proof of the delegated code's record and anchor shows, if it is in force. */
function delegationIn(
  verdict: RecordVerdict,
  at: number,
  consistency: readonly Hash[],
): Result<Next, ChainRefusal> {
  const { record, effective } = verdict;
  const lacks = (field: string) => err({ code: "PROOF_CHAIN_DELEGATION" as const, at, field });
  if (record === undefined || verdict.key !== codeKey(record.code)) return lacks("record");
  const delegation: Readonly<Record<string, unknown>> = { ...record.delegation };
  const { op, origin, policy: text, genesis } = delegation;
  if (typeof origin !== "string" || typeof text !== "string") return lacks("delegation");
  if (!(op instanceof Uint8Array) || !(genesis instanceof Uint8Array)) return lacks("genesis");
  if (effective === undefined) return lacks("effective");
  const { status, because } = effective;
  if (status !== "active") return err({ code: "PROOF_CHAIN_STATUS", at, status, because });
  const note = anchorOf(verdict, record.code, op);
  if (note === undefined) return lacks("anchor");
  const policy = parsePolicy(text);
  if (!policy.ok) return policy;
  const anchored = parseCheckpoint(note);
  if (!anchored.ok) return anchored;
  const { origin: of, size, root } = anchored.value;
  const kept = { origin: of, size, root };
  const link = { verdict, code: record.code, origin, policy: text, genesis, anchored: kept };
  return ok({ link, policy: policy.value, consistency });
}

/** The checkpoint that is anchored under this delegation. */
function anchorOf(verdict: RecordVerdict, code: Code, op: Uint8Array): string | undefined {
  const bytes = verdict.more.find(({ key }) => key === anchorKey(code))?.value;
  const value = bytes && decodeCbor(bytes);
  if (!value?.ok || !isCborMap(value.value)) return undefined;
  const { delegation, checkpoint } = value.value;
  const isOfIt = delegation instanceof Uint8Array && equalBytes(delegation, op);
  return isOfIt && typeof checkpoint === "string" ? checkpoint : undefined;
}
