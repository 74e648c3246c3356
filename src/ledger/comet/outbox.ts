import type { Hash } from "../../core/index.ts";
import { ByHash } from "../by-hash.ts";
import { pause } from "../deferred.ts";
import { LedgerFault } from "../fault.ts";
import type { Outcome } from "../port.ts";
import { MAX_QUEUED_BYTES, MAX_QUEUED_ITEMS, Waiting } from "../queue.ts";
import type { LedgerClock } from "../stores.ts";
import { Submission } from "../submission.ts";
import type { Submitted } from "../submitted.ts";
import { bytesOf, type Parcel, stepsOf, takeTransaction } from "./parcels.ts";
import type { Rhythm } from "./rhythm.ts";
import type { RpcTrouble } from "./rpc.ts";
import { encodeTransaction, MAX_TRANSACTION_BYTES } from "./transaction.ts";

/** When the engine would not take a transaction, it is asked again after so long. */
const RETRY_MILLISECONDS = 100;

/** A transaction that no block showed is handed in again after so long, and then after twice as long. */
const RESEND_MILLISECONDS = 3000;
const LONGEST_RESEND_MILLISECONDS = 24_000;

/** Where blocks are slow or full, it has only vanished when it takes so many times what the last one took to be decided. */
const TIMES_USUAL = 3;

export type OutboxParts = {
  readonly broadcast: (transaction: Uint8Array) => Promise<RpcTrouble | undefined>;
  /** Told of what a transaction holds, before it is handed in. */
  readonly known: (transaction: Uint8Array, items: readonly Submitted[]) => void;
  readonly rhythm: Rhythm;
  readonly clock: LedgerClock;
  /** The receipt of what is in the log already. */
  readonly receiptOf: (item: Submitted) => Outcome | undefined;
};

/** A transaction, and what it holds. */
type Packed = { readonly bytes: Uint8Array; readonly hashes: readonly Hash[] };

/** A transaction that the engine has, by itself or in a proposal, and whose block has not come. */
type Sent = Packed & {
  readonly since: number;
  /** When it was handed in last, and for how long that is good. */
  last: number;
  wait: number;
};

