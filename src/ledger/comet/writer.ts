import { type Item, OpenBlock, present, type Refusal, readHashedItem } from "../../core/index.ts";
import { LedgerFault } from "../fault.ts";
import { receiptOf } from "../heads.ts";
import type { Head, Outcome } from "../port.ts";
import type { Precheck } from "../precheck.ts";
import type { LedgerState } from "../state.ts";
import type { LedgerClock, LogStore } from "../stores.ts";
import { type Submitted, submitted } from "../submitted.ts";
import type { BlockWriter, WriterHooks } from "../writer.ts";
import type { Candidates } from "./candidates.ts";
import type { Chain, Settled } from "./chain.ts";
import { Outbox } from "./outbox.ts";
import type { Rhythm } from "./rhythm.ts";
import type { Rpc } from "./rpc.ts";
import { isOneItem } from "./transaction.ts";

export type WriterParts = {
  readonly log: LogStore;
  readonly state: LedgerState;
  readonly precheck: Precheck;
  readonly clock: LedgerClock;
  readonly rpc: Rpc;
  readonly candidates: Candidates;
  readonly rhythm: Rhythm;
};

export type WriterOptions = Pick<WriterHooks, "behind"> & {
  readonly origin: string;
  /** Without a block for so long, consensus has stopped: even an idle chain makes one every few seconds. */
  readonly stalledMilliseconds: number;
  /** Stops answering the engine. */
  readonly stop: () => Promise<void>;
};

const TURN_MILLISECONDS = 1000;

/** A ledger's writer where others have a say: hands in what it takes, and answers when a committed block shows it. */
export class CometWriter implements BlockWriter {
  readonly #chain: Chain;
  readonly #parts: WriterParts;
  readonly #options: WriterOptions;
  readonly #outbox: Outbox;
  readonly #timer: ReturnType<typeof setInterval>;
  /** When the last block came; none has come since the start. */
  #lastBlock: number | undefined;
  #lastLook: number;
  #fault: LedgerFault | undefined;

