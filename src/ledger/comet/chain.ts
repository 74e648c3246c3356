import {
  decodeBlockEntry,
  equalBytes,
  formatCheckpointText,
  type Hash,
  hex,
  type NoteSigner,
  present,
  type Refusal,
  type Result,
  rulesAt,
  sha256,
  utf8,
  VALIDATORS_KEY,
  type ValidatorsList,
  type VoteChange,
  voteChanges,
} from "../../core/index.ts";
import { turn } from "../../log/index.ts";
import {
  type AppliedBlock,
  applyJudged,
  type JudgedBlock,
  judgeBlock,
  makeBlock,
  sealBlock,
} from "../block-maker.ts";
import { ByHash } from "../by-hash.ts";
import { LedgerFault } from "../fault.ts";
import { AwaitedHeads, signHead } from "../heads.ts";
import type { Head } from "../port.ts";
import type { Precheck } from "../precheck.ts";
import { compareMapRoot, itemsOf, type ReadBlock } from "../replay.ts";
import { Slices } from "../slices.ts";
import type { LedgerState } from "../state.ts";
import type { LedgerClock, LogStore, MapStore, Staged } from "../stores.ts";
import { itemOf, type Submitted } from "../submitted.ts";
import type { WriterHooks } from "../writer.ts";
import { unknownRules } from "../writes-ended.ts";
import type { Candidate, Candidates } from "./candidates.ts";
import { type Heights, heightAt } from "./heights.ts";

export type ChainParts = {
  readonly log: LogStore;
  readonly state: LedgerState;
  readonly map: MapStore;
  readonly clock: LedgerClock;
  readonly heights: Heights;
  readonly precheck: Precheck;
  readonly candidates: Candidates;
};

export type ChainOptions = Pick<WriterHooks, "committed"> & {
  readonly origin: string;
  readonly signers: () => readonly NoteSigner[];
  /** Where the committed log ends. */
  readonly head: Head;
  /** Told what became of each item of a committed block. */
  readonly settled: (items: readonly Settled[], head: Head) => void;
};

/** A block as the engine proposed or decided it. */
export type DecidedBlock = {
  readonly height: number;
  readonly hash: Uint8Array;
  /** The median of the validators' clocks, Unix milliseconds. */
  readonly timeMilliseconds: number;
  readonly transactions: readonly Uint8Array[];
};

/** An item of a committed block, with its log index or why it was refused. */
export type Settled = { readonly hash: Hash; readonly result: Result<number, Refusal> };

/** What the engine is told of a transaction; what is refused it forgets, so that the same bytes can be handed in again. */
export type Verdict = "taken" | "refused" | "no transaction";

/** What a decided block comes to, before anything of it is durable. */
export type Finalized = {
  readonly height: number;
  readonly hash: Uint8Array;
  /** For each transaction. */
  readonly verdicts: readonly Verdict[];
  readonly appHash: Uint8Array;
  /** What it changed of who votes. */
  readonly votes: readonly VoteChange[];
  /** Version of the rules that the next block is made by, where this one ended another. */
  readonly nextApp: number | undefined;
};

type Work = Finalized & {
  readonly transactions: readonly Uint8Array[];
  readonly settled: readonly Settled[];
  /** Absent where nothing was accepted. */
  readonly made?: {
    readonly block: AppliedBlock;
    readonly mapRoot: Hash;
    readonly staged: Staged;
  };
};

/** The items of a block, and what they come to on top of the last committed one. */
type Judgement = {
  readonly read: readonly (Candidate | undefined)[];
  readonly items: readonly Submitted[];
  readonly block: JudgedBlock;
};

/** A proposed block on its way to being judged. */
type Ahead = Pick<DecidedBlock, "height" | "hash"> & { readonly judged: Promise<Judgement> };

/** What the engine compares of what validators made of a block: the hash of the checkpoint's three lines. */
export function appHashOf(checkpoint: Pick<Head, "origin" | "size" | "root">): Uint8Array {
  return sha256(utf8(formatCheckpointText(checkpoint)));
}

/** The ledger as the engine drives it: a block is decided elsewhere, applied here, and made durable when the engine says so. */
export class Chain {
  readonly #parts: ChainParts;
  readonly #options: ChainOptions;
  readonly #heads = new AwaitedHeads();
  #head: Head;
  #height: number;
  #work: Work | undefined;
  /** The block that was proposed last for the next height. Those before it have been judged by then. */
  #ahead: Ahead | undefined;
  /** Blocks that were committed, and what applying and committing them took. */
  #commits = { count: 0, sumMilliseconds: 0 };
  /** When the block that is applied now came. */
  #decidedAt = 0;
  /** Of the log with the block that the map took last, committed or not. */
  #appliedSize: number;

