import { present } from "../../../../core/index.ts";
import type { Block } from "./block.ts";
import type { BlockEntry } from "./run.ts";
import type { RunWriter } from "./run-writer.ts";

/** Shorter blocks are joined with their neighbours although nothing stands between them. */
const MIN_ADOPTED_BYTES = 3000;

export type MergeParts = {
  readonly load: (block: BlockEntry) => Block;
  /** The block was taken apart, and is of no further use. */
  readonly consumed: (block: BlockEntry) => void;
  /** The bytes under a key that stands in several runs, from those of all in the order of the runs; none: it goes. */
  readonly unite: (key: number, values: Buffer) => Buffer;
};

/** Writes the entries of several runs as those of one. A block that overlaps no other is taken over as it is. */
export function mergeRuns(
  runs: readonly (readonly BlockEntry[])[],
  out: RunWriter,
  parts: MergeParts,
): void {
  const cursors = runs.map((blocks) => new Cursor(blocks, parts));
  const same = new SameKey(out, parts.unite);
  for (;;) {
    // The cursor that comes first, and the key at which another one does.
    let least: Cursor | undefined;
    let key = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const cursor of cursors) {
      if (cursor.key < key) {
        next = key;
        key = cursor.key;
        least = cursor;
      } else if (cursor.key < next) {
        next = cursor.key;
      }
    }
    if (least === undefined) return;
    if (key < next) least.copyBelow(next, out);
    else same.write(key, cursors);
  }
}

/** Puts the bytes together that several runs have under one key. */
class SameKey {
  readonly #out: RunWriter;
  readonly #unite: MergeParts["unite"];
  #bytes: Buffer = Buffer.allocUnsafeSlow(1024);

  constructor(out: RunWriter, unite: MergeParts["unite"]) {
    this.#out = out;
    this.#unite = unite;
  }

  write(key: number, cursors: readonly Cursor[]): void {
    let used = 0;
    for (const cursor of cursors) {
      if (cursor.key === key) used = this.#append(cursor, used);
    }
    const value = this.#unite(key, this.#bytes.subarray(0, used));
    if (value.length > 0) this.#out.add(key, value, 0, value.length);
  }

  #append(cursor: Cursor, used: number): number {
    const { bytes, start, end } = cursor.entry();
    const length = end - start;
    if (used + length > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes], 2 * (used + length));
    }
    bytes.copy(this.#bytes, used, start, end);
    cursor.step();
    return used + length;
  }
}

/** Goes through the entries of one run. */
class Cursor {
  readonly #blocks: readonly BlockEntry[];
  readonly #parts: MergeParts;
  #at = 0;
  /** The block at hand; `undefined` before any of its entries was needed. */
  #block: Block | undefined;
  #entry = 0;
  /** Of the entry at hand; infinite behind the last one. */
  key: number;

  constructor(blocks: readonly BlockEntry[], parts: MergeParts) {
    this.#blocks = blocks;
    this.#parts = parts;
    this.key = blocks[0]?.first ?? Number.POSITIVE_INFINITY;
  }

  entry(): { readonly bytes: Buffer; readonly start: number; readonly end: number } {
    const block = this.#load();
    const [start, end] = [block.start(this.#entry), block.start(this.#entry + 1)];
    return { bytes: block.bytes, start, end };
  }

  step(): void {
    const block = this.#load();
    this.#entry += 1;
    if (this.#entry < block.count) this.key = block.key(this.#entry);
    else this.#nextBlock(true);
  }

  /** Hands on everything below `limit`. */
  copyBelow(limit: number, out: RunWriter): void {
    while (this.key < limit) {
      const block = this.#current();
      if (this.#entry === 0 && block.last < limit && block.bytes >= MIN_ADOPTED_BYTES) {
        out.adopt(block);
        this.#nextBlock(false);
      } else {
        const { bytes, start, end } = this.entry();
        out.add(this.key, bytes, start, end);
        this.step();
      }
    }
  }

  #current(): BlockEntry {
    return present(this.#blocks[this.#at], "the block at hand");
  }

  #load(): Block {
    this.#block ??= this.#parts.load(this.#current());
    return this.#block;
  }

  #nextBlock(isConsumed: boolean): void {
    if (isConsumed) this.#parts.consumed(this.#current());
    this.#at += 1;
    this.#block = undefined;
    this.#entry = 0;
    this.key = this.#blocks[this.#at]?.first ?? Number.POSITIVE_INFINITY;
  }
}
