import { COVER_PATIENCE_MILLISECONDS, MAX_COVER_WAITING } from "./limits.ts";

type Waiter = { readonly size: number; readonly done: () => void };

/** Those who wait until a size is reached, each for a while and so many at most. */
export class Waiting {
  readonly #waiters = new Set<Waiter>();
  readonly #pause: (milliseconds: number, then: () => void) => () => void;
  #isOver = false;

  /** @param pause - calls back after a while; what it returns ends that */
  constructor(pause: (milliseconds: number, then: () => void) => () => void) {
    this.#pause = pause;
  }

  /** Resolves when the size is reached, or the patience is over; at once where too many wait. */
  until(size: number): Promise<void> {
    if (this.#isOver || this.#waiters.size >= MAX_COVER_WAITING) return Promise.resolve();
    return new Promise((resolve) => {
      const end = this.#pause(COVER_PATIENCE_MILLISECONDS, () => waiter.done());
      const waiter = {
        size,
        done: (): void => {
          this.#waiters.delete(waiter);
          end();
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Nobody waits any longer, now or later. */
  end(): void {
    this.#isOver = true;
    this.reached(Number.POSITIVE_INFINITY);
  }

  reached(size: number): void {
    for (const waiter of this.#waiters) if (waiter.size <= size) waiter.done();
  }
}
