import { shortAscii } from "../cbor/short-text.ts";
import type { Code } from "../code/index.ts";
import { InvariantError, present } from "../invariant.ts";
import { NumberColumn } from "./number-column.ts";

/** A code never straddles two chunks; where in all of them it stands fits 32 bits for a hundred million codes. */
const CHUNK_BYTES = 65_536;

/** No code is there. */
export const NOWHERE = -1;

/**
 * Codes that come in rising order, each with its place among them: the letters of a million take 26 MB, where as many strings
 * in a Map take eight times that.
 */
export class CodeColumn {
  readonly #chunks: Uint8Array[] = [];
  /** Free bytes of the last chunk begin here. */
  #used = CHUNK_BYTES;
  /** Where each stands: one byte says how long it is. */
  readonly #starts = new NumberColumn(Uint32Array);
  /** Whoever looks several up mostly wants one after the other. */
  #found = NOWHERE;

  get length(): number {
    return this.#starts.length;
  }

  push(code: Code): void {
    const last = this.length - 1;
    if (last >= 0 && this.#compare(code, last) <= 0) throw new InvariantError(`${code} comes late`);
    if (this.#used + 1 + code.length > CHUNK_BYTES) {
      this.#chunks.push(new Uint8Array(CHUNK_BYTES));
      this.#used = 0;
    }
    const chunk = present(this.#chunks.at(-1), "a chunk with room");
    this.#starts.push((this.#chunks.length - 1) * CHUNK_BYTES + this.#used);
    chunk[this.#used++] = code.length;
    for (let i = 0; i < code.length; i++) chunk[this.#used++] = code.charCodeAt(i);
  }

  at(place: number): Code {
    const start = this.#starts.at(place);
    const chunk = this.#chunkAt(start);
    const at = start % CHUNK_BYTES;
    const length = chunk[at] as number;
    return shortAscii(chunk, at + 1, at + 1 + length) as Code;
  }

  /** The place of a code, or `NOWHERE`. */
  find(code: Code): number {
    const next = this.#found + 1;
    if (next < this.length && this.#compare(code, next) === 0) {
      this.#found = next;
      return next;
    }
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(code, middle);
      if (order === 0) {
        this.#found = middle;
        return middle;
      }
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return NOWHERE;
  }

  /** Below zero where the code comes before the one at `place`. Codes are ASCII. */
  #compare(code: Code, place: number): number {
    const start = this.#starts.at(place);
    const chunk = this.#chunkAt(start);
    const at = start % CHUNK_BYTES;
    const length = chunk[at] as number;
    const shared = Math.min(code.length, length);
    for (let i = 0; i < shared; i++) {
      const difference = code.charCodeAt(i) - (chunk[at + 1 + i] as number);
      if (difference !== 0) return difference;
    }
    return code.length - length;
  }

  #chunkAt(start: number): Uint8Array {
    return this.#chunks[Math.floor(start / CHUNK_BYTES)] as Uint8Array;
  }
}
