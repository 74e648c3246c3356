import type { Sql } from "../../../../sql/index.ts";
import { Block } from "./block.ts";
import { BlockGone, readBlock, readRuns } from "./read-runs.ts";
import type { Run } from "./run.ts";

/** Both ends included. */
export type KeyRange = readonly [from: number, to: number];

export type Entry = { readonly key: number; readonly value: Buffer };

/** A block that is gone was merged; another writer may be merging all the while. */
const MAX_TRIES = 5;

/** Looks into all runs, which another thread may be merging meanwhile. */
export class Runs {
  readonly #sql: Sql;
  readonly #cache: BlockCache;
  #runs: readonly Run[] = [];

  /** Keeps `cached` blocks in memory. */
  constructor(sql: Sql, cached: number) {
    this.#sql = sql;
    this.#cache = new BlockCache(cached);
  }

  /** Sees what was written until now. */
  refresh(): void {
    this.#runs = readRuns(this.#sql, this.#runs);
  }

  /** Every entry whose key is in one of the ranges, of all runs; a key may come several times. */
  find(ranges: readonly KeyRange[]): readonly Entry[] {
    for (let tries = 1; ; tries++) {
      try {
        return this.#runs.flatMap((run) => this.#findIn(run, ranges));
      } catch (cause) {
        if (!(cause instanceof BlockGone) || tries === MAX_TRIES) throw cause;
        this.refresh();
      }
    }
  }

  #findIn({ blocks }: Run, ranges: readonly KeyRange[]): Entry[] {
    const entries: Entry[] = [];
    for (const [from, to] of ranges) {
      for (let at = seekBlock(blocks, from); ; at++) {
        const entry = blocks[at];
        if (entry === undefined || entry.first > to) break;
        const block = this.#block(entry.id);
        for (let i = block.seek(from); i < block.count; i++) {
          const key = block.key(i);
          if (key > to) break;
          entries.push({ key, value: block.value(i) });
        }
      }
    }
    return entries;
  }

  #block(id: number): Block {
    const known = this.#cache.get(id);
    if (known !== undefined) return known;
    const block = new Block(readBlock(this.#sql, id));
    this.#cache.set(id, block);
    return block;
  }
}

/** The first block that does not end below a key. */
function seekBlock(blocks: Run["blocks"], key: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle]?.last ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Keeps the blocks that were read last: at least half as many as it may, at most all. */
class BlockCache {
  readonly #half: number;
  #young = new Map<number, Block>();
  #old = new Map<number, Block>();

  constructor(capacity: number) {
    this.#half = capacity / 2;
  }

  get(id: number): Block | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    if (old !== undefined) this.set(id, old);
    return old;
  }

  set(id: number, block: Block): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, block);
  }
}
