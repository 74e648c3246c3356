import {
  type Checkpoint,
  consistencyPath,
  EMPTY_ROOT,
  formatTilePath,
  HASH_BYTES,
  type Hash,
  hashNode,
  TILE_HEIGHT,
  TILE_WIDTH,
  tileRow,
  toHash,
  verifyConsistency,
} from "../core/index.ts";
import { ProofMismatch } from "./problem.ts";
import type { Reading } from "./reading.ts";

/**
 * Checks that a log only grew from one checkpoint to a later one. The path between them is computed from the tiles that
 * the log serves, so nobody has to be asked for a proof.
 *
 * @param first - an earlier checkpoint of the same log, such as the one in a receipt
 * @param second - the published checkpoint, or an earlier one
 * @throws ProofMismatch
 */
export async function verifyGrowth(
  reading: Pick<Reading, "tile">,
  first: Checkpoint,
  second: Checkpoint,
): Promise<void> {
  const nodes = await fetchNodes(reading, nodesBetween(first.size, second.size), second.size);
  const tree = {
    size: second.size,
    node: (level: number, index: number) => nodes.get(nameOf(level, index)) ?? EMPTY_ROOT,
  };
  const path = consistencyPath(tree, first.size);
  const claim = { first: first.size, second: second.size, path };
  const verified = verifyConsistency(claim, first.root, second.root);
  if (!verified.ok) throw new ProofMismatch(`growth of ${second.origin}`, verified.error);
}

type Node = { readonly level: number; readonly index: number };

/** Which nodes a path needs follows from the sizes alone: computing it once over nothing tells them. */
function nodesBetween(first: number, second: number): readonly Node[] {
  const asked: Node[] = [];
  const node = (level: number, index: number): Hash => {
    asked.push({ level, index });
    return EMPTY_ROOT;
  };
  consistencyPath({ size: second, node }, first);
  return asked;
}

async function fetchNodes(
  reading: Pick<Reading, "tile">,
  nodes: readonly Node[],
  size: number,
): Promise<ReadonlyMap<string, Hash>> {
  const tiles = new Map<string, Promise<Uint8Array>>();
  const fetchTile = (path: string): Promise<Uint8Array> => {
    const tile = tiles.get(path) ?? reading.tile(path);
    tiles.set(path, tile);
    return tile;
  };
  const found = nodes.map(async (node) => {
    const { path, start, count } = placeOf(node, size);
    const tile = await fetchTile(path);
    return [nameOf(node.level, node.index), rootOver(tile, start, count)] as const;
  });
  return new Map(await Promise.all(found));
}

/** The tile that a node is computed from, and which of its hashes. */
function placeOf({ level, index }: Node, size: number) {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const position = index * count;
  const tileIndex = Math.floor(position / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, tileRow(tileLevel, size) - tileIndex * TILE_WIDTH);
  return {
    path: formatTilePath({ kind: "hashes", level: tileLevel, index: tileIndex, width }),
    start: position % TILE_WIDTH,
    count,
  };
}

/** The root over `count` hashes of a tile; `count` is a power of two. */
function rootOver(tile: Uint8Array, start: number, count: number): Hash {
  if (count > 1) {
    const half = count / 2;
    return hashNode(rootOver(tile, start, half), rootOver(tile, start + half, half));
  }
  const hash = toHash(tile.subarray(start * HASH_BYTES, (start + 1) * HASH_BYTES));
  if (hash === undefined) throw new ProofMismatch("tile", { code: "PROOF_HASH" });
  return hash;
}

function nameOf(level: number, index: number): string {
  return `${level}/${index}`;
}
