import {
  evaluatePolicy,
  type Policy,
  parseCheckpoint,
  type SignedCheckpoint,
  sameHash,
  type VerifierKey,
} from "../core/index.ts";
import { type CheckedCosignature, hasQuorum, mergedNote } from "./cosigned.ts";
import { isOwn } from "./own.ts";

/** Sizes whose cosignatures are kept: one round is under way, older ones may end late. */
const MAX_KEPT = 8;

type Collected = {
  readonly checkpoint: SignedCheckpoint;
  /** By the name that the policy gave the witness. */
  readonly cosignatures: Map<string, CheckedCosignature>;
};

export type CosignedNote = { readonly size: number; readonly note: string };

/** Cosignatures that were checked, by the size of the checkpoint; judged by the policy of the moment. */
export class CosignaturePool {
  readonly #bySize = new Map<number, Collected>();
  readonly #own: () => readonly VerifierKey[];

  /** @param own - keys whose cosignatures do not count */
  constructor(own: () => readonly VerifierKey[]) {
    this.#own = own;
  }

  /** Makes room for the cosignatures of a checkpoint; of the old ones stay the newest and the one that satisfies the policy. */
  begin(policy: Policy, checkpoint: SignedCheckpoint): void {
    const { size } = checkpoint;
    const cosignatures = this.#bySize.get(size)?.cosignatures ?? new Map();
    this.#bySize.set(size, { checkpoint, cosignatures });
    const best = this.best(policy)?.size;
    for (const old of this.#sizes().slice(MAX_KEPT)) if (old !== best) this.#bySize.delete(old);
  }

  /**
   * One that comes when its checkpoint is long forgotten is of no use any more. Each was of its moment when it came, so the
   * last one stands: after a clock was set right an earlier time is the true one.
   */
  add(size: number, cosignature: CheckedCosignature): void {
    this.#bySize.get(size)?.cosignatures.set(cosignature.witness, cosignature);
  }

  /** Takes up a note that was saved, if the policy is satisfied with it here and now and the root is the log's. */
  resume(
    policy: Policy,
    text: string,
    nowSeconds: number,
    root: (size: number) => Uint8Array | undefined,
  ): void {
    const parsed = parseCheckpoint(text);
    const checkpoint = parsed.ok ? parsed.value : undefined;
    const ours = checkpoint && root(checkpoint.size);
    if (checkpoint === undefined || ours === undefined) return;
    const trust = evaluatePolicy(policy, checkpoint, nowSeconds);
    if (!trust.ok || !sameHash(ours, checkpoint.root)) return;
    const { text: body, signatures } = checkpoint.note;
    const lines = signatures.filter(({ name }) => name === checkpoint.origin);
    this.begin(policy, { ...checkpoint, note: { text: body, signatures: lines } });
    for (const { witness, timeSeconds } of trust.value.cosignatures) {
      const key = policy.witnesses.find(({ name }) => name === witness)?.key;
      const line = signatures.find(({ name, id }) => name === key?.name && id === key.id);
      if (line !== undefined) this.add(checkpoint.size, { witness, line, timeSeconds });
    }
  }

  isSatisfied(policy: Policy, size: number): boolean {
    return hasQuorum(policy, this.#counting(policy, size));
  }

  /** The newest note that satisfies the policy. */
  best(policy: Policy): CosignedNote | undefined {
    const size = this.#sizes().find((each) => this.isSatisfied(policy, each));
    const found = size === undefined ? undefined : this.#bySize.get(size);
    if (size === undefined || found === undefined) return undefined;
    return { size, note: mergedNote(policy, found.checkpoint, this.#counting(policy, size)) };
  }

  /** A checkpoint of the log with what there is for its size. */
  merged(policy: Policy, size: number, note: string): string {
    const lines = this.#counting(policy, size);
    const parsed = lines.length === 0 ? undefined : parseCheckpoint(note);
    return parsed?.ok ? mergedNote(policy, parsed.value, lines) : note;
  }

  /** Newest first. */
  #sizes(): readonly number[] {
    return [...this.#bySize.keys()].sort((a, b) => b - a);
  }

  /** By the policy of now, in which another witness may have the name. */
  #counting(policy: Policy, size: number): readonly CheckedCosignature[] {
    const cosignatures = this.#bySize.get(size)?.cosignatures;
    if (cosignatures === undefined || cosignatures.size === 0) return [];
    return policy.witnesses.flatMap(({ name, key }) => {
      const found = cosignatures.get(name);
      const isHis = found?.line.name === key.name && found.line.id === key.id;
      return isHis && !isOwn(policy, key, this.#own()) ? [found] : [];
    });
  }
}
