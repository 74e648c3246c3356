import { BlockBuilder } from "./block.ts";
import type { BlockEntry } from "./run.ts";

/** Writes the blocks of a run, from entries in rising order. */
export class RunWriter {
  readonly #put: (bytes: Buffer) => number;
  readonly #block = new BlockBuilder();
  #blocks: BlockEntry[] = [];

  /** `put` keeps a block and gives it a number. */
  constructor(put: (bytes: Buffer) => number) {
    this.#put = put;
  }

  /** The bytes are `[start, end)` of the source. */
  add(key: number, source: Buffer, start: number, end: number): void {
    if (!this.#block.fits(end - start)) this.#close();
    this.#block.add(key, source, start, end);
  }

  /** Takes over a block that is written already. */
  adopt(block: BlockEntry): void {
    this.#close();
    this.#blocks.push(block);
  }

  /** What was written; the next run begins. */
  finish(): readonly BlockEntry[] {
    this.#close();
    const blocks = this.#blocks;
    this.#blocks = [];
    return blocks;
  }

  #close(): void {
    if (this.#block.isEmpty) return;
    const { first, last } = this.#block;
    const bytes = this.#block.take();
    this.#blocks.push({ first, last, id: this.#put(bytes), bytes: bytes.length });
  }
}
