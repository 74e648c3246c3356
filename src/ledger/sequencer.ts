import {
  type Hash,
  InvariantError,
  type Item,
  type NoteSigner,
  present,
  sameHash,
} from "../core/index.ts";
import { turn } from "../log/index.ts";
import { BlockBudget } from "./block-budget.ts";
import { type AppliedBlock, makeBlock, type Position, sealBlock } from "./block-maker.ts";
import type { ClockGuard } from "./clock-guard.ts";
import { LedgerFault } from "./fault.ts";
import { AwaitedHeads, receiptOf, signHead } from "./heads.ts";
import type { Head, Outcome } from "./port.ts";
import { Precheck } from "./precheck.ts";
import { Queue, type Waiting } from "./queue.ts";
import { Slices } from "./slices.ts";
import type { LedgerState } from "./state.ts";
import type { LedgerClock, LogStore, MapStore, SignaturePool, Staged } from "./stores.ts";
import { Submission } from "./submission.ts";
import { itemOf, type Submitted, submitted } from "./submitted.ts";
import type { BlockWriter, WriterHooks } from "./writer.ts";
import { writesEnded } from "./writes-ended.ts";

export type SequencerParts = {
  readonly log: LogStore;
  readonly state: LedgerState;
  readonly map: MapStore;
  readonly pool: SignaturePool;
  readonly guard: ClockGuard;
  readonly clock: LedgerClock;
};

export type SequencerOptions = WriterHooks & {
  readonly origin: string;
  /** The keys of the log, as the policy of the committed ledger has them. */
  readonly signers: () => readonly NoteSigner[];
  /** Where the committed log ends. */
  readonly head: Head;
  /** Why nothing may be written from the start. */
  readonly fault?: LedgerFault;
};

/**
 * So many blocks are applied ahead of the last durable one, so that neither the map nor a slow sync keeps the writer waiting.
 */
const MAX_UNCOMMITTED = 3;

/** So many items of a request are read, checked and queued at a time: as many as go to a thread in one message. */
const GROUP_ITEMS = 64;

/** So many bytes of a request wait for their signatures before more of it are read: a part of what the pool takes from all. */
const MAX_AHEAD_BYTES = 4 * 1024 * 1024;

/** Less than this, in operations, is not worth a block of its own while another is on its way to the disk. */
const LIGHT = 256;

/**
 * The one writer of a ledger. Operations are checked off the main thread, gathered, applied as one block and made durable
 * by one write and one sync; while the map takes a block's changes in and the block syncs, the next one is applied.
 */
export class Sequencer implements BlockWriter {
  readonly #parts: SequencerParts;
  readonly #options: SequencerOptions;
  readonly #queue = new Queue();
  readonly #budget = new BlockBudget();
  readonly #precheck: Precheck;
  /** Who waits for the checkpoint of a size that is still syncing. */
  readonly #heads = new AwaitedHeads();
  readonly #running: Promise<void>;
  #head: Head;
  #applied: Position;
  /** Bytes of the applied block that the log has not been handed yet. */
  #unsealedBytes = 0;
  #fault: LedgerFault | undefined;
  /** The last block found no room on the disk. */
  #full: LedgerFault | undefined;
  /** The last applied block was the last one that a node alone, or this program, may make. */
  #ended: LedgerFault | undefined;
  #closing = false;
  /** What making the last block took. */
  #spentMilliseconds = 0;

  constructor(parts: SequencerParts, options: SequencerOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#head = options.head;
    this.#fault = options.fault;
    this.#applied = options.head;
    this.#ended = writesEnded(parts.state, options.head.height + 1);
    this.#precheck = new Precheck(parts.pool);
    this.#running = this.#sequence();
  }

  get head(): Head {
    return this.#head;
  }

  /** The size of the log with the last applied block, committed or not. */
  get appliedSize(): number {
    return this.#applied.size;
  }

  /** The head at the size that was applied last. */
  headAt(size: number): Promise<Head> {
    if (size === this.#head.size) return Promise.resolve(this.#head);
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    return this.#heads.at(size);
  }

  /** Takes no more, finishes what was taken. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#queue.wake();
    await this.#running;
  }

  async submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]> {
    this.#refuseWhenUnready();
    this.#queue.admit(items);
    const submission = new Submission(items.length);
    // While the signatures of some are checked, the next ones are read, and those before them applied.
    let before = Promise.resolve();
    let ahead = 0;
    for (let at = 0; at < items.length; at += GROUP_ITEMS) {
      const group = items.slice(at, at + GROUP_ITEMS);
      before = this.#take(group, submission, at, before);
      // Whoever comes after it hears of it too.
      before.catch(() => undefined);
      ahead += group.reduce((sum, { length }) => sum + length, 0);
      if (ahead < MAX_AHEAD_BYTES) continue;
      await before;
      ahead = 0;
    }
    await before;
    return submission.outcomes;
  }

  /** Reads and checks items that stand at `first` of what was submitted, and queues them once those before them are. */
  async #take(
    items: readonly Uint8Array[],
    submission: Submission,
    first: number,
    before: Promise<void>,
  ): Promise<void> {
    const taken = submitted(items);
    // What is in the log already needs no check of its signature.
    const fresh = taken.filter((item) => this.#receiptOf(item.hash) === undefined);
    const checked = this.#precheck.run(
      this.#parts.state,
      fresh.flatMap((item) => item.read ?? []),
    );
    try {
      await Promise.all([checked, before]);
      this.#refuseWhenUnready();
      for (const [i, item] of taken.entries()) this.#enqueue(item, submission, first + i);
    } catch (fault) {
      for (const { hash } of fresh) this.#precheck.forget(hash);
      throw fault;
    } finally {
      this.#queue.wake();
    }
  }

