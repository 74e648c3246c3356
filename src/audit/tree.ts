import {
  type Checkpoint,
  decodeEntryBundle,
  equalBytes,
  type Frontier,
  formatTilePath,
  frontierOf,
  HASH_BYTES,
  type Hash,
  hashLeaf,
  hex,
  InvariantError,
  present,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TilePath,
  type Tree,
  tileRow,
} from "../core/index.ts";
import { Tile } from "../log/index.ts";
import { edgesOf } from "./copy.ts";
import { type LogRefusal, Stop } from "./refusal.ts";

type HashTile = Extract<TilePath, { kind: "hashes" }>;

/** Says what is wrong with the bytes of a tile, if anything is. */
export type Judge = (bytes: Uint8Array) => LogRefusal | undefined;

/** Where tiles come from. `judge` is asked for every candidate; what it refuses last is thrown as `Stop`. */
export interface Tiles {
  /** @param fresh what was kept is of no use */
  load(tile: TilePath, judge: Judge, fresh?: true): Promise<Uint8Array>;
}

/** The entries of a bundle, each of which is in the tree. */
export type Bundle = {
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  /** Of the i-th entry of the bundle. */
  readonly leaf: (i: number) => Hash;
};

/** Tiles with their inner nodes that are kept at hand: 16 KB each. */
const CACHED_TILES = 256;

/**
 * The tree of a checkpoint, read from tiles that nobody vouches for. The right edge of the tree must give the root, and every
 * other tile the hash that stands for it in the tile above: so what comes out here is what was signed.
 */
export class VerifiedTree {
  readonly size: number;
  readonly #tiles: Tiles;
  /** By level. */
  readonly #edges: ReadonlyMap<number, Tile>;
  readonly #cache = new Map<string, Promise<Tile>>();
  /** The same, once they are there. */
  readonly #ready = new Map<string, Tile>();

  private constructor(size: number, tiles: Tiles, edges: ReadonlyMap<number, Tile>) {
    this.size = size;
    this.#tiles = tiles;
    this.#edges = edges;
  }

  /** @throws Stop AUDIT_EMPTY, AUDIT_TILE_LENGTH, AUDIT_ROOT, and what `tiles` throws */
  static async open({ size, root }: Checkpoint, tiles: Tiles): Promise<VerifiedTree> {
    if (size === 0) throw new Stop({ code: "AUDIT_EMPTY", size });
    // No tile above vouches for these: of what was kept and what is served now, either may be wrong.
    for (const fresh of [false, true]) {
      const tree = new VerifiedTree(size, tiles, await loadEdges(size, tiles, fresh));
      const got = frontierOf(tree.#sync()).root();
      if (equalBytes(got, root)) return tree;
      if (fresh) throw new Stop({ code: "AUDIT_ROOT", size, got: hex(got), want: hex(root) });
    }
    throw new InvariantError("the second try ends the loop");
  }

  /** Computes something over the nodes of the tree, whichever tiles that takes. */
  async over<T>(compute: (tree: Tree) => T): Promise<T> {
    for (;;) {
      try {
        return compute(this.#sync());
      } catch (thrown) {
        if (!(thrown instanceof Absent)) throw thrown;
        await this.tile(thrown.level, thrown.index);
      }
    }
  }

  /** The tree over the first `size` entries; `undefined` if there are not that many. */
  async at(size: number): Promise<Frontier | undefined> {
    if (size > this.size) return undefined;
    return this.over((tree) => frontierOf({ ...tree, node: tree.node, size }));
  }

  /** @throws Stop AUDIT_TILE_LENGTH, AUDIT_TILE, and what the tiles throw */
  tile(level: number, index: number): Promise<Tile> {
    const edge = this.#edgeAt(level, index);
    if (edge !== undefined) return Promise.resolve(edge);
    const key = `${level}/${index}`;
    const known = this.#cache.get(key);
    const tile = known ?? this.#load(level, index);
    this.#cache.delete(key);
    this.#cache.set(key, tile);
    if (known === undefined) {
      tile.then(
        (ready) => this.#cache.get(key) === tile && this.#ready.set(key, ready),
        () => this.#cache.delete(key),
      );
    }
    this.#forget();
    return tile;
  }

  /** @throws Stop BUNDLE_SHORT, BUNDLE_TRAILING, AUDIT_ENTRY, and what `tile` throws */
  async bundle(index: number): Promise<Bundle> {
    const width = Math.min(TILE_WIDTH, this.size - index * TILE_WIDTH);
    const path: TilePath = { kind: "entries", index, width };
    const tile = await this.tile(0, index);
    let entries: readonly Uint8Array[] = [];
    await this.#tiles.load(path, (bytes) => {
      const decoded = decodeEntryBundle(bytes, width);
      if (!decoded.ok) return { ...decoded.error, path: formatTilePath(path) };
      entries = decoded.value;
      return judgeEntries(formatTilePath(path), index * TILE_WIDTH, entries, tile);
    });
    return { first: index * TILE_WIDTH, entries, leaf: (i) => tile.node(0, i) };
  }

