import {
  HASH_BYTES,
  type Hash,
  present,
  TILE_HEIGHT,
  TILE_WIDTH,
  type Tree,
  tileRow,
} from "../core/index.ts";
import type { FileSystem } from "./files.ts";
import { Tile } from "./tile.ts";
import { TileFile } from "./tile-file.ts";

/** Tiles with their inner nodes that are kept at hand: 8 MB. */
const CACHED_TILES = 512;

/**
 * The hash tiles of a log, one file a level in `directory`, with every node of the tree over them. Begins empty; what
 * older files hold is written over.
 */
export class TileTree implements Tree {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #levels: Level[] = [];
  /** What was used since half of the cache was last given up, and before: a queue in one Map would pass over all that left it. */
  #recent = new Map<number, Tile>();
  #older = new Map<number, Tile>();
  #size = 0;

  constructor(files: FileSystem, directory: string) {
    this.#files = files;
    this.#directory = directory;
    files.makeDirectory(directory);
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes up the files of a log of `size` entries as they are; `undefined` if they are too short for it. */
  static load(files: FileSystem, directory: string, size: number): TileTree | undefined {
    const tree = new TileTree(files, directory);
    for (let level = 0; tileRow(level, size) > 0; level++) {
      const row = tileRow(level, size);
      const { tiles } = tree.#addLevel(level);
      if (!tiles.load(row)) {
        tree.close();
        return undefined;
      }
      const width = row % TILE_WIDTH;
      tree.#levels[level] = { tiles, edge: Tile.of(tiles.read(row - width, width)) };
    }
    tree.#size = size;
    return tree;
  }

  /** Appends leaf hashes that lie one behind the other. */
  appendAll(leaves: Uint8Array): void {
    this.#push(0, leaves);
    this.#size += leaves.length / HASH_BYTES;
  }

  /** Hands what was appended to the files; whether all of them took it. */
  flush(): boolean {
    return this.#levels.map(({ tiles }) => tiles.flush()).every((taken) => taken);
  }

  node(level: number, index: number): Hash {
    const row = level % TILE_HEIGHT;
    const perTile = TILE_WIDTH / 2 ** row;
    const tile = this.#tile((level - row) / TILE_HEIGHT, Math.floor(index / perTile));
    return tile.node(row, index % perTile);
  }

  /** The hash of entry `index`. */
  leaf(index: number): Uint8Array {
    return this.#level(0).tiles.read(index, 1);
  }

  /** `width` hashes of a tile; `undefined` if the tree is not that large. */
  tile(level: number, index: number, width: number): Uint8Array | undefined {
    const start = index * TILE_WIDTH;
    if (start + width > tileRow(level, this.#size)) return undefined;
    return this.#level(level).tiles.read(start, width);
  }

  async sync(): Promise<void> {
    await Promise.all(this.#levels.map(({ tiles }) => tiles.sync()));
  }

  close(): void {
    for (const { tiles } of this.#levels) tiles.close();
  }

  #push(level: number, hashes: Uint8Array): void {
    const at = this.#levels[level] ?? this.#addLevel(level);
    for (let from = 0; from < hashes.length; ) {
      const { tiles, edge } = at;
      const fits = Math.min(hashes.length - from, (TILE_WIDTH - edge.width) * HASH_BYTES);
      const part = hashes.subarray(from, from + fits);
      edge.appendAll(part);
      tiles.push(part);
      from += fits;
      if (edge.width < TILE_WIDTH) return;
      this.#remember(level, tiles.length / TILE_WIDTH - 1, edge);
      at.edge = new Tile();
      this.#push(level + 1, edge.node(TILE_HEIGHT, 0));
    }
  }

  #addLevel(level: number): Level {
    const tiles = new TileFile(this.#files, `${this.#directory}/${level}`);
    const added = { tiles, edge: new Tile() };
    this.#levels[level] = added;
    return added;
  }

  #level(level: number): Level {
    return present(this.#levels[level], `level ${level} of the tiles`);
  }

  #tile(level: number, index: number): Tile {
    const { tiles, edge } = this.#level(level);
    if (index === Math.floor(tiles.length / TILE_WIDTH)) return edge;
    const key = keyOf(level, index);
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const tile = this.#older.get(key) ?? Tile.of(tiles.read(index * TILE_WIDTH, TILE_WIDTH));
    this.#remember(level, index, tile);
    return tile;
  }

  #remember(level: number, index: number, tile: Tile): void {
    if (this.#recent.size >= CACHED_TILES / 2) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(keyOf(level, index), tile);
  }
}

type Level = {
  readonly tiles: TileFile;
  /** The tile that is being filled; it may be empty. */
  edge: Tile;
};

function keyOf(level: number, index: number): number {
  return index * 8 + level;
}
