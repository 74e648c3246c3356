import {
  formatNote,
  formatVerifierKey,
  type Hash,
  type Policy,
  type PolicyWitness,
  parseCheckpoint,
  type SignedCheckpoint,
  sameHash,
  satisfiesQuorum,
  type VerifierKey,
} from "../core/index.ts";
import {
  type AskDependencies,
  type Asked,
  type AskedWitness,
  type AskFailure,
  askWitness,
} from "./ask.ts";
import type { FraudProof } from "./fraud.ts";
import {
  MAX_WITNESS_PAUSE_MILLISECONDS,
  MIN_WITNESS_PAUSE_MILLISECONDS,
  WITNESS_ROUND_MILLISECONDS,
} from "./limits.ts";
import { isOwn } from "./own.ts";
import { CosignaturePool, type CosignedNote } from "./pool.ts";
import { Waiting } from "./waiting.ts";

/** The log that asks to be witnessed. */
export type WitnessedLog = {
  /** What may be shown: durable, and never taken back. */
  published(): { readonly size: number; readonly checkpoint: string };
  /** Entries of the newest state, published or not. */
  newest(): number;
  /** Publishes the newest state when it is its turn, and keeps it provable beside those of the sizes in `keep`. */
  pin(keep: readonly number[]): Promise<{ readonly size: number; readonly checkpoint: string }>;
  consistency(first: number, second: number): readonly Hash[];
  /** The root of the first `size` entries. */
  root(size: number): Hash;
  /** Signs a size of this log that is not its newest; only to show what contradicts it. */
  sign(size: number): string;
  /** The keys that it signs with. */
  keys(): readonly VerifierKey[];
};

export type CollectorDependencies = AskDependencies & {
  readonly log: WitnessedLog;
  /** The policy as the ledger has it; `undefined` where it has none that can be read. */
  readonly policy: () => Policy | undefined;
  /** Keys that this node holds beside the log's: its own witness key. */
  readonly ownKeys: readonly VerifierKey[];
  /** A witness that fails again and again is left alone for so long at most; five minutes unless said. */
  readonly longestPauseMilliseconds?: number;
  /** The age limit of verifiers: the same size is cosigned anew three times within it. */
  readonly maxAgeSeconds: number;
  readonly fraud: (proof: FraudProof) => Promise<void>;
  readonly note: (event: string, facts: { readonly [name: string]: string | number }) => void;
  /** Ends the patience of who waits for a cosigned size. @returns the way to end it sooner */
  readonly pause: (milliseconds: number, then: () => void) => () => void;
  /** Keeps the newest note that satisfies the policy, for the next start. Nothing is lost if it fails. */
  readonly save: (note: string) => Promise<void>;
};

/** Why a witness is not asked, or what it last answered instead of a cosignature. */
export type WitnessTrouble =
  | AskFailure
  /** The policy gives no address. */
  | "WITNESS_ADDRESS"
  /** It is the node's own, or has the key of the log: it attests nothing and does not count. */
  | "POLICY_WITNESS_OWN"
  /** It saw a larger log under this name. */
  | "WITNESS_AHEAD"
  /** It shows this very log, up to a smaller size, and takes no more of it: a validator that is behind. */
  | "WITNESS_BEHIND"
  /** It saw another log under this name. */
  | "WITNESS_BRANCH";

export type WitnessStatus = {
  readonly name: string;
  /** Size that it last cosigned for this node since the node started. */
  readonly size?: number;
  /** Entries of the public checkpoint that it has not cosigned. */
  readonly lag: number;
  /** When it last cosigned, by this node's clock; Unix milliseconds. */
  readonly lastSuccess?: number;
  readonly trouble?: WitnessTrouble;
  /** Of the trouble: how far the witness says the log is. */
  readonly seen?: number;
  /** Requests in a row that brought no cosignature. */
  readonly failures: number;
};

type State = {
  asking: boolean;
  size?: number;
  lastSuccess?: number;
  trouble?: WitnessTrouble;
  seen?: number;
  failures: number;
  /** Not to be asked again before. */
  notBefore: number;
};

