import { CHUNK_IDS } from "./layout.ts";

/** Runs of records of a chunk, in rising order: those of slot `s` from `starts[s]` to `starts[s + 1]`. */
export type RunsBySlot = {
  readonly starts: Int32Array;
  readonly firsts: Uint16Array;
  readonly lasts: Uint16Array;
};

const ALL = -1;

/** The runs of several slots as those of one. */
export class ChunkUnion {
  readonly #words = new Int32Array(CHUNK_IDS / 32);
  readonly firsts: Uint16Array = new Uint16Array(CHUNK_IDS / 2);
  readonly lasts: Uint16Array = new Uint16Array(CHUNK_IDS / 2);
  count = 0;

  /** Its `count` runs are in `firsts` and `lasts` until the next call. */
  of({ starts, firsts, lasts }: RunsBySlot, slots: readonly number[]): this {
    this.#words.fill(0);
    for (const slot of slots) {
      const end = starts[slot + 1] ?? 0;
      for (let i = starts[slot] ?? 0; i < end; i++) this.#put(firsts[i] ?? 0, lasts[i] ?? 0);
    }
    this.#collect();
    return this;
  }

  #put(first: number, last: number): void {
    const words = this.#words;
    for (let at = first; at <= last; ) {
      const word = at >>> 5;
      if ((at & 31) === 0 && at + 31 <= last) {
        words[word] = ALL;
        at += 32;
      } else {
        words[word] = (words[word] ?? 0) | (1 << (at & 31));
        at += 1;
      }
    }
  }

  #collect(): void {
    this.count = 0;
    let isOpen = false;
    for (let word = 0; word < this.#words.length; word++) {
      const bits = this.#words[word] ?? 0;
      // Nothing begins or ends in most words.
      if (bits === (isOpen ? ALL : 0)) continue;
      for (let bit = 0; bit < 32; bit++) {
        const isIn: boolean = ((bits >>> bit) & 1) === 1;
        if (isIn === isOpen) continue;
        if (isIn) this.firsts[this.count] = word * 32 + bit;
        else this.lasts[this.count++] = word * 32 + bit - 1;
        isOpen = isIn;
      }
    }
    if (isOpen) this.lasts[this.count++] = CHUNK_IDS - 1;
  }
}
