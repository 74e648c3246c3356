const NOWHERE = -1;

/**
 * The last bytes that were written to a file that only grows, by where they stand in it. Kept in one piece of memory of two
 * halves: when the newer one is full, the older one is written over.
 */
export class RecentBytes {
  readonly bytes: Buffer;
  readonly #half: number;
  /** Where in the memory the newer half begins. */
  #newer = 0;
  /** What each half holds of the file: the older one before the newer one, or nothing. */
  #newerFrom = 0;
  #newerTo = 0;
  #olderFrom = 0;
  #olderTo = 0;

  constructor(capacity: number) {
    // Takes no memory before it is written to.
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.#half = capacity / 2;
  }

  /** Takes bytes that were written at `at` of the file, together; more than a half holds are not kept. */
  push(bytes: Uint8Array, at: number): void {
    const { length } = bytes;
    if (length > this.#half) {
      this.clear();
      return;
    }
    if (at !== this.#newerTo || at + length - this.#newerFrom > this.#half) this.#turn(at);
    this.bytes.set(bytes, this.#newer + at - this.#newerFrom);
    this.#newerTo = at + length;
  }

  /** Where in `bytes` that stands which was written at `at` of the file; −1 where it is not kept. */
  find(at: number): number {
    if (at >= this.#newerFrom && at < this.#newerTo) return this.#newer + at - this.#newerFrom;
    if (at >= this.#olderFrom && at < this.#olderTo) {
      return this.#half - this.#newer + at - this.#olderFrom;
    }
    return NOWHERE;
  }

  clear(): void {
    this.#newerFrom = this.#newerTo = 0;
    this.#olderFrom = this.#olderTo = 0;
  }

  /** What was the newer half is the older one; the other one begins anew. */
  #turn(at: number): void {
    this.#olderFrom = this.#newerFrom;
    this.#olderTo = this.#newerTo;
    this.#newer = this.#half - this.#newer;
    this.#newerFrom = this.#newerTo = at;
  }
}
