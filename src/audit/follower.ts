import {
  type Checkpoint,
  type Cosignature,
  decodeBlockEntry,
  equalBytes,
  evaluatePolicy,
  formatVerifierKey,
  hex,
  parseCheckpoint,
  parsePolicy,
  type SignedCheckpoint,
  TILE_WIDTH,
  type Trust,
  tileRow,
} from "../core/index.ts";
import { type Replayed, Replayer } from "../ledger/embedded/index.ts";
import type { ReplayRefusal } from "../ledger/index.ts";
import { formatFraudBundle } from "../verify/index.ts";
import type { Copy, KeptCheckpoint } from "./copy.ts";
import { proveFraud } from "./fraud.ts";
import { inOrder } from "./in-order.ts";
import { checkNarrower } from "./narrower.ts";
import { type AuditRefusal, Stop } from "./refusal.ts";
import type { Source } from "./source.ts";
import { foreignTiles, keptTiles, ownTiles } from "./tiles.ts";
import { type Bundle, VerifiedTree } from "./tree.ts";

export type FollowerOptions = {
  readonly source: Source;
  readonly copy: Copy;
  /** tlog-policy text; without it that of the copy, else the node's own. */
  readonly policy?: string;
  /** Checks the tree alone: no signature of an operation, no rule, no map root. */
  readonly treeOnly?: boolean;
  /** Asks for the partial tiles of earlier sizes too. */
  readonly narrower?: boolean;
  /** Wall clock. */
  readonly nowMilliseconds: () => number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

/** Entries that are verified, of those that the checkpoint covers. */
export type Progress = { readonly done: number; readonly total: number };

/** Who said which key is the log's: the caller, the node that is audited, or that node at the first audit. */
export type PolicySource = "given" | "node" | "remembered";

/** A checkpoint whose signatures satisfy the policy, and because of whom. */
export type Attested = {
  readonly checkpoint: SignedCheckpoint;
  readonly note: string;
  readonly policyFrom: PolicySource;
  /** vkeys of the log. */
  readonly signedBy: readonly string[];
  readonly cosignatures: readonly Cosignature[];
  /** How fresh it is for sure, by its cosignatures. */
  readonly sinceSeconds?: number;
};

/** What holds of everything that a checkpoint covers. */
export type Verified = Attested & {
  /** Absent where only the tree was checked. */
  readonly replayed?: Replayed & {
    /** Entries that an earlier audit had replayed already. */
    readonly before: number;
  };
  /** Partial tiles of earlier sizes that were served, where they were asked for. */
  readonly narrower?: number;
  /** The last checkpoint that was verified before; this one extends it, or is it. */
  readonly extends?: Checkpoint;
};

export type RoundResult =
  | ({ readonly ok: true } & Verified)
  | {
      readonly ok: false;
      readonly refusal: AuditRefusal;
      /** Absent where the checkpoint itself is refused. */
      readonly attested?: Attested;
      /** Entries that are right before it. */
      readonly entries: number;
    };

/** Bundles that are fetched ahead, each at most 16 MB. */
const AT_ONCE = 6;

/** So much goes into the replay at once: what it reads out of entries takes several times their bytes. */
const MAX_TAKE_BYTES: number = 2 * 1024 * 1024;

/** A replay is worth saving when so much of its values would have to be made again. */
const SAVE_EVERY_BYTES: number = 256 * 1024 * 1024;

/**
 * Verifies a log by its static files alone, and keeps what it verified: each round takes the checkpoint that is served now
 * and verifies what it adds to the last one.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #replayer: Replayer | undefined;
  #policy: { readonly text: string; readonly from: PolicySource } | undefined;
  #entries = 0;
  #last: Verified | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /**
   * Verifies what is served now. What is refused is a value; what cannot be fetched or written throws, and the next round, or
   * run, goes on from what is kept.
   *
   * @param shown the checkpoint, if it has been fetched already
   * @throws ApiProblem, NodeUnreachable; LogFault, LedgerFault; errors of the operating system; the signal's reason
   */
  async round(shown?: string): Promise<RoundResult> {
    let attested: Attested | undefined;
    try {
      const { source, copy } = this.#options;
      const note = shown ?? (await source.checkpoint());
      if (this.#last?.note === note) return { ok: true, ...this.#last };
      attested = await this.#attest(note);
      const verified = await this.#verify(attested);
      await copy.sync();
      const before = copy.checkpoint?.signed.size ?? 0;
      await copy.setCheckpoint(note, attested.checkpoint);
      copy.prune(before, attested.checkpoint.size);
      await this.#replayer?.save();
      this.#last = verified;
      return { ok: true, ...verified };
    } catch (thrown) {
      if (!(thrown instanceof Stop)) throw thrown;
      const entries = this.#entries;
      return { ok: false, refusal: thrown.refusal, entries, ...(attested && { attested }) };
    }
  }

  async close(): Promise<void> {
    await this.#replayer?.close();
  }

  /** Whether to believe the checkpoint. */
  async #attest(note: string): Promise<Attested> {
    const signed = parseCheckpoint(note);
    if (!signed.ok) throw new Stop(signed.error);
    const { text, from } = await this.#trusted();
    const policy = parsePolicy(text);
    if (!policy.ok) throw new Stop(policy.error);
    const nowSeconds = Math.floor(this.#options.nowMilliseconds() / 1000);
    const trust = evaluatePolicy(policy.value, signed.value, nowSeconds);
    if (!trust.ok) throw new Stop(trust.error);
    if (this.#options.copy.policy() !== text) await this.#options.copy.setPolicy(text);
    return attestedOf(signed.value, note, from, trust.value);
  }

  async #trusted(): Promise<{ readonly text: string; readonly from: PolicySource }> {
    const { policy, copy, source } = this.#options;
    if (policy !== undefined) return { text: policy, from: "given" };
    const remembered = copy.policy();
    // Asked once in a run: the node is not asked again which key it would like to be believed with.
    this.#policy ??=
      remembered === undefined
        ? { text: await source.policy(), from: "node" }
        : { text: remembered, from: "remembered" };
    return this.#policy;
  }

  async #verify(attested: Attested): Promise<Verified> {
    const { copy, source, treeOnly, narrower } = this.#options;
    const before = copy.checkpoint;
    if (before !== undefined) await this.#compare(before, attested);
    if (copy.seen !== undefined) await this.#compare(copy.seen, attested);
    const tree = await VerifiedTree.open(attested.checkpoint, keptTiles(copy, source));
    await copy.setSeen(attested.note, attested.checkpoint);
    const replayed = treeOnly
      ? void (await this.#readTree(tree, before?.signed.size ?? 0))
      : await this.#replay(tree, attested.checkpoint);
    const { size } = attested.checkpoint;
    const served = narrower ? await checkNarrower(copy, source, size) : undefined;
    return {
      ...attested,
      ...(served !== undefined && { narrower: served }),
      ...(replayed !== undefined && { replayed }),
      ...(before !== undefined && { extends: before.signed }),
    };
  }

  /** Whether the log only grew since an earlier checkpoint. */
  async #compare(before: KeptCheckpoint, { checkpoint, note }: Attested): Promise<void> {
    const { copy, source } = this.#options;
    const old = before.signed;
    if (old.origin !== checkpoint.origin) {
      throw new Stop({ code: "AUDIT_ORIGIN", got: checkpoint.origin, want: old.origin });
    }
    if (old.size === checkpoint.size && equalBytes(old.root, checkpoint.root)) return;
    const theirs = await VerifiedTree.open(checkpoint, foreignTiles(copy, source));
    if (await extendsTo(theirs, old)) return;
    const own = await VerifiedTree.open(old, ownTiles(copy)).catch(unlessStopped);
    if (checkpoint.size < old.size && (own === undefined || (await extendsTo(own, checkpoint)))) {
      throw new Stop({ code: "AUDIT_ROLLED_BACK", got: checkpoint.size, want: old.size });
    }
    const first = { note: before.text, size: old.size, ...(own && { tree: own }) };
    const second = { note, size: checkpoint.size, tree: theirs };
    const { proof, index } = await proveFraud(first, second);
    const name = `fraud-${old.size}-${checkpoint.size}-${hex(checkpoint.root).slice(0, 8)}.json`;
    throw new Stop({
      code: "AUDIT_SPLIT",
      first: old.size,
      second: checkpoint.size,
      ...(index !== undefined && { index }),
      proof: await copy.keep(name, `${formatFraudBundle(proof)}\n`),
    });
  }

  /** Replays what no earlier round has; what it replays from is kept, so an interruption costs little. */
  async #replay(tree: VerifiedTree, { origin }: Checkpoint): Promise<Verified["replayed"]> {
    const { signal } = this.#options;
    const replayer = await this.#replayerFor(tree, origin);
    const before = replayer.size;
    try {
      for await (const bundle of this.#bundles(tree, before)) {
        for (const part of partsOf(bundle, before)) {
          signal?.throwIfAborted();
          stopAt(await replayer.take(part.entries, part.leaf));
          this.#advance(replayer.size, tree.size);
        }
        if (replayer.unsavedBytes >= SAVE_EVERY_BYTES) await replayer.save();
      }
    } catch (cause) {
      if (signal?.aborted) await replayer.save();
      throw cause;
    }
    const replayed = await replayer.end();
    this.#advance(replayer.size, tree.size);
    if (!replayed.ok) throw new Stop(replayed.error);
    return { ...replayed.value, before };
  }

  async #replayerFor(tree: VerifiedTree, origin: string): Promise<Replayer> {
    const earlier = this.#replayer;
    if (earlier !== undefined) {
      stopAt(await earlier.rewind());
      // An earlier round may have ended before its checkpoint could be compared with this one.
      const then = await tree.at(earlier.size);
      if (then !== undefined && equalBytes(then.root(), earlier.root)) return earlier;
      await earlier.close();
    }
    const options = { directory: this.#options.copy.replayDirectory, origin };
    this.#replayer = await Replayer.open(options, (size) => tree.at(size));
    return this.#replayer;
  }

  /** Only that entries are in the tree, and that the tree ends with a block entry. */
  async #readTree(tree: VerifiedTree, before: number): Promise<void> {
    let last: Uint8Array | undefined;
    for await (const { first, entries } of this.#bundles(tree, before)) {
      this.#options.signal?.throwIfAborted();
      last = entries.at(-1);
      this.#advance(first + entries.length, tree.size);
    }
    const index = tree.size - 1;
    const block = last === undefined ? undefined : decodeBlockEntry(last);
    if (block === undefined) return;
    if (!block.ok) throw new Stop({ code: "REPLAY_BLOCK_ENTRY", index, why: block.error.why });
    if (block.value.first + block.value.count !== index) {
      throw new Stop({ code: "REPLAY_BLOCK_ENTRY", index, why: "first, count" });
    }
  }

  /** The bundles with the entries from `from` on; what the copy lacks of those before is fetched too. */
  async *#bundles(tree: VerifiedTree, from: number): AsyncGenerator<Bundle> {
    const { copy } = this.#options;
    this.#advance(from, tree.size);
    const begin = from === tree.size ? Number.POSITIVE_INFINITY : Math.floor(from / TILE_WIDTH);
    const bundles = Math.ceil(tree.size / TILE_WIDTH);
    const job = async (index: number): Promise<Bundle | undefined> => {
      if (index >= begin) return tree.bundle(index);
      const width = Math.min(TILE_WIDTH, tree.size - index * TILE_WIDTH);
      const isKept =
        copy.has({ kind: "entries", index, width }) &&
        copy.has({ kind: "hashes", level: 0, index, width });
      if (!isKept) await tree.bundle(index);
      return undefined;
    };
    for await (const bundle of inOrder(0, bundles, AT_ONCE, job)) {
      if (bundle !== undefined) yield bundle;
    }
    for (let level = 1; tileRow(level, tree.size) >= TILE_WIDTH; level++) {
      const full = Math.floor(tileRow(level, tree.size) / TILE_WIDTH);
      for (let index = 0; index < full; index++) {
        const path = { kind: "hashes", level, index, width: TILE_WIDTH } as const;
        if (!copy.has(path)) await tree.tile(level, index);
      }
    }
  }

  #advance(done: number, total: number): void {
    this.#entries = done;
    this.#options.onProgress?.({ done, total });
  }
}

