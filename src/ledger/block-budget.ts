/**
 * What making one block may take. Readers get their turns in between; a larger block spares hashes of the map, a sync and a
 * signature.
 */
const TARGET_MILLISECONDS = 16;

const FIRST_WEIGHT = 128;
const MIN_WEIGHT = 32;
const MAX_WEIGHT = 8192;

/** How fast the next blocks are expected to go, as a mean in which the last block counts this much. */
const SHARE_OF_LAST = 0.25;

/** How much work a block takes, so that it keeps near its time whatever the machine and the operations are. */
export class BlockBudget {
  #weight: number = FIRST_WEIGHT;

  /** The weight of the next block. */
  get weight(): number {
    return Math.round(this.#weight);
  }

  /** A block of this weight took so long. */
  spent(weight: number, milliseconds: number): void {
    const fitting = (weight * TARGET_MILLISECONDS) / Math.max(milliseconds, 0.01);
    const mean = this.#weight + SHARE_OF_LAST * (fitting - this.#weight);
    // A small block tells little: at most twice as much the next time.
    this.#weight = Math.min(Math.max(mean, MIN_WEIGHT), MAX_WEIGHT, 2 * this.#weight);
  }
}