/**
 * What this node took and has not answered yet. It is put together into transactions and handed to the engine until some
 * block, of whoever proposed it, shows what became of it: a transaction that the engine had accepted may vanish.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #waiting = new ByHash<Waiting>();
  readonly #parcels: Parcel[] = [];
  readonly #sent = new Set<Sent>();
  /** Of those, what only a proposal of this node has been given so far. */
  readonly #proposed = new Set<Sent>();
  /** From handing in the transaction that was decided last to its block, as far as a look once a second tells. */
  #usual = 0;
  #items = 0;
  #bytes = 0;
  #sending = false;
  /** Of all parcels. */
  #parcelBytes = 0;
  #closed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when every item is decided and durable on this node.
   *
   * @throws LedgerFault LEDGER_BUSY when so much more would be too much
   */
  async submit(items: readonly Submitted[]): Promise<readonly Outcome[]> {
    const bytes = items.reduce((sum, item) => sum + item.bytes.length, 0);
    const tooMany = this.#items + items.length > MAX_QUEUED_ITEMS;
    if (tooMany || this.#bytes + bytes > MAX_QUEUED_BYTES) {
      throw new LedgerFault("LEDGER_BUSY", { waiting: this.#items, bytes: this.#bytes });
    }
    this.#items += items.length;
    this.#bytes += bytes;
    try {
      const outcomes: Outcome[] = [];
      for (const step of stepsOf(items)) outcomes.push(...(await this.#post(step)));
      return outcomes;
    } finally {
      this.#items -= items.length;
      this.#bytes -= bytes;
    }
  }

  /** A block showed what became of an item. */
  settle(hash: Uint8Array, outcome: () => Outcome): void {
    const waiting = this.#waiting.get(hash);
    if (waiting === undefined) return;
    this.#waiting.delete(hash);
    waiting.settle(outcome());
  }

  /**
   * One more transaction for a proposal that this node makes, of what gathers here: it comes into this block without having been told
   * to anybody before.
   *
   * @param maxBytes room that is left in the proposal
   */
  propose(maxBytes: number): Uint8Array | undefined {
    if (this.#parcels.length === 0) return undefined;
    if (Math.min(this.#parcelBytes, MAX_TRANSACTION_BYTES) > maxBytes) return undefined;
    const packed = this.#pack(this.#take());
    this.#proposed.add(this.#remember(packed));
    return packed.bytes;
  }

  /** A block was committed: what was in a proposal that came to nothing is handed in like anything else. */
  committed(): void {
    for (const { bytes, hashes } of this.#proposed) {
      // What is not taken now is handed in again when no block shows it.
      if (this.#isAwaited(hashes)) void this.#parts.broadcast(bytes);
    }
    this.#proposed.clear();
  }

  /** Hands in again what no block has shown for too long. To be called about once a second. */
  resend(): void {
    const now = this.#parts.clock.monotonicMilliseconds();
    for (const sent of this.#sent) {
      if (!this.#isAwaited(sent.hashes)) {
        this.#usual = now - sent.since;
        this.#sent.delete(sent);
      } else if (now >= sent.last + Math.max(sent.wait, this.#patience())) {
        sent.wait = Math.min(2 * sent.wait, LONGEST_RESEND_MILLISECONDS);
        sent.last = now;
        // What is known is on its way; what is not taken now is handed in again the next time.
        void this.#parts.broadcast(sent.bytes);
      }
    }
  }

  /** Nobody is answered any more. What the engine has may still be decided. */
  failAll(fault: LedgerFault): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#parcels.length = 0;
    this.#parcelBytes = 0;
    this.#sent.clear();
    this.#proposed.clear();
    for (const each of waiting) each.fail(fault);
  }

  close(fault: LedgerFault): void {
    this.#closed = true;
    this.failAll(fault);
  }

  #post(step: readonly Parcel[]): Promise<readonly Outcome[]> {
    const submission = new Submission(step.reduce((sum, parcel) => sum + parcel.length, 0));
    let position = 0;
    for (const parcel of step) {
      const open: Submitted[] = [];
      let isNew = false;
      for (const item of parcel) {
        const receipt = this.#parts.receiptOf(item);
        if (receipt !== undefined) submission.settle(position++, receipt);
        else {
          open.push(item);
          isNew = this.#ask(item, submission, position++) || isNew;
        }
      }
      // With what waits already, since what is new may depend on it; nothing is judged twice.
      if (!isNew) continue;
      this.#parcels.push(open);
      this.#parcelBytes += bytesOf(open);
    }
    if (this.#isFull()) this.#parts.rhythm.full();
    void this.#send();
    return submission.outcomes;
  }

  /** @returns whether nobody else waits for it */
  #ask(item: Submitted, submission: Submission, position: number): boolean {
    const known = this.#waiting.get(item.hash);
    known?.askToo({ submission, position });
    if (known === undefined)
      this.#waiting.set(item.hash, new Waiting(item, { submission, position }));
    return known === undefined;
  }

  /** One at a time, so that the engine sees transactions in their order. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#parcels.length > 0) {
      if (!this.#isFull()) await this.#parts.rhythm.moment();
      const items = this.#take();
      if (items.length > 0) await this.#handIn(items);
    }
    this.#sending = false;
  }

  #take(): readonly Submitted[] {
    const items = takeTransaction(this.#parcels);
    this.#parcelBytes -= bytesOf(items);
    return items;
  }

  /** Whether waiting for more would not make the next transaction longer. */
  #isFull(): boolean {
    return this.#parcelBytes >= MAX_TRANSACTION_BYTES;
  }

  async #handIn(items: readonly Submitted[]): Promise<void> {
    const packed = this.#pack(items);
    const { bytes, hashes } = packed;
    for (;;) {
      if (this.#closed || !this.#isAwaited(hashes)) return;
      const trouble = await this.#parts.broadcast(bytes);
      if (trouble === undefined || trouble === "known") break;
      await pause(RETRY_MILLISECONDS);
    }
    this.#remember(packed);
  }

  #pack(items: readonly Submitted[]): Packed {
    const bytes = encodeTransaction(items.map((item) => item.bytes));
    this.#parts.known(bytes, items);
    return { bytes, hashes: items.map(({ hash }) => hash) };
  }

  #remember(packed: Packed): Sent {
    const now = this.#parts.clock.monotonicMilliseconds();
    const sent = { ...packed, since: now, last: now, wait: RESEND_MILLISECONDS };
    this.#sent.add(sent);
    return sent;
  }

  #isAwaited(hashes: readonly Hash[]): boolean {
    return hashes.some((hash) => this.#waiting.get(hash) !== undefined);
  }

  /** For how long at least a transaction is good: the engine would read all of it again to say that it knows it. */
  #patience(): number {
    return Math.min(TIMES_USUAL * this.#usual, LONGEST_RESEND_MILLISECONDS);
  }
}
