import { HASH_BYTES, type Hash, half, hashPairs, TILE_HEIGHT, TILE_WIDTH } from "../core/index.ts";

/** Where each row of nodes begins: 256 hashes, then 128 parents, and so on to the root. */
const ROW_AT: readonly number[] = Array.from(
  { length: TILE_HEIGHT + 1 },
  (_, row) => (2 * TILE_WIDTH - 2 ** (TILE_HEIGHT + 1 - row)) * HASH_BYTES,
);

const NODES_BYTES = (2 * TILE_WIDTH - 1) * HASH_BYTES;

/** One tile with all complete nodes over its hashes, up to the root of a full one: 16 KB. */
export class Tile {
  readonly #nodes = new Uint8Array(NODES_BYTES);
  #width = 0;

  /** Takes up the hashes of a tile, one after the other. */
  static of(hashes: Uint8Array): Tile {
    const tile = new Tile();
    tile.appendAll(hashes);
    return tile;
  }

  get width(): number {
    return this.#width;
  }

  /** Appends hashes that lie one behind the other, no more than the tile has room for. */
  appendAll(hashes: Uint8Array): void {
    this.#nodes.set(hashes, this.#at(0, this.#width));
    // Of each row the nodes whose last child has come.
    let [from, to] = [this.#width, this.#width + hashes.length / HASH_BYTES];
    this.#width = to;
    for (let row = 0; row < TILE_HEIGHT; row++) {
      [from, to] = [half(from), half(to)];
      if (from === to) return;
      const children = this.#nodes.subarray(this.#at(row, 2 * from), this.#at(row, 2 * to));
      this.#nodes.set(hashPairs(children), this.#at(row + 1, from));
    }
  }

  /** The root over the `index`-th 2^`row` hashes. A view of memory that never changes again. */
  node(row: number, index: number): Hash {
    const at = this.#at(row, index);
    return this.#nodes.subarray(at, at + HASH_BYTES) as Hash;
  }

  #at(row: number, index: number): number {
    return (ROW_AT[row] ?? 0) + index * HASH_BYTES;
  }
}