  /** Somebody made sure that nobody has seen a newer state than what was restored. The clock may still keep it from writing. */
  confirmRestored(): void {
    if (this.#fault?.code !== "LEDGER_RESTORED") return;
    this.#fault = this.#parts.guard.judge(this.#head.timeMilliseconds);
  }

  /** Why nothing can be written at the moment. */
  unready(): LedgerFault | undefined {
    // Looked at anew: perhaps nobody writes any more who would notice that there is room again.
    if (this.#full !== undefined && this.#fault === undefined && !this.#closing) this.#tryForRoom();
    return this.#fault ?? this.#ended ?? this.#full;
  }

  #tryForRoom(): void {
    try {
      this.#reserve(0);
    } catch (cause) {
      this.#note(cause);
    }
  }

  /** Makes sure that a block can be written. */
  #reserve(bytes: number): void {
    this.#parts.log.reserve(this.#unsealedBytes + bytes + 4096);
    this.#full = undefined;
  }

  #refuseWhenUnready(): void {
    const lasting = this.#fault ?? this.#ended;
    if (lasting !== undefined) throw lasting;
    if (this.#closing) throw new LedgerFault("LEDGER_CLOSED");
    const behind = this.#options.behind();
    if (behind !== undefined) throw behind;
  }

  #enqueue(item: Submitted, submission: Submission, position: number): void {
    const known =
      item.read?.kind === "refused"
        ? { ok: false as const, refusal: item.read.refusal }
        : this.#receiptOf(item.hash);
    if (known === undefined) this.#queue.place(item, { submission, position });
    else {
      // Perhaps it came into the log while its signature was checked.
      this.#precheck.forget(item.hash);
      submission.settle(position, known);
    }
  }

  /** The item has been answered. */
  #done(waiting: Waiting): void {
    this.#queue.done(waiting);
    this.#precheck.forget(waiting.item.hash);
  }

  /** The receipt of an item that is in the log already: whoever asks again gets the same answer. */
  #receiptOf(hash: Hash): Outcome | undefined {
    return receiptOf(this.#parts.log, hash, this.#head, true);
  }

  /** The sequencer: the only place that makes blocks. Ends when the ledger closes or has failed for good. */
  async #sequence(): Promise<void> {
    const committing: Promise<void>[] = [];
    while (!this.#hasFailed && !(this.#closing && this.#queue.length === 0)) {
      await this.#queue.some();
      // While the last block becomes durable more comes, and one sync, one root and one signature serve it all.
      const last = committing.at(-1);
      if (last !== undefined) await Promise.race([last, this.#queue.weighing(LIGHT)]);
      const { readers } = this.#options;
      const batch = this.#queue.take(this.#budget.weight(readers.areReading));
      if (batch.length === 0) continue;
      const block = await this.#make(batch);
      if (committing.length >= MAX_UNCOMMITTED) await committing.shift();
      if (this.#hasFailed) break;
      if (block !== undefined) {
        const before = committing.at(-1) ?? Promise.resolve();
        committing.push(before.then(() => this.#commit(batch, block)));
      }
      // Lets the syncing thread and the sockets have their turn between two blocks.
      await turn();
      await readers.rest(this.#spentMilliseconds);
    }
    await committing.at(-1);
    if (this.#hasFailed) await this.#takeBack();
  }

  get #hasFailed(): boolean {
    return this.#fault?.reaction === "fatal";
  }

  /**
   * Nothing is written any more, but what is durable can still be proved: the map goes back to it. Where the map itself has
   * failed, proofs tell so.
   */
  async #takeBack(): Promise<void> {
    const { map, state } = this.#parts;
    try {
      const root = await map.takeBack(state.undo());
      if (sameHash(root, this.#head.mapRoot)) this.#applied = this.#head;
    } catch (cause) {
      // A disk that fails to sync may fail to read as well.
      if (cause instanceof InvariantError) throw cause;
    }
  }

  async #make(batch: readonly Waiting[]): Promise<AppliedBlock | undefined> {
    const { guard, clock, state } = this.#parts;
    try {
      this.#ended = writesEnded(state, this.#applied.height + 1);
      if (this.#ended !== undefined) throw this.#ended;
      const timeMilliseconds = guard.stamp(this.#applied.timeMilliseconds);
      this.#reserve(bytesOf(batch));
      const { origin } = this.#options;
      const { check } = this.#precheck;
      const slices = new Slices(clock);
      const block = { origin, timeMilliseconds, items: itemsOf(batch), check };
      const turn = () => slices.turn();
      const made = await makeBlock(this.#parts, this.#applied, block, turn, (applied) => {
        this.#applied = applied;
      });
      this.#answerRefused(batch, made.results);
      if (made.entries === undefined) return undefined;
      this.#unsealedBytes += bytesOf(batch);
      const weight = batch.reduce((sum, { item }) => sum + item.weight, 0);
      this.#spentMilliseconds = slices.spentMilliseconds();
      this.#budget.spent(weight, this.#spentMilliseconds);
      return made;
    } catch (cause) {
      this.#stumble(batch, cause);
      return undefined;
    }
  }

  /** A fault before anything was applied: the batch is sent back, and the ledger goes on if it can. */
  #stumble(batch: readonly Waiting[], cause: unknown): void {
    const fault = this.#note(cause);
    for (const waiting of batch) {
      this.#done(waiting);
      waiting.fail(fault);
    }
  }

  /** Remembers what keeps blocks from being written, for as long as it lasts. */
  #note(cause: unknown): LedgerFault {
    if (cause instanceof InvariantError) throw cause;
    const fault =
      cause instanceof LedgerFault ? cause : new LedgerFault("LEDGER_WRITE", {}, { cause });
    if (fault.code === "LEDGER_DISK_FULL") this.#full = fault;
    // What was applied before is still to become durable.
    else if (fault === this.#ended) return fault;
    else if (fault.reaction !== "busy") this.#fail(fault);
    return fault;
  }

  #fail(fault: LedgerFault): void {
    this.#fault = fault;
    this.#queue.failAll(fault);
    this.#queue.wake();
    this.#heads.fail(fault);
  }

  #answerRefused(batch: readonly Waiting[], results: AppliedBlock["results"]): void {
    for (const [i, waiting] of batch.entries()) {
      const result = present(results[i], "a result for each item");
      if (result.ok) continue;
      this.#done(waiting);
      waiting.settle({ ok: false, refusal: result.error });
    }
  }

  async #commit(batch: readonly Waiting[], block: AppliedBlock): Promise<void> {
    // A block before it failed, and with it everybody who waits.
    if (this.#hasFailed) return;
    const { log } = this.#parts;
    let mapRoot: Hash;
    let staged: Staged;
    try {
      mapRoot = await block.mapRoot;
      staged = sealBlock(log, block, mapRoot);
      this.#unsealedBytes -= bytesOf(batch);
      await log.commit(staged);
    } catch (cause) {
      this.#fail(commitFault(cause, block.height));
      for (const waiting of batch) waiting.fail(present(this.#fault, "the fault"));
      return;
    }
    this.#finish(batch, block, mapRoot, staged);
  }

  #finish(batch: readonly Waiting[], block: AppliedBlock, mapRoot: Hash, staged: Staged): void {
    const { state } = this.#parts;
    state.commit();
    this.#head = signHead(this.#options, block, mapRoot, staged);
    this.#ended ??= writesEnded(state, this.#applied.height + 1);
    this.#options.committed(this.#head, block);
    this.#heads.came(this.#head);
    try {
      this.#answerTaken(batch, block);
    } catch (cause) {
      // What a receipt needs of the tiles could not be read. A start makes them anew.
      this.#fail(commitFault(cause, block.height));
    }
  }

  #answerTaken(batch: readonly Waiting[], block: AppliedBlock): void {
    for (const [i, waiting] of batch.entries()) {
      const result = present(block.results[i], "a result for each item");
      if (!result.ok) continue;
      const { hash } = waiting.item;
      const index = result.value;
      const path = this.#parts.log.inclusion(index, block.size);
      this.#done(waiting);
      waiting.settle({ ok: true, hash, index, head: this.#head, path, repeated: false });
    }
  }
}

/** The items of a batch, each read when somebody takes it: what chunks hold is many times their bytes. */
function* itemsOf(batch: readonly Waiting[]): Generator<Item> {
  for (const { item } of batch) yield itemOf(item);
}

/** What a batch adds to the journal at most. */
function bytesOf(batch: readonly Waiting[]): number {
  return batch.reduce((sum, { item }) => sum + item.bytes.length + 64, 4096);
}

/** What is in memory may not be on the disk, or the map lacks it: only a restart from the journal can tell. */
function commitFault(cause: unknown, height: number): LedgerFault {
  const isOfMap = cause instanceof LedgerFault && cause.code === "LEDGER_MAP";
  return isOfMap ? cause : new LedgerFault("LEDGER_WRITE", { height }, { cause });
}
