import {
  type ChunkItem,
  concat,
  encodeCbor,
  encodeChunkItems,
  equalBytes,
  type Hash,
  hashLeaf,
  inclusionPath,
  MAX_CHUNK_BYTES,
  MAX_ITEMS,
  type Manifest,
  rootOf,
  treeOf,
} from "../core/index.ts";

/** Items in the order in which they are to be done. Too many to keep? Then they can be read twice, from a file. */
export type Items = Iterable<ChunkItem> | AsyncIterable<ChunkItem>;

export type ManifestTerms = Pick<Manifest, "what" | "under">;

/** A manifest, and the leaf hashes of its chunks: what is needed to cut the same items into the same chunks again. */
export type ManifestPlan = { readonly operation: Manifest; readonly leaves: readonly Hash[] };

// What stands around the items of a chunk entry: its words, the manifest's id, an index, a path of at most 20 hashes.
const CHUNK_FRAME_BYTES = 96 + 20 * 34;
const MAX_ITEMS_BYTES = MAX_CHUNK_BYTES - CHUNK_FRAME_BYTES;

/**
 * Commits to any number of items with one operation. Keeps one hash for each chunk and no items, so that a million of
 * them can come from a stream; `manifestChunks` reads them again.
 */
export async function planManifest(items: Items, terms: ManifestTerms): Promise<ManifestPlan> {
  const leaves: Hash[] = [];
  let count = 0;
  for await (const cut of cutItems(items)) {
    leaves.push(hashLeaf(cut.bytes));
    count += cut.count;
  }
  const root = rootOf(treeOf(leaves));
  return { operation: { op: "manifest", ...terms, count, chunks: leaves.length, root }, leaves };
}

/** The items are not those that the manifest commits to. */
export class ItemsChanged extends Error {
  override readonly name = "ItemsChanged";
  readonly index: number;
  constructor(index: number) {
    super(`chunk ${index} is not the one that was signed`);
    this.index = index;
  }
}

/**
 * The chunks of a planned manifest as entries to submit, each with its path.
 *
 * @param id - the `id` of the signed operation
 * @param wanted - leaves out the chunks that the ledger has, to resume
 * @throws ItemsChanged when the items are not the ones of the plan
 */
export async function* manifestChunks(
  leaves: readonly Hash[],
  id: Uint8Array,
  items: Items,
  wanted: (index: number) => boolean = () => true,
): AsyncGenerator<Uint8Array, void, undefined> {
  const tree = treeOf(leaves);
  let index = 0;
  for await (const { bytes } of cutItems(items)) {
    const planned = leaves[index];
    if (planned === undefined || !equalBytes(hashLeaf(bytes), planned))
      throw new ItemsChanged(index);
    if (wanted(index)) yield frameChunk(bytes, id, index, inclusionPath(tree, index));
    index++;
  }
  if (index < leaves.length) throw new ItemsChanged(index);
}

/** A manifest of items that fit in memory, and its chunks for the id that signing gives it. */
export async function buildManifest(
  items: readonly ChunkItem[],
  terms: ManifestTerms,
): Promise<{
  readonly operation: Manifest;
  chunks(id: Uint8Array): AsyncGenerator<Uint8Array, void, undefined>;
}> {
  const { operation, leaves } = await planManifest(items, terms);
  return { operation, chunks: (id) => manifestChunks(leaves, id, items) };
}

/** The deterministic CBOR of the items of one chunk. */
type Cut = { readonly count: number; readonly bytes: Uint8Array };

/** Cuts items into chunks, as many items as fit: the same way every time, and each item encoded once. */
async function* cutItems(items: Items): AsyncGenerator<Cut, void, undefined> {
  let encoded: Uint8Array[] = [];
  let size = 0;
  for await (const item of items) {
    // Without the head of an array of one.
    const bytes = encodeChunkItems([item]).subarray(1);
    if (
      encoded.length === MAX_ITEMS ||
      (encoded.length > 0 && size + bytes.length > MAX_ITEMS_BYTES)
    ) {
      yield joinItems(encoded);
      [encoded, size] = [[], 0];
    }
    encoded.push(bytes);
    size += bytes.length;
  }
  if (encoded.length > 0) yield joinItems(encoded);
}

function joinItems(encoded: readonly Uint8Array[]): Cut {
  return { count: encoded.length, bytes: concat(arrayHead(encoded.length), ...encoded) };
}

/** RFC 8949 §3, major type 4. */
function arrayHead(length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(0x80 | length);
  return length < 256
    ? Uint8Array.of(0x98, length)
    : Uint8Array.of(0x99, length >> 8, length & 255);
}

const CHUNK_HEAD = concat(Uint8Array.of(0x82), encodeCbor("chunk"), Uint8Array.of(0xa4));
const [PATH, INDEX, ITEMS, MANIFEST] = ["path", "index", "items", "manifest"].map(encodeCbor) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** `encodeChunk` around items that are encoded already: fields in the order of their encoded keys. */
function frameChunk(
  items: Uint8Array,
  id: Uint8Array,
  index: number,
  path: readonly Uint8Array[],
): Uint8Array {
  const before = [CHUNK_HEAD, PATH, encodeCbor(path), INDEX, encodeCbor(index), ITEMS];
  return concat(...before, items, MANIFEST, encodeCbor(id));
}
