import type { Block } from "./block.ts";
import type { BlockEntry } from "./run.ts";
import type { RunWriter } from "./run-writer.ts";

/** Shorter blocks are joined with their neighbours although nothing stands between them. */
const MIN_ADOPTED_BYTES = 3000;

export type MergeParts = {
  readonly load: (block: BlockEntry) => Block;
  /** The block was taken apart, and is of no further use. */
  readonly consumed: (block: BlockEntry) => void;
  /** The bytes under a key that stands in several runs. */
  readonly unite: (key: number, values: readonly Buffer[]) => Buffer;
};

/** Writes the entries of several runs as those of one. A block that overlaps no other is taken over as it is. */
export function mergeRuns(
  runs: readonly (readonly BlockEntry[])[],
  out: RunWriter,
  parts: MergeParts,
): void {
  let cursors = runs.map((blocks) => new Cursor(blocks, parts)).filter((each) => !each.isDone);
  while (cursors.length > 0) {
    const { least, next } = leastOf(cursors);
    if (least.key < next) least.copyBelow(next, out);
    else uniteAt(cursors, least.key, out, parts.unite);
    if (cursors.some((each) => each.isDone)) cursors = cursors.filter((each) => !each.isDone);
  }
}

/** The cursor that comes first, and the key at which another one does. */
function leastOf(cursors: readonly Cursor[]): { readonly least: Cursor; readonly next: number } {
  let [least] = cursors as [Cursor];
  let next = Number.POSITIVE_INFINITY;
  for (let i = 1; i < cursors.length; i++) {
    const each = cursors[i] as Cursor;
    if (each.key < least.key) {
      next = least.key;
      least = each;
    } else if (each.key < next) {
      next = each.key;
    }
  }
  return { least, next };
}

function uniteAt(
  cursors: readonly Cursor[],
  key: number,
  out: RunWriter,
  unite: MergeParts["unite"],
): void {
  const same = cursors.filter((each) => each.key === key);
  const value = unite(
    key,
    same.map((each) => each.value()),
  );
  out.add(key, value, 0, value.length);
  for (const each of same) each.step();
}

/** Goes through the entries of one run. */
class Cursor {
  readonly #blocks: readonly BlockEntry[];
  readonly #parts: MergeParts;
  #at = 0;
  /** The block at hand; `undefined` before any of its entries was needed. */
  #block: Block | undefined;
  #entry = 0;
  key: number;

  constructor(blocks: readonly BlockEntry[], parts: MergeParts) {
    this.#blocks = blocks;
    this.#parts = parts;
    this.key = blocks[0]?.first ?? Number.POSITIVE_INFINITY;
  }

  get isDone(): boolean {
    return this.#at >= this.#blocks.length;
  }

  value(): Buffer {
    return this.#load().value(this.#entry);
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
      const entry = this.#blocks[this.#at];
      if (entry === undefined) return;
      const isWhole = this.#entry === 0 && entry.last < limit;
      if (isWhole && entry.bytes >= MIN_ADOPTED_BYTES) {
        out.adopt(entry);
        this.#nextBlock(false);
      } else {
        const block = this.#load();
        const start = block.start(this.#entry);
        out.add(this.key, block.bytes, start, block.start(this.#entry + 1));
        this.step();
      }
    }
  }

  #load(): Block {
    this.#block ??= this.#parts.load(this.#blocks[this.#at] as BlockEntry);
    return this.#block;
  }

  #nextBlock(isConsumed: boolean): void {
    if (isConsumed) this.#parts.consumed(this.#blocks[this.#at] as BlockEntry);
    this.#at += 1;
    this.#block = undefined;
    this.#entry = 0;
    this.key = this.#blocks[this.#at]?.first ?? Number.POSITIVE_INFINITY;
  }
}
