/**
 * What making one block may take while somebody reads, and while nobody does. Readers get their turns in between, but not
 * while a block is put together at its end; a larger block spares hashes of the map, a sync and a signature.
 */
const READING_MILLISECONDS = 16;
const ALONE_MILLISECONDS = 96;

const FIRST_WEIGHT = 128;
const MIN_WEIGHT = 32;
const MAX_WEIGHT = 8192;

/** How fast the next blocks are expected to go, as a mean in which the last block counts this much. */
const SHARE_OF_LAST = 0.25;

/** How much work a block takes, so that it keeps near its time whatever the machine and the operations are. */
export class BlockBudget {
  #perMillisecond: number = FIRST_WEIGHT / READING_MILLISECONDS;
  #last: number = FIRST_WEIGHT / 2;

  /** The weight of the next block. */
  weight(isReading: boolean): number {
    const fitting = this.#perMillisecond * (isReading ? READING_MILLISECONDS : ALONE_MILLISECONDS);
    // A small block tells little: at most twice as much the next time, or as much as before it.
    return Math.round(Math.min(Math.max(fitting, MIN_WEIGHT), MAX_WEIGHT, 2 * this.#last));
  }

  /** A block of this weight took so long. */
  spent(weight: number, milliseconds: number): void {
    const rate = weight / Math.max(milliseconds, 0.01);
    this.#perMillisecond += SHARE_OF_LAST * (rate - this.#perMillisecond);
    this.#last = Math.max(weight, this.#last / 2, MIN_WEIGHT);
  }
}
