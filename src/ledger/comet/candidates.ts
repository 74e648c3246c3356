import { hex, sha256 } from "../../core/index.ts";
import type { Precheck } from "../precheck.ts";
import type { LedgerState } from "../state.ts";
import type { LedgerClock, LogStore } from "../stores.ts";
import { type Submitted, submitted } from "../submitted.ts";
import { decodeTransaction } from "./transaction.ts";

/** Transactions that were seen and not decided yet are kept read for so many bytes; of older ones the work is done again. */
const MAX_KEPT_BYTES: number = 64 * 1024 * 1024;

/** What no block has shown for so long has vanished; whoever took it hands it in again. */
const VANISHED_MILLISECONDS = 5000;

/** A transaction that may come to stand in a block. */
export type Candidate = {
  readonly bytes: number;
  readonly items: readonly Submitted[];
  /** Its signatures have been checked as far as that can be done beforehand. */
  readonly checked: Promise<void>;
};

/**
 * Transactions between the moment they are first seen and that in which their block is decided: each is read once and its
 * signatures are checked once, though the engine shows it three times.
 */
export class Candidates {
  readonly #known = new Map<string, Candidate>();
  readonly #precheck: Precheck;
  readonly #state: LedgerState;
  readonly #log: LogStore;
  readonly #clock: LedgerClock;
  #bytes = 0;
  #lastSeen = Number.NEGATIVE_INFINITY;

  constructor(
    precheck: Precheck,
    {
      state,
      log,
      clock,
    }: { readonly state: LedgerState; readonly log: LogStore; readonly clock: LedgerClock },
  ) {
    this.#precheck = precheck;
    this.#state = state;
    this.#log = log;
    this.#clock = clock;
  }

  /** Whether the engine has one to propose, as far as this node knows. */
  get some(): boolean {
    const since = this.#clock.monotonicMilliseconds() - this.#lastSeen;
    return this.#known.size > 0 && since < VANISHED_MILLISECONDS;
  }

  /** `undefined` where the bytes are no transaction. */
  of(transaction: Uint8Array): Candidate | undefined {
    const name = hex(sha256(transaction));
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const items = decodeTransaction(transaction);
    return items === undefined ? undefined : this.#keep(name, transaction, submitted(items));
  }

  /** A transaction that this node put together of what it has read. */
  know(transaction: Uint8Array, items: readonly Submitted[]): void {
    const name = hex(sha256(transaction));
    if (!this.#known.has(name)) this.#keep(name, transaction, items);
  }

  #keep(name: string, transaction: Uint8Array, items: readonly Submitted[]): Candidate {
    const candidate = { bytes: transaction.length, items, checked: this.#check(items) };
    this.#known.set(name, candidate);
    this.#lastSeen = this.#clock.monotonicMilliseconds();
    this.#bytes += candidate.bytes;
    this.#forgetOldest();
    return candidate;
  }

  /** Its block is decided. */
  forget(transaction: Uint8Array): void {
    this.#drop(hex(sha256(transaction)));
  }

  async #check(items: readonly Submitted[]): Promise<void> {
    const read = items.flatMap((item) => (this.#isInLog(item) ? [] : (item.read ?? [])));
    // Too much to do for the workers: then the rules check on the spot.
    await this.#precheck.run(this.#state, read).catch(() => undefined);
  }

  #isInLog({ hash }: Submitted): boolean {
    return this.#log.indexOf(hash) !== undefined;
  }

  #forgetOldest(): void {
    for (const name of this.#known.keys()) {
      if (this.#bytes <= MAX_KEPT_BYTES) return;
      this.#drop(name);
    }
  }

  #drop(name: string): void {
    const candidate = this.#known.get(name);
    if (candidate === undefined) return;
    this.#known.delete(name);
    this.#bytes -= candidate.bytes;
    for (const { hash } of candidate.items) this.#precheck.forget(hash);
  }
}