  /** @throws LedgerFault LEDGER_CHAIN where the log and the heights are not of one chain */
  constructor(parts: ChainParts, options: ChainOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#head = options.head;
    this.#appliedSize = options.head.size;
    const slot = parts.heights.last;
    this.#height =
      slot === undefined
        ? 0
        : heightAt(options.head.size, firstOfLast(parts.log, this.#head), slot);
  }

  get head(): Head {
    return this.#head;
  }

  /** Of the last committed block of the engine, empty ones included. */
  get height(): number {
    return this.#height;
  }

  /** Blocks since the start, and how long they took from being decided to being durable. */
  get commits(): { readonly count: number; readonly sumMilliseconds: number } {
    return this.#commits;
  }

  get appliedSize(): number {
    return this.#appliedSize;
  }

  headAt(size: number): Promise<Head> {
    if (size === this.#head.size) return Promise.resolve(this.#head);
    return this.#heads.at(size);
  }

  /** The chain begins with the log as it is. */
  async begin(): Promise<void> {
    const { size } = this.#head;
    await this.#parts.heights.write({ height: 0, before: size, after: size });
  }

  /**
   * A block was proposed: it is judged while the validators vote on it, on processors that would wait. Nothing of it shows
   * or is kept; where another one is decided, that one is judged anew.
   */
  propose(block: DecidedBlock): void {
    const { height, hash } = block;
    if (this.#work !== undefined || height !== this.#height + 1) return;
    const before = this.#ahead;
    if (before !== undefined && isSame(before, block)) return;
    const judge = async () => {
      await before?.judged.catch(() => undefined);
      // The proposal is answered first.
      await turn();
      return this.#judge(block);
    };
    const judged = judge();
    // Whoever applies it hears of what went wrong.
    judged.catch(() => undefined);
    this.#ahead = { height, hash, judged };
  }

  /** Resolves when no proposed block is being judged: nothing reads the stores any more. */
  async rest(): Promise<void> {
    await this.#ahead?.judged.catch(() => undefined);
  }

  /**
   * Applies a decided block. Nothing of it is durable or shows before `commit`; asked again for the same one, it says the
   * same.
   *
   * @throws LedgerFault LEDGER_CHAIN where it is not the next block, LEDGER_RULES where it is to be made by other rules
   */
  async finalize(block: DecidedBlock): Promise<Finalized> {
    const { height, hash } = block;
    const before = this.#work;
    if (before !== undefined && isSame(before, block)) return before;
    if (before !== undefined || height !== this.#height + 1) {
      const facts = { got: height, want: this.#height + 1, hash: hex(hash) };
      throw new LedgerFault("LEDGER_CHAIN", { why: "height", ...facts });
    }
    // Also where it is empty: whoever cannot go on stops at once.
    const unknown = unknownRules(this.#parts.state, this.#head.height + 1);
    if (unknown !== undefined) throw unknown;
    this.#decidedAt = this.#parts.clock.monotonicMilliseconds();
    this.#work = await this.#apply(block);
    return this.#work;
  }

  /** Makes the block durable that was applied last. */
  async commit(): Promise<void> {
    const work = this.#work;
    if (work === undefined) throw new LedgerFault("LEDGER_CHAIN", { why: "commit" });
    const { log, heights, candidates } = this.#parts;
    const { size } = this.#head;
    const slot = { height: work.height, before: size, after: work.made?.staged.size ?? size };
    // Whichever of the two a crash leaves, the start can tell the height.
    await Promise.all([work.made && log.commit(work.made.staged), heights.write(slot)]);
    this.#height = work.height;
    this.#work = undefined;
    this.#ahead = undefined;
    const { count, sumMilliseconds } = this.#commits;
    const took = this.#parts.clock.monotonicMilliseconds() - this.#decidedAt;
    this.#commits = { count: count + 1, sumMilliseconds: sumMilliseconds + took };
    for (const transaction of work.transactions) candidates.forget(transaction);
    if (work.made !== undefined) this.#show(work.made);
    this.#options.settled(work.settled, this.#head);
  }

  /**
   * Takes a block that other validators have decided and checked, and makes it durable.
   *
   * @throws LedgerFault LEDGER_DIVERGED where it does not come out as they say
   */
  async restore({ entry, entries }: ReadBlock): Promise<void> {
    const { log, clock } = this.#parts;
    const { origin } = this.#options;
    const slices = new Slices(clock);
    const items = itemsOf(entries);
    const terms = { origin, timeMilliseconds: entry.time, items, check: () => true };
    const made = await makeBlock(this.#parts, this.#head, terms, () => slices.turn());
    const index = entry.first + entry.count;
    if (made.entries === undefined || made.entries.length < entries.length) {
      throw new LedgerFault("LEDGER_DIVERGED", { cause: "REPLAY_REFUSED", index });
    }
    const mapRoot = await made.mapRoot;
    const compared = compareMapRoot(entry, mapRoot);
    if (!compared.ok) throw new LedgerFault("LEDGER_DIVERGED", { cause: "REPLAY_MAP_ROOT", index });
    this.#appliedSize = made.size;
    const staged = sealBlock(log, made, mapRoot);
    await log.commit(staged);
    this.#show({ block: made, mapRoot, staged });
  }

  /** The log is that of this height of the engine. */
  async continueFrom(height: number): Promise<void> {
    const { size } = this.#head;
    await this.#parts.heights.write({ height, before: size, after: size });
    this.#height = height;
    this.#options.settled([], this.#head);
  }

  /** Who waits for a block that will not be committed any more. */
  fail(fault: LedgerFault): void {
    this.#heads.fail(fault);
  }

  /** Of the block that was judged ahead, its judgement; of any other one it is made now, when nobody reads the state any more. */
  async #judgementOf(block: DecidedBlock): Promise<Judgement> {
    const ahead = this.#ahead;
    if (ahead !== undefined && isSame(ahead, block)) return ahead.judged;
    await ahead?.judged.catch(() => undefined);
    return this.#judge(block);
  }

  async #judge({ timeMilliseconds, transactions }: DecidedBlock): Promise<Judgement> {
    const { candidates, precheck, clock, state } = this.#parts;
    const { origin } = this.#options;
    const read = transactions.map((transaction) => candidates.of(transaction));
    await Promise.all(read.map((candidate) => candidate?.checked));
    const items = this.#newItems(read.flatMap((candidate) => candidate?.items ?? []));
    const slices = new Slices(clock);
    const terms = {
      origin,
      timeMilliseconds: Math.max(timeMilliseconds, this.#head.timeMilliseconds),
      items: eachOf(items),
      check: precheck.check,
    };
    const block = await judgeBlock(state, this.#head, terms, () => slices.turn());
    return { read, items, block };
  }

  async #apply(block: DecidedBlock): Promise<Work> {
    const { log, state } = this.#parts;
    const { origin } = this.#options;
    const { height, hash, transactions } = block;
    const { read, items, block: judged } = await this.#judgementOf(block);
    const votersBefore = validatorsOf(state);
    const appBefore = rulesAt(state, this.#head.height + 1);
    const made = applyJudged(this.#parts, judged, ({ size }) => {
      this.#appliedSize = size;
    });
    const settled = items.map((item, i) => ({
      hash: item.hash,
      result: present(made.results[i], "a result for each item"),
    }));
    const nextApp = rulesAt(state, this.#head.height + (made.entries === undefined ? 1 : 2));
    const work = {
      ...{ height, hash, transactions, settled },
      verdicts: verdictsOf(read, settled),
      votes: voteChanges(votersBefore, validatorsOf(state)),
      nextApp: nextApp === appBefore ? undefined : nextApp,
    };
    if (made.entries === undefined) return { ...work, appHash: appHashOf(this.#head) };
    const mapRoot = await made.mapRoot;
    const staged = sealBlock(log, made, mapRoot);
    return {
      ...work,
      appHash: appHashOf({ origin, ...staged }),
      made: { block: made, mapRoot, staged },
    };
  }

  /** What stands in the log already is not judged again, nor what stands in the block twice. */
  #newItems(items: readonly Submitted[]): readonly Submitted[] {
    const seen = new ByHash<true>();
    return items.filter(({ hash }) => {
      if (seen.get(hash) || this.#parts.log.indexOf(hash) !== undefined) return false;
      seen.set(hash, true);
      return true;
    });
  }

  #show({ block, mapRoot, staged }: NonNullable<Work["made"]>): void {
    this.#parts.state.commit();
    this.#head = signHead(this.#options, block, mapRoot, staged);
    this.#options.committed(this.#head, block);
    this.#heads.came(this.#head);
  }
}

function isSame(
  a: Pick<DecidedBlock, "height" | "hash">,
  b: Pick<DecidedBlock, "height" | "hash">,
): boolean {
  return a.height === b.height && equalBytes(a.hash, b.hash);
}

/** The validators after the last applied block. */
export function validatorsOf(state: LedgerState): ValidatorsList | undefined {
  return state.get(VALIDATORS_KEY) as ValidatorsList | undefined;
}

function verdictsOf(
  candidates: readonly (Candidate | undefined)[],
  settled: readonly Settled[],
): readonly Verdict[] {
  const refused = new ByHash<true>();
  for (const { hash, result } of settled) if (!result.ok) refused.set(hash, true);
  return candidates.map((candidate) => {
    if (candidate === undefined) return "no transaction";
    return candidate.items.some(({ hash }) => refused.get(hash)) ? "refused" : "taken";
  });
}

/** Each item is read when it is its turn: what chunks hold is many times their bytes. */
function* eachOf(items: readonly Submitted[]): Generator<ReturnType<typeof itemOf>> {
  for (const item of items) yield itemOf(item);
}

/** Where the last block of the log begins. */
function firstOfLast(log: LogStore, { size }: Head): number {
  const entry = decodeBlockEntry(present(log.entry(size - 1), "the last block entry"));
  return entry.ok ? entry.value.first : size;
}
