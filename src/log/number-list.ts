import { InvariantError } from "../core/index.ts";

const PART = 65_536;

/** A growing list of numbers up to 2^53, 8 bytes each, that never moves what it holds. */
export class NumberList {
  readonly #parts: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length % PART;
    if (at === 0) this.#parts.push(new Float64Array(PART));
    const part = this.#parts[this.#parts.length - 1];
    if (part !== undefined) part[at] = value;
    this.#length += 1;
  }

  at(index: number): number {
    const value = this.#parts[Math.floor(index / PART)]?.[index % PART];
    if (value === undefined || index >= this.#length) {
      throw new InvariantError(`no number ${index} of ${this.#length}`);
    }
    return value;
  }

  /** In a list that rises: the position of the last number that is at most `value`; −1 if none is. */
  lastAtMost(value: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