  async #load(level: number, index: number): Promise<Tile> {
    const above = await this.tile(level + 1, Math.floor(index / TILE_WIDTH));
    const want = above.node(0, index % TILE_WIDTH);
    const path: HashTile = { kind: "hashes", level, index, width: TILE_WIDTH };
    let tile: Tile | undefined;
    await this.#tiles.load(path, (bytes) => {
      const misfit = judgeLength(path, bytes);
      if (misfit !== undefined) return misfit;
      tile = Tile.of(bytes);
      const got = tile.node(TILE_HEIGHT, 0);
      if (equalBytes(got, want)) return undefined;
      return { code: "AUDIT_TILE", path: formatTilePath(path), got: hex(got), want: hex(want) };
    });
    return present(tile, "a tile that was judged");
  }

  #edgeAt(level: number, index: number): Tile | undefined {
    const isEdge = index === Math.floor(tileRow(level, this.size) / TILE_WIDTH);
    return isEdge ? this.#edges.get(level) : undefined;
  }

  /** Over the tiles at hand; asking for another one throws `Absent`. */
  #sync(): Tree {
    return {
      size: this.size,
      node: (level, index) => {
        const row = level % TILE_HEIGHT;
        const perTile = TILE_WIDTH / 2 ** row;
        const tileLevel = (level - row) / TILE_HEIGHT;
        const tileIndex = Math.floor(index / perTile);
        const tile =
          this.#edgeAt(tileLevel, tileIndex) ?? this.#ready.get(`${tileLevel}/${tileIndex}`);
        if (tile === undefined) throw new Absent(tileLevel, tileIndex);
        return tile.node(row, index % perTile);
      },
    };
  }

  /** A Map keeps the order of insertion: what was used last stands last. */
  #forget(): void {
    if (this.#cache.size <= CACHED_TILES) return;
    for (const oldest of this.#cache.keys()) {
      this.#cache.delete(oldest);
      this.#ready.delete(oldest);
      return;
    }
  }
}

/** A tile that is not at hand. */
class Absent extends Error {
  readonly level: number;
  readonly index: number;
  constructor(level: number, index: number) {
    super(`tile ${level}/${index}`);
    this.level = level;
    this.index = index;
  }
}

async function loadEdges(
  size: number,
  tiles: Tiles,
  fresh: boolean,
): Promise<ReadonlyMap<number, Tile>> {
  const edges = edgesOf(size).filter((tile) => tile.kind === "hashes");
  const loaded = edges.map(async (path) => {
    const bytes = await tiles.load(
      path,
      (candidate) => judgeLength(path, candidate),
      ...(fresh ? ([true] as const) : []),
    );
    return [path.level, Tile.of(bytes)] as const;
  });
  return new Map(await Promise.all(loaded));
}

function judgeLength(path: HashTile, { length: got }: Uint8Array): LogRefusal | undefined {
  const want = path.width * HASH_BYTES;
  if (got === want) return undefined;
  return { code: "AUDIT_TILE_LENGTH", path: formatTilePath(path), got, want };
}

function judgeEntries(
  path: string,
  first: number,
  entries: readonly Uint8Array[],
  tile: Tile,
): LogRefusal | undefined {
  for (const [i, entry] of entries.entries()) {
    const got = hashLeaf(entry);
    const want = tile.node(0, i);
    if (equalBytes(got, want)) continue;
    return { code: "AUDIT_ENTRY", path, index: first + i, got: hex(got), want: hex(want) };
  }
  return undefined;
}
