import { InvariantError } from "../core/index.ts";
import { type Deferred, defer } from "./deferred.ts";
import { LedgerFault } from "./fault.ts";
import type { Head } from "./port.ts";
import type { LedgerClock } from "./stores.ts";

/** `/log/checkpoint` advances at most this often. */
export const MIN_INTERVAL_MILLISECONDS = 1000;

/**
 * Lets the public checkpoint advance. What was once published is remembered on disk before it is served, so that a journal
 * that was cut short cannot pass for the whole.
 */
export class Publisher {
  readonly #persist: (head: Head) => Promise<void>;
  readonly #clock: LedgerClock;
  #published: Head;
  #newest: Head;
  #last: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closing = false;
  /** Who wants to say which head is published next. */
  #chosen: Chosen | undefined;

  constructor(head: Head, clock: LedgerClock, persist: (head: Head) => Promise<void>) {
    this.#published = head;
    this.#newest = head;
    this.#clock = clock;
    this.#persist = persist;
    this.#last = clock.monotonicMilliseconds() - MIN_INTERVAL_MILLISECONDS;
  }

  published(): Head {
    return this.#published;
  }

  /** A block was committed. */
  offer(head: Head): void {
    this.#newest = head;
    if (this.#timer !== undefined || this.#closing) return;
    const wait = this.#last + MIN_INTERVAL_MILLISECONDS - this.#clock.monotonicMilliseconds();
    this.#timer = setTimeout(() => this.#publish(), Math.max(0, wait));
  }

  /** What `take` gives is published when it is the next one's turn; called then. One at a time. */
  publishNext(take: () => Promise<Head>): Promise<Head> {
    if (this.#chosen !== undefined) throw new InvariantError("two choose what is published next");
    if (this.#closing) return Promise.reject(new LedgerFault("LEDGER_CLOSED"));
    const head = defer<Head>();
    this.#chosen = { take, head };
    this.offer(this.#newest);
    return head.promise;
  }

  /** Publishes what is newest, and stops. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    this.#publish();
    await this.#writing;
  }

  #publish(): void {
    this.#timer = undefined;
    this.#last = this.#clock.monotonicMilliseconds();
    const newest = this.#newest;
    const chosen = this.#chosen;
    this.#chosen = undefined;
    if (chosen === undefined && newest.size === this.#published.size) return;
    this.#writing = this.#writing
      // A ledger that has failed has no newer head than the newest: then that is what there is.
      .then(() => chosen?.take().catch(() => newest) ?? newest)
      .then(async (head) => {
        await this.#advance(head);
        chosen?.head.resolve(head);
      })
      .catch((cause) => {
        chosen?.head.reject(cause);
        // A disk that will not take it is asked again; until then the older checkpoint stays the public one.
        this.offer(this.#newest);
      });
  }

  async #advance(head: Head): Promise<void> {
    if (head.size <= this.#published.size) return;
    await this.#persist(head);
    this.#published = head;
  }
}

type Chosen = { readonly take: () => Promise<Head>; readonly head: Deferred<Head> };
