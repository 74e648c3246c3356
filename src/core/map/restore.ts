import { DUMP_END, DUMP_END_BYTES, DUMP_HEADER_BYTES, DUMP_LEAVES, DUMP_NODES } from "./dump.ts";
import { CHUNK_ROWS, rowInChunk, type Table } from "./rows.ts";
import { MapTree } from "./tree.ts";

/**
 * The tree that the pieces of a dump hold, in their order.
 *
 * @returns `undefined` where they are not all that a dump wrote. What its rows say is not looked at: whoever keeps the
 *   pieces keeps a hash beside them.
 */
export function restoreTree(pieces: Iterable<Uint8Array>): MapTree | undefined {
  const tree = new MapTree();
  let isWhole = false;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const length = isWhole ? undefined : readRun(tree, piece.subarray(at));
      if (length === undefined) return undefined;
      isWhole = new DataView(piece.buffer, piece.byteOffset).getUint32(at, true) === DUMP_END;
      at += length;
    }
  }
  return isWhole ? tree : undefined;
}

/** Takes one run in and says how long it is; `undefined` where it is cut or does not fit. */
function readRun(tree: MapTree, bytes: Uint8Array): number | undefined {
  if (bytes.length < DUMP_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [kind, first, count] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  if (kind === DUMP_NODES) return readRows(tree.nodes, first, count, bytes);
  if (kind === DUMP_LEAVES) return readRows(tree.leaves, first, count, bytes);
  if (kind !== DUMP_END || bytes.length < DUMP_END_BYTES) return undefined;
  if (first > tree.nodes.count || count > tree.leaves.count) return undefined;
  tree.drop({ nodes: first, leaves: count });
  tree.root = view.getInt32(DUMP_HEADER_BYTES, true);
  tree.rootHash.set(bytes.subarray(DUMP_HEADER_BYTES + 4, DUMP_END_BYTES));
  return DUMP_END_BYTES;
}

function readRows(
  table: Table,
  first: number,
  count: number,
  bytes: Uint8Array,
): number | undefined {
  // A dump begins with the first row and leaves none out; a run stays within a chunk.
  if (count === 0 || first > table.count || rowInChunk(first) + count > CHUNK_ROWS)
    return undefined;
  table.resize(Math.max(table.count, first + count));
  const length = count * table.rowBytes;
  if (bytes.length < DUMP_HEADER_BYTES + length) return undefined;
  const rows = bytes.subarray(DUMP_HEADER_BYTES, DUMP_HEADER_BYTES + length);
  table.bytes(first).set(rows, rowInChunk(first) * table.rowBytes);
  return DUMP_HEADER_BYTES + length;
}
