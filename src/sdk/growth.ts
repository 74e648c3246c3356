import {
  type Checkpoint,
  consistencyPath,
  EMPTY_ROOT,
  formatNote,
  formatTilePath,
  growthPath,
  HASH_BYTES,
  type Hash,
  hashNode,
  rootsOfGrowth,
  type SignedCheckpoint,
  sameHash,
  TILE_HEIGHT,
  TILE_WIDTH,
  type Tree,
  tileRow,
  toHash,
  verifyConsistency,
} from "../core/index.ts";
import type { ConsistencyBundle, FraudBundle } from "../verify/index.ts";
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
  const tree = await treeBetween(reading, first.size, second.size);
  const path = consistencyPath(tree, first.size);
  const claim = { first: first.size, second: second.size, path };
  const verified = verifyConsistency(claim, first.root, second.root);
  if (!verified.ok) throw new ProofMismatch(`growth of ${second.origin}`, verified.error);
}

/** What two checkpoints of one log show: that it grew, or that whoever holds its key signed two that contradict each other. */
export type Comparison =
  | { readonly kind: "consistency"; readonly bundle: ConsistencyBundle }
  | { readonly kind: "fraud"; readonly bundle: FraudBundle };

/**
 * Makes of two checkpoints of one log a bundle to keep: a proof of consistency, or of fraud. The tiles that it is computed
 * from are only believed as far as they lead to the root of the larger one; signatures are for who verifies the bundle.
 *
 * @throws ProofMismatch when the tiles do not: then nothing is shown about either
 */
export async function compareCheckpoints(
  reading: Pick<Reading, "tile">,
  a: SignedCheckpoint,
  b: SignedCheckpoint,
): Promise<Comparison> {
  const [older, newer] = a.size <= b.size ? [a, b] : [b, a];
  const notes = { first: formatNote(older.note), second: formatNote(newer.note) };
  const [first, second] = [older.size, newer.size];
  if (first === second) {
    return sameHash(older.root, newer.root)
      ? { kind: "consistency", bundle: { ...notes, path: [] } }
      : { kind: "fraud", bundle: notes };
  }
  const mismatch = (reason: { readonly code: string }) =>
    new ProofMismatch(`growth of ${newer.origin}`, reason);
  // Any log extends the empty one, so nothing is shown from there.
  if (first === 0) throw mismatch({ code: "PROOF_SIZES" });
  const tree = await treeBetween(reading, first, second);
  const nodes = growthPath(tree, first);
  const roots = rootsOfGrowth({ first, second, path: nodes });
  if (!roots.ok) throw mismatch(roots.error);
  if (!sameHash(roots.value.newer, newer.root)) throw mismatch({ code: "PROOF_SECOND_ROOT" });
  if (!sameHash(roots.value.older, older.root)) {
    return { kind: "fraud", bundle: { ...notes, nodes } };
  }
  return { kind: "consistency", bundle: { ...notes, path: consistencyPath(tree, first) } };
}

/** The nodes of a log that say how it grew, fetched from its tiles. */
async function treeBetween(
  reading: Pick<Reading, "tile">,
  first: number,
  second: number,
): Promise<Tree> {
  const nodes = await fetchNodes(reading, nodesBetween(first, second), second);
  return {
    size: second,
    node: (level, index) => nodes.get(nameOf(level, index)) ?? EMPTY_ROOT,
  };
}

type Node = { readonly level: number; readonly index: number };

/** Which nodes a path needs follows from the sizes alone: computing it once over nothing tells them. */
function nodesBetween(first: number, second: number): readonly Node[] {
  const asked: Node[] = [];
  const node = (level: number, index: number): Hash => {
    asked.push({ level, index });
    return EMPTY_ROOT;
  };
  if (first > 0 && first < second) growthPath({ size: second, node }, first);
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