function attestedOf(
  checkpoint: SignedCheckpoint,
  note: string,
  policyFrom: PolicySource,
  { logs, cosignatures, sinceSeconds }: Trust,
): Attested {
  return {
    checkpoint,
    note,
    policyFrom,
    signedBy: logs.map(formatVerifierKey),
    cosignatures,
    ...(sinceSeconds !== undefined && { sinceSeconds }),
  };
}

async function extendsTo(tree: VerifiedTree, { size, root }: Checkpoint): Promise<boolean> {
  const then = await tree.at(size);
  return then !== undefined && equalBytes(then.root(), root);
}

/** A copy that lost a tile cannot be compared any more. */
function unlessStopped(thrown: unknown): undefined {
  if (!(thrown instanceof Stop)) throw thrown;
  return undefined;
}

function stopAt(refusal: ReplayRefusal | undefined): void {
  if (refusal !== undefined) throw new Stop(refusal);
}

type Part = Pick<Bundle, "entries" | "leaf">;

/** The entries of a bundle from log index `from` on, in parts that are not too large. */
function* partsOf({ first, entries, leaf }: Bundle, from: number): Generator<Part> {
  let start = Math.max(0, from - first);
  while (start < entries.length) {
    let end = start;
    for (let bytes = 0; end < entries.length && bytes < MAX_TAKE_BYTES; end++) {
      bytes += entries[end]?.length ?? 0;
    }
    const at = start;
    yield { entries: entries.slice(at, end), leaf: (i) => leaf(at + i) };
    start = end;
  }
}
