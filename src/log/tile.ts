import { HASH_BYTES, type Hash, hashPairInto, TILE_HEIGHT, TILE_WIDTH } from "../core/index.ts";

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
    for (let at = 0; at < hashes.length; at += HASH_BYTES) {
      tile.append(hashes.subarray(at, at + HASH_BYTES));
    }
    return tile;
  }

  get width(): number {
    return this.#width;
  }

  append(hash: Uint8Array): void {
    this.#nodes.set(hash, this.#width * HASH_BYTES);
    let last = this.#width;
    for (let row = 0; last % 2 === 1; row++, last = (last - 1) / 2) {
      const from = this.#at(row, last - 1);
      hashPairInto(this.#nodes, from, this.#at(row + 1, (last - 1) / 2));
    }
    this.#width += 1;
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
