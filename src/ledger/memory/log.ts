import {
  concat,
  consistencyPath,
  type Hash,
  hashLeaf,
  hex,
  inclusionPath,
  present,
  rootOf,
  TILE_WIDTH,
  treeOf,
} from "../../core/index.ts";
import { turn } from "../../log/index.ts";
import type { LogStore, Staged } from "../stores.ts";

/** The log as plain arrays: slow, and easy to check by eye. Nothing outlives the process. */
export class MemoryLog implements LogStore {
  readonly #entries: Uint8Array[] = [];
  readonly #leaves: Hash[] = [];
  readonly #indices = new Map<string, number>();
  /** Sizes after each commit. */
  readonly #ends: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  reserve(): void {
    // Memory has no bound that could be asked for beforehand.
  }

  stage(entries: readonly Uint8Array[]): Staged {
    for (const entry of entries) {
      const leaf = hashLeaf(entry);
      this.#indices.set(hex(leaf), this.#entries.length);
      this.#entries.push(entry.slice());
      this.#leaves.push(leaf);
    }
    return { size: this.#entries.length, root: this.root(this.#entries.length) };
  }

  async commit(staged: Staged): Promise<void> {
    // A real disk takes a moment too: whoever relies on the order of events must not get it for free.
    await turn();
    this.#size = staged.size;
    this.#ends.push(staged.size);
  }

  entry(index: number): Uint8Array | undefined {
    return this.#entries[index];
  }

  together(index: number): { readonly first: number; readonly count: number } {
    const at = this.#ends.findIndex((end) => end > index);
    const first = this.#ends[at - 1] ?? 0;
    return { first, count: present(this.#ends[at], "a committed entry") - first };
  }

  indexOf(hash: Uint8Array): number | undefined {
    return this.#indices.get(hex(hash));
  }

  inclusion(index: number, size: number): readonly Hash[] {
    return inclusionPath(this.#tree(), index, size);
  }

  consistency(first: number, second: number): readonly Hash[] {
    return consistencyPath(this.#tree(), first, second);
  }

  root(size: number): Hash {
    return rootOf(this.#tree(), size);
  }

  tile(level: number, index: number, width: number): Uint8Array | undefined {
    const tree = this.#tree();
    const row = 8 * level;
    const first = index * TILE_WIDTH;
    if ((first + width) * 2 ** row > this.#size) return undefined;
    return concat(...Array.from({ length: width }, (_, i) => tree.node(row, first + i)));
  }

  bundle(index: number, width: number): Uint8Array | undefined {
    const first = index * TILE_WIDTH;
    if (first + width > this.#size) return undefined;
    const parts = this.#entries
      .slice(first, first + width)
      .flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]);
    return concat(...parts);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  #tree(): ReturnType<typeof treeOf> {
    return treeOf(this.#leaves);
  }
}