  constructor(chain: Chain, parts: WriterParts, options: WriterOptions) {
    this.#chain = chain;
    this.#parts = parts;
    this.#options = options;
    const { rpc, clock, candidates, rhythm } = parts;
    this.#outbox = new Outbox({
      broadcast: (transaction) => rpc.broadcast(transaction),
      known: (transaction, items) => candidates.know(transaction, items),
      rhythm,
      clock,
      receiptOf: ({ hash }) => this.#receiptOf(hash, true),
    });
    this.#lastLook = clock.monotonicMilliseconds();
    this.#timer = setInterval(() => this.#turn(), TURN_MILLISECONDS);
    this.#timer.unref();
  }

  get head(): Head {
    return this.#chain.head;
  }

  get appliedSize(): number {
    return this.#chain.appliedSize;
  }

  headAt(size: number): Promise<Head> {
    if (size !== this.head.size && this.#fault !== undefined) return Promise.reject(this.#fault);
    return this.#chain.headAt(size);
  }

  async submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]> {
    this.#refuseWhenUnready();
    const taken = submitted(items);
    try {
      const refusals = await this.#refuseAtTheDoor(taken);
      this.#refuseWhenUnready();
      const open = taken.filter((_, i) => refusals[i] === undefined);
      const outcomes = await this.#outbox.submit(open);
      let next = 0;
      return refusals.map((refusal) =>
        refusal === undefined
          ? present(outcomes[next++], "an outcome")
          : { ok: false as const, refusal },
      );
    } finally {
      // Also of what never came to stand in a transaction.
      for (const { hash } of taken) this.#parts.precheck.forget(hash);
    }
  }

  /** One more transaction for a proposal of this node that has so much room left. */
  propose(maxBytes: number): Uint8Array | undefined {
    return this.unready() === undefined ? this.#outbox.propose(maxBytes) : undefined;
  }

  /** A block of the engine was committed. */
  settle(settled: readonly Settled[]): void {
    this.#lastBlock = this.#parts.clock.monotonicMilliseconds();
    for (const { hash, result } of settled) {
      this.#outbox.settle(hash, () =>
        result.ok
          ? (this.#receiptOf(hash, false) as Outcome)
          : { ok: false, refusal: result.error },
      );
    }
    this.#outbox.committed();
    this.#parts.rhythm.committed();
  }

  /** The engine could not be answered: nothing more can be written before a restart. */
  fail(fault: LedgerFault): void {
    this.#fault ??= fault;
    this.#chain.fail(fault);
    this.#outbox.close(fault);
  }

  unready(): LedgerFault | undefined {
    return this.#fault ?? this.#stalled();
  }

  confirmRestored(): void {
    // What a validator lacks, the others have: it catches up with them before it takes part.
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.stop();
    await this.#chain.rest();
    // What the engine was handed may still be decided.
    this.#outbox.close(new LedgerFault("LEDGER_STALLED", { height: this.#chain.height }));
    this.fail(new LedgerFault("LEDGER_CLOSED"));
    this.#parts.rpc.close();
  }

  #turn(): void {
    const stalled = this.#stalled();
    if (stalled === undefined) this.#outbox.resend();
    else this.#outbox.failAll(stalled);
  }

  #refuseWhenUnready(): void {
    const fault = this.unready() ?? this.#options.behind();
    if (fault !== undefined) throw fault;
  }

  #stalled(): LedgerFault | undefined {
    const { height } = this.#chain;
    const now = this.#parts.clock.monotonicMilliseconds();
    const slept = now - this.#lastLook - 2 * TURN_MILLISECONDS;
    this.#lastLook = now;
    if (this.#lastBlock === undefined) return new LedgerFault("LEDGER_STALLED", { height });
    // A process that was kept from running has not seen what came meanwhile.
    if (slept > 0) this.#lastBlock += slept;
    const since = now - this.#lastBlock;
    if (since <= this.#options.stalledMilliseconds) return undefined;
    return new LedgerFault("LEDGER_STALLED", { height, sinceMilliseconds: Math.round(since) });
  }

  /**
   * Whose bytes or signature are wrong whatever the ledger comes to say is answered at once: no other validator need look
   * at it.
   */
  async #refuseAtTheDoor(items: readonly Submitted[]): Promise<readonly (Refusal | undefined)[]> {
    const { precheck, state, log } = this.#parts;
    const read = items.flatMap(({ read, hash }) =>
      read === undefined || log.indexOf(hash) !== undefined ? [] : read,
    );
    await precheck.run(state, read);
    return items.map((item) => this.#doorRefusal(item));
  }

  #doorRefusal({ bytes, hash, read }: Submitted): Refusal | undefined {
    if (read?.kind === "refused") return read.refusal;
    const isOwnFault = read?.kind === "operation" && this.#isWrong(read);
    if (isOwnFault && this.#parts.log.indexOf(hash) === undefined) return this.#judge(read);
    // A chunk that is not one value would fall into other pieces in a transaction.
    return isOneItem(bytes) ? undefined : this.#judge(readHashedItem(bytes, hash));
  }

  #isWrong({ body, envelope, hash }: Extract<Item, { kind: "operation" }>): boolean {
    const { origin } = this.#options;
    return !body.ok || envelope.aud !== origin || this.#parts.precheck.isWrong(hash);
  }

  /** What the rules say of an item alone, now. */
  #judge(item: Item): Refusal | undefined {
    const { state, precheck, clock } = this.#parts;
    const { size, height, timeMilliseconds } = this.head;
    const block = new OpenBlock(state, {
      origin: this.#options.origin,
      timeMilliseconds: Math.max(clock.wallMilliseconds(), timeMilliseconds),
      height: height + 1,
      first: size,
      check: precheck.check,
    });
    const steps = block.take(item);
    for (;;) {
      const step = steps.next();
      if (step.done !== true) continue;
      return step.value.ok ? undefined : step.value.error;
    }
  }

  #receiptOf(hash: Settled["hash"], repeated: boolean): Outcome | undefined {
    return receiptOf(this.#parts.log, hash, this.head, repeated);
  }
}
