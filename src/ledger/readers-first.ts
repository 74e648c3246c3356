import { pause } from "./deferred.ts";
import type { LedgerClock } from "./stores.ts";

/** Somebody who read is taken to be about to read again for so long. */
const READING_MILLISECONDS = 250;

/** A block that took less is no load that anybody would notice. */
const LONG_BLOCK_MILLISECONDS = 4;

/**
 * While somebody reads, the writer rests after a block as long as it worked: a bulk import keeps every processor busy, and who
 * looks something up would wait behind it. The import takes up to twice as long as long as that lasts, and no longer.
 */
export class ReadersFirst {
  readonly #clock: LedgerClock;
  #lastRead = Number.NEGATIVE_INFINITY;

  constructor(clock: LedgerClock) {
    this.#clock = clock;
  }

  /** Whether somebody read just now. */
  get areReading(): boolean {
    return this.#clock.monotonicMilliseconds() - this.#lastRead < READING_MILLISECONDS;
  }

  /** Somebody reads. */
  seen(): void {
    this.#lastRead = this.#clock.monotonicMilliseconds();
  }

  /** Lets readers have the machine after a block that took so long; at once where nobody reads. */
  async rest(spentMilliseconds: number): Promise<void> {
    if (spentMilliseconds >= LONG_BLOCK_MILLISECONDS && this.areReading) {
      await pause(spentMilliseconds);
    }
  }
}
