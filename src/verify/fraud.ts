import {
  type CheckpointRefusal,
  err,
  formatVerifierKey,
  type GrowthShapeRefusal,
  type Hash,
  type InclusionRefusal,
  type NoteRefusal,
  ok,
  type Policy,
  parseCheckpoint,
  policyKeys,
  type Result,
  rootsOfGrowth,
  type SignatureRefusal,
  type SignedCheckpoint,
  sameHash,
  type VerifierKey,
  verifyInclusion,
  verifyNoteAsync,
} from "../core/index.ts";
import type { OriginsRefusal } from "./consistency.ts";
import { type FraudBundle, type LeafClaim, parseFraudBundle } from "./fraud-bundle.ts";
import type { BundleRefusal } from "./reading.ts";
import type { TrustOptions } from "./trust.ts";

/** One of the two checkpoints that contradict each other. */
export type FraudulentCheckpoint = {
  readonly size: number;
  readonly root: Hash;
  /** Names of the policy's witnesses that cosigned it; one that cosigned both failed too. */
  readonly cosignedBy: readonly string[];
};

/** That whoever holds a log's key has shown two histories: no log that only grows has both checkpoints. */
export type FraudVerdict = {
  readonly origin: string;
  /** vkeys of the log that signed both. */
  readonly signedBy: readonly string[];
  readonly first: FraudulentCheckpoint;
  readonly second: FraudulentCheckpoint;
  readonly how: /** Two roots of one size. */
    | { readonly kind: "roots" }
    /** Two entries at one place. */
    | {
        readonly kind: "leaves";
        readonly index: number;
        readonly first: Hash;
        readonly second: Hash;
      }
    /** The second log does not begin as the first one was; `began` is the root over as many of its entries. */
    | { readonly kind: "prefix"; readonly began: Hash };
};

export type FraudRefusal =
  | BundleRefusal
  | NoteRefusal
  | CheckpointRefusal
  | OriginsRefusal
  | SignatureRefusal
  /** None of the policy's keys of this log signed both. */
  | { readonly code: "FRAUD_KEY"; readonly origin: string }
  /** Checkpoints of different sizes contradict each other only with evidence. */
  | { readonly code: "FRAUD_EVIDENCE"; readonly first: number; readonly second: number }
  /** They agree, as far as the evidence goes. */
  | { readonly code: "FRAUD_SAME_ROOT"; readonly size: number }
  | { readonly code: "FRAUD_SAME_LEAF"; readonly index: number }
  | { readonly code: "FRAUD_SAME_PREFIX"; readonly size: number }
  | InclusionRefusal
  | GrowthShapeRefusal
  | { readonly code: "PROOF_SECOND_ROOT"; readonly got: Hash };

/** A fraud proof is of no time: what contradicts itself once does so for ever. */
export type FraudOptions = Pick<TrustOptions, "checkSignature"> & {
  /** Whose logs are judged. Its quorum plays no part: the log's own signatures convict it. */
  readonly policy: Policy;
};

/**
 * Checks a fraud proof: whether it shows that the holder of a log's key signed two checkpoints that no log can have both of.
 *
 * @param input - the bundle as text, or the JSON value in it; not trusted: who brings it may want to slander
 * @returns what it proves, else the first check that failed: of `parseFraudBundle`; of each checkpoint as text,
 *   `PROOF_ORIGINS`; of `verifyNote` for the first and for the second, `FRAUD_KEY`; of the evidence: `FRAUD_EVIDENCE` or
 *   `FRAUD_SAME_ROOT` without any; of `verifyInclusion` for each leaf, `FRAUD_SAME_LEAF`; `PROOF_SIZES`, `PROOF_LENGTH`,
 *   `PROOF_SECOND_ROOT`, `FRAUD_SAME_PREFIX`
 */
