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
    const head = this.#newest;
    if (head.size === this.#published.size) return;
    this.#writing = this.#writing
      .then(() => this.#persist(head))
      .then(
        () => {
          this.#published = head;
        },
        // A disk that will not take it is asked again; until then the older checkpoint stays the public one.
        () => this.offer(this.#newest),
      );
  }
}
