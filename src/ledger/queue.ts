import { ByHash } from "./by-hash.ts";
import { defer } from "./deferred.ts";
import { LedgerFault } from "./fault.ts";
import type { Outcome } from "./port.ts";
import type { Submission } from "./submission.ts";
import type { Submitted } from "./submitted.ts";

/** What waits for its block; beyond this, submitters are asked to come back later. */
export const MAX_QUEUED_ITEMS = 20_000;
export const MAX_QUEUED_BYTES: number = 64 * 1024 * 1024;

/** Who wants to know what becomes of an item: the one at `position` of what was submitted together. */
type Asker = { readonly submission: Submission; readonly position: number };

/** An item on its way, and who wants to know what becomes of it. */
export class Waiting {
  readonly item: Submitted;
  readonly #first: Asker;
  /** Whoever submitted the same. Hardly ever anybody, so there is no list until then. */
  #others: Asker[] | undefined;

  constructor(item: Submitted, first: Asker) {
    this.item = item;
    this.#first = first;
  }

  askToo(asker: Asker): void {
    this.#others ??= [];
    this.#others.push(asker);
  }

  settle(outcome: Outcome): void {
    const { submission, position } = this.#first;
    submission.settle(position, outcome);
    for (const other of this.#others ?? []) other.submission.settle(other.position, outcome);
  }

  fail(fault: LedgerFault): void {
    this.#first.submission.fail(fault);
    for (const { submission } of this.#others ?? []) submission.fail(fault);
  }
}

/** Items in the order in which they came, bounded; the same item waits once, however often it was submitted. */
export class Queue {
  readonly #waiting: Waiting[] = [];
  readonly #byHash = new ByHash<Waiting>();
  #bytes = 0;
  /** Of what waits for a block to take it. */
  #weight = 0;
  #wake: (() => void) | undefined;
  #heavy: { readonly atLeast: number; readonly resolve: () => void } | undefined;

  get length(): number {
    return this.#waiting.length;
  }

  /** @throws LedgerFault LEDGER_BUSY when so much more would be too much */
  admit(items: readonly Uint8Array[]): void {
    const bytes = items.reduce((sum, item) => sum + item.length, 0);
    const tooMany = this.#byHash.size + items.length > MAX_QUEUED_ITEMS;
    if (tooMany || this.#bytes + bytes > MAX_QUEUED_BYTES) {
      throw new LedgerFault("LEDGER_BUSY", { waiting: this.#byHash.size, bytes: this.#bytes });
    }
  }

  /** Gives the item a place in the queue: that of the same item, if it is on its way already. */
  place(item: Submitted, asker: Asker): void {
    const known = this.#byHash.get(item.hash);
    if (known !== undefined) {
      known.askToo(asker);
      return;
    }
    const waiting = new Waiting(item, asker);
    this.#waiting.push(waiting);
    this.#weight += item.weight;
    if (this.#heavy !== undefined && this.#weight >= this.#heavy.atLeast) this.#heavy.resolve();
    this.#byHash.set(item.hash, waiting);
    this.#bytes += item.bytes.length;
  }

  /** Lets the sequencer look again. */
  wake(): void {
    this.#wake?.();
  }

  /** Resolves when something waits, or when `wake` was called. */
  async some(): Promise<void> {
    if (this.#waiting.length > 0) return;
    const { promise, resolve } = defer<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
  }

  /** Resolves when what waits is as much work as this. For one who asks at a time: whoever asked before hears no more. */
  weighing(atLeast: number): Promise<void> {
    this.#heavy = undefined;
    if (this.#weight >= atLeast) return Promise.resolve();
    const { promise, resolve } = defer<void>();
    this.#heavy = { atLeast, resolve };
    return promise;
  }

  /** Takes what the next block may weigh off, one item at least. */
  take(maxWeight: number): Waiting[] {
    let taken = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      if (count > 0 && taken + item.weight > maxWeight) break;
      taken += item.weight;
      count++;
    }
    this.#weight -= taken;
    return this.#waiting.splice(0, count);
  }

  /** The item has been answered. */
  done({ item }: Waiting): void {
    if (this.#byHash.delete(item.hash)) this.#bytes -= item.bytes.length;
  }

  failAll(fault: LedgerFault): void {
    for (const waiting of this.#byHash.values()) waiting.fail(fault);
    this.#waiting.length = 0;
    this.#weight = 0;
    this.#byHash.clear();
    this.#bytes = 0;
  }
}