export async function verifyFraudProof(
  input: unknown,
  options: FraudOptions,
): Promise<Result<FraudVerdict, FraudRefusal>> {
  const bundle = parseFraudBundle(input);
  if (!bundle.ok) return bundle;
  const first = parseCheckpoint(bundle.value.first, true);
  if (!first.ok) return first;
  const second = parseCheckpoint(bundle.value.second, true);
  if (!second.ok) return second;
  const { origin } = first.value;
  if (second.value.origin !== origin) {
    return err({ code: "PROOF_ORIGINS", first: origin, second: second.value.origin });
  }
  const firstKeys = await signersOf(first.value, options);
  if (!firstKeys.ok) return firstKeys;
  const secondKeys = await signersOf(second.value, options);
  if (!secondKeys.ok) return secondKeys;
  const signers = firstKeys.value.filter(
    (key) => key.kind === "ed25519" && key.name === origin && secondKeys.value.includes(key),
  );
  if (signers.length === 0) return err({ code: "FRAUD_KEY", origin });
  const how = contradiction(first.value, second.value, bundle.value);
  if (!how.ok) return how;
  return ok({
    origin,
    signedBy: signers.map(formatVerifierKey),
    first: shown(first.value, firstKeys.value, options.policy),
    second: shown(second.value, secondKeys.value, options.policy),
    how: how.value,
  });
}

/** Keys of the policy that signed or cosigned. */
async function signersOf(
  { note }: SignedCheckpoint,
  { policy, checkSignature }: FraudOptions,
): Promise<Result<readonly VerifierKey[], SignatureRefusal>> {
  const attested = await verifyNoteAsync(note, policyKeys(policy), checkSignature);
  return attested.ok ? ok(attested.value.map(({ key }) => key)) : attested;
}

function shown(
  { size, root }: SignedCheckpoint,
  keys: readonly VerifierKey[],
  { witnesses }: Policy,
): FraudulentCheckpoint {
  const cosignedBy = witnesses.filter(({ key }) => keys.includes(key)).map(({ name }) => name);
  return { size, root, cosignedBy };
}

function contradiction(
  first: SignedCheckpoint,
  second: SignedCheckpoint,
  { leaves, nodes }: FraudBundle,
): Result<FraudVerdict["how"], FraudRefusal> {
  if (leaves !== undefined) return differentLeaves(first, second, leaves);
  if (nodes !== undefined) return anotherBeginning(first, second, nodes);
  if (first.size !== second.size) {
    return err({ code: "FRAUD_EVIDENCE", first: first.size, second: second.size });
  }
  const isSame = sameHash(first.root, second.root);
  return isSame ? err({ code: "FRAUD_SAME_ROOT", size: first.size }) : ok({ kind: "roots" });
}

function differentLeaves(
  first: SignedCheckpoint,
  second: SignedCheckpoint,
  leaves: NonNullable<FraudBundle["leaves"]>,
): Result<FraudVerdict["how"], FraudRefusal> {
  const { index } = leaves;
  const isIncluded = ({ leaf, path }: LeafClaim, { size, root }: SignedCheckpoint) =>
    verifyInclusion(leaf, { index, size, path }, root);
  const inFirst = isIncluded(leaves.first, first);
  if (!inFirst.ok) return inFirst;
  const inSecond = isIncluded(leaves.second, second);
  if (!inSecond.ok) return inSecond;
  if (sameHash(leaves.first.leaf, leaves.second.leaf)) {
    return err({ code: "FRAUD_SAME_LEAF", index });
  }
  return ok({ kind: "leaves", index, first: leaves.first.leaf, second: leaves.second.leaf });
}

/** The nodes are the second tree's, as its root shows; so the root over its beginning is another one than was signed. */
function anotherBeginning(
  first: SignedCheckpoint,
  second: SignedCheckpoint,
  path: readonly Hash[],
): Result<FraudVerdict["how"], FraudRefusal> {
  // Of two roots of one size no nodes are needed.
  if (first.size === second.size) {
    return err({ code: "PROOF_SIZES", first: first.size, second: second.size });
  }
  const roots = rootsOfGrowth({ first: first.size, second: second.size, path });
  if (!roots.ok) return roots;
  const { older: began, newer } = roots.value;
  if (!sameHash(newer, second.root)) return err({ code: "PROOF_SECOND_ROOT", got: newer });
  if (sameHash(began, first.root)) return err({ code: "FRAUD_SAME_PREFIX", size: first.size });
  return ok({ kind: "prefix", began });
}