type Target = { readonly checkpoint: SignedCheckpoint; readonly since: number };

/**
 * Collects cosignatures for the public checkpoint. All witnesses are asked about one checkpoint at a time, else slow ones
 * would never cosign the same; the next follows when the quorum has it, or the round took too long. Nothing waits for it.
 */
export class Collector {
  readonly #dependencies: CollectorDependencies;
  /** By vkey. */
  readonly #states = new Map<string, State>();
  readonly #pool: CosignaturePool;
  #target: Target | undefined;
  #saved: string | undefined;
  /** Some turn is choosing the next checkpoint. */
  #aiming = false;
  readonly #waiting: Waiting;

  constructor(dependencies: CollectorDependencies) {
    this.#dependencies = dependencies;
    this.#pool = new CosignaturePool(() => this.#own());
    this.#waiting = new Waiting(dependencies.pause);
  }

  /** Takes up what an earlier run saved. What does not hold here and now is passed over. */
  resume(text: string): void {
    const { policy, log, clock } = this.#dependencies;
    const now = policy();
    if (now === undefined) return;
    const most = log.published().size;
    const root = (size: number) => (size > 0 && size <= most ? log.root(size) : undefined);
    this.#pool.resume(now, text, Math.floor(clock() / 1000), root);
  }

  /** Asks every witness whose turn it is; resolves when those have answered. Others may be asked meanwhile. */
  async turn(): Promise<void> {
    const policy = this.#dependencies.policy();
    if (policy === undefined) return;
    const target = await this.#aim(policy);
    if (target === undefined) return;
    const now = this.#dependencies.clock();
    await Promise.all(
      this.#askable(policy)
        .filter(({ state }) => this.#isDue(state, target.checkpoint.size, now))
        .map(({ witness, state }) => this.#ask(witness, state, target)),
    );
  }

  /** The checkpoint to show: the newest that satisfies the policy, and where none does the newest. */
  checkpoint(): CosignedNote {
    const { size, checkpoint } = this.#dependencies.log.published();
    return this.cosigned() ?? { size, note: this.noteOf({ size, checkpoint }) };
  }

  /** The newest checkpoint with the quorum that the policy asks for; `undefined` where it asks for none, or none has it. */
  cosigned(): CosignedNote | undefined {
    const policy = this.#dependencies.policy();
    // Where nobody is asked for, nobody is waited for.
    return policy !== undefined && asksQuorum(policy) ? this.#pool.best(policy) : undefined;
  }

  /**
   * Resolves when the first `size` entries are cosigned; or where the policy asks for no quorum, after two rounds without
   * one, and at once where too many wait.
   */
  async covering(size: number): Promise<void> {
    const policy = this.#dependencies.policy();
    if (policy === undefined || !asksQuorum(policy)) return;
    if ((this.cosigned()?.size ?? 0) < size) await this.#waiting.until(size);
  }

  /** Nobody waits any longer, now or later. */
  release(): void {
    this.#waiting.end();
  }

  /** A checkpoint of the log with what was collected for its size. */
  noteOf({ size, checkpoint }: { readonly size: number; readonly checkpoint: string }): string {
    const policy = this.#dependencies.policy();
    return policy === undefined ? checkpoint : this.#pool.merged(policy, size, checkpoint);
  }

  statuses(): readonly WitnessStatus[] {
    const { policy, log } = this.#dependencies;
    const now = policy();
    const { size } = log.published();
    return (now?.witnesses ?? []).map((witness) => {
      const state = this.#states.get(formatVerifierKey(witness.key)) ?? fresh();
      const trouble = (now && this.#unaskable(now, witness)) ?? state.trouble;
      const { size: at, lastSuccess, seen, failures } = state;
      return {
        name: witness.name,
        lag: size - (at ?? 0),
        failures,
        ...(at !== undefined && { size: at }),
        ...(lastSuccess !== undefined && { lastSuccess }),
        ...(trouble !== undefined && { trouble }),
        ...(trouble !== undefined && seen !== undefined && { seen }),
      };
    });
  }

  /**
   * Whether every witness of the policy, at least one, was asked since the start and has nothing that this log lacks. A
   * witness that cannot be asked, or does not count, leaves it open.
   */
  nothingNewer(): boolean {
    const statuses = this.statuses();
    return statuses.length > 0 && statuses.every(({ lag, trouble }) => lag === 0 && !trouble);
  }

  #own(): readonly VerifierKey[] {
    const { ownKeys, log } = this.#dependencies;
    return [...ownKeys, ...log.keys()];
  }

  #unaskable(policy: Policy, witness: PolicyWitness): WitnessTrouble | undefined {
    if (isOwn(policy, witness.key, this.#own())) return "POLICY_WITNESS_OWN";
    return witnessAddress(witness) === undefined ? "WITNESS_ADDRESS" : undefined;
  }

  #askable(policy: Policy): readonly { readonly witness: AskedWitness; readonly state: State }[] {
    return policy.witnesses.flatMap((witness) => {
      const url = witnessAddress(witness);
      if (url === undefined || isOwn(policy, witness.key, this.#own())) return [];
      const vkey = formatVerifierKey(witness.key);
      const state = this.#states.get(vkey) ?? fresh();
      this.#states.set(vkey, state);
      return [{ witness: { name: witness.name, key: witness.key, url }, state }];
    });
  }

  /** Chooses which checkpoint the witnesses are asked about; `undefined` while another turn is choosing the first one. */
  async #aim(policy: Policy): Promise<Target | undefined> {
    if (this.#aiming || !this.#isOver(policy)) return this.#target;
    this.#aiming = true;
    try {
      const head = await this.#next(policy);
      if (head.size === this.#target?.checkpoint.size) return this.#target;
      const parsed = parseCheckpoint(head.checkpoint);
      if (!parsed.ok) throw new Error(`a checkpoint of our own: ${parsed.error.code}`);
      this.#target = { checkpoint: parsed.value, since: this.#dependencies.clock() };
      this.#pool.begin(policy, parsed.value);
      return this.#target;
    } finally {
      this.#aiming = false;
    }
  }

  /** Whether the round is over, and there is something newer to ask about. */
  #isOver(policy: Policy): boolean {
    const { log, clock } = this.#dependencies;
    if (this.#target === undefined) return true;
    const { checkpoint, since } = this.#target;
    const late = Math.abs(clock() - since) >= WITNESS_ROUND_MILLISECONDS;
    if (!late && !this.#pool.isSatisfied(policy, checkpoint.size)) return false;
    const newest = asksQuorum(policy) ? log.newest() : log.published().size;
    return newest !== checkpoint.size;
  }

  /** What is cosigned next. Where a quorum is asked for, its state is kept provable until the one after it has the quorum. */
  async #next(policy: Policy): Promise<{ readonly size: number; readonly checkpoint: string }> {
    const { log } = this.#dependencies;
    if (!asksQuorum(policy)) return log.published();
    // The last round's as well: its cosignatures may still come.
    const kept = [this.#pool.best(policy)?.size, this.#target?.checkpoint.size];
    return log.pin(kept.filter((size) => size !== undefined));
  }

  #isDue(state: State, size: number, now: number): boolean {
    const pause = state.notBefore - now;
    // No pause is longer than the longest: a clock that was set back must not silence a witness.
    if (state.asking || (pause > 0 && pause <= this.#longestPause())) return false;
    const { lastSuccess } = state;
    if (state.size !== size || state.trouble !== undefined || lastSuccess === undefined)
      return true;
    return Math.abs(now - lastSuccess) >= (this.#dependencies.maxAgeSeconds * 1000) / 3;
  }

  async #ask(witness: AskedWitness, state: State, { checkpoint }: Target): Promise<void> {
    const { log } = this.#dependencies;
    state.asking = true;
    try {
      const from = Math.min(state.size ?? 0, checkpoint.size);
      const asking = {
        checkpoint,
        keys: log.keys(),
        consistency: (first: number, second: number) => log.consistency(first, second),
      };
      const asked = await askWitness(witness, asking, from, this.#dependencies);
      await this.#take(witness, state, checkpoint, asked);
    } catch (cause) {
      // Ours, not the witness's: said by whoever turns, and not five times a second.
      this.#pause(state);
      throw cause;
    } finally {
      state.asking = false;
    }
  }

  async #take(
    { name }: AskedWitness,
    state: State,
    checkpoint: SignedCheckpoint,
    asked: Asked,
  ): Promise<void> {
    if (asked.kind === "cosigned") {
      const { line, timeSeconds } = asked;
      state.size = checkpoint.size;
      state.lastSuccess = this.#dependencies.clock();
      state.failures = 0;
      delete state.trouble;
      delete state.seen;
      this.#pool.add(checkpoint.size, { witness: name, line, timeSeconds });
      this.#waiting.reached(this.cosigned()?.size ?? 0);
      await this.#saveBest();
      return;
    }
    this.#pause(state);
    if (asked.kind === "failed") this.#trouble(name, state, asked.failure, asked.status);
    else if (asked.kind === "ahead") this.#trouble(name, state, "WITNESS_AHEAD", asked.size);
    else if (this.#isOurs(asked.note)) this.#trouble(name, state, "WITNESS_BEHIND", asked.size);
    else {
      this.#trouble(name, state, "WITNESS_BRANCH", asked.size);
      if (asked.note !== undefined) await this.#accuse(asked.note);
    }
    if (asked.kind !== "failed") state.seen = asked.size;
    else delete state.seen;
  }

  #trouble(witness: string, state: State, trouble: WitnessTrouble, value = 0): void {
    // Said once, not at each attempt.
    if (state.trouble !== trouble) {
      this.#dependencies.note("witness", { witness, trouble, value });
    }
    state.trouble = trouble;
  }

  #pause(state: State): void {
    const pause = MIN_WITNESS_PAUSE_MILLISECONDS * 2 ** Math.min(state.failures, 16);
    state.notBefore = this.#dependencies.clock() + Math.min(pause, this.#longestPause());
    state.failures += 1;
  }

  #longestPause(): number {
    return this.#dependencies.longestPauseMilliseconds ?? MAX_WITNESS_PAUSE_MILLISECONDS;
  }

  /** Whether what is shown is the log that is served here, as it was. */
  #isOurs(shown: SignedCheckpoint | undefined): boolean {
    const { log } = this.#dependencies;
    if (shown === undefined || shown.size === 0 || shown.size > log.published().size) return false;
    return sameHash(log.root(shown.size), shown.root);
  }

  /** Two roots of one size under the log's own signature: one of them was signed by somebody else who has its key. */
  async #accuse(shown: SignedCheckpoint): Promise<void> {
    const { log, fraud, note } = this.#dependencies;
    const { origin, size } = shown;
    if (size === 0 || size > log.published().size || sameHash(log.root(size), shown.root)) return;
    const { text, signatures } = shown.note;
    // The witness is a witness to it, and no party.
    const lines = signatures.filter(({ name }) => name === origin);
    const theirs = formatNote({ text, signatures: lines });
    note("fraud", { size });
    await fraud({ origin, first: theirs, second: log.sign(size) });
  }

  async #saveBest(): Promise<void> {
    const { note } = this.checkpoint();
    if (note === this.#saved) return;
    this.#saved = note;
    await this.#dependencies.save(note).catch(() => undefined);
  }
}

function asksQuorum(policy: Policy): boolean {
  return !satisfiesQuorum(policy, new Set());
}

function fresh(): State {
  return { asking: false, failures: 0, notBefore: 0 };
}

/**
 * Where a witness is asked: only http(s), without a query, a fragment or a slash at the end, as the paths of the protocol follow it.
 * `undefined` where a policy gives none that could be asked.
 */
export function witnessAddress({ url }: PolicyWitness): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, search, hash, username } = new URL(url);
  const isPlain = search === "" && hash === "" && username === "";
  return isPlain && /^https?:$/.test(protocol) ? url.replace(/\/+$/, "") : undefined;
}
