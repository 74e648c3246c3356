import { InvariantError } from "../core/index.ts";
import { randomSpread, spreadOver } from "./spread.ts";

/** Reads the leaf hash of an entry, to tell apart entries whose first four bytes are alike. */
export type ReadLeaf = (index: number) => Uint8Array;

const SHARDS = 256;
const FIRST_CAPACITY = 16;
/** Slots grow by half, so that between 0.5 and 0.75 of them are in use. */
const MAX_LOAD = 0.75;

/**
 * Finds an entry by its leaf hash. Open addressing with linear probing over pairs `hash prefix, index + 1`, 8 bytes a
 * slot, in shards by the first byte of the hash: so growing never stops the writer for more than a shard. The full
 * hash is read back from the tiles.
 */
export class LeafIndex {
  readonly #shards: Uint32Array[] = Array.from(
    { length: SHARDS },
    () => new Uint32Array(2 * FIRST_CAPACITY),
  );
  readonly #counts = new Uint32Array(SHARDS);
  readonly #readLeaf: ReadLeaf;
  /** Nobody outside knows where a hash lies: entries can be made until theirs begin alike. */
  readonly #spread = randomSpread();

  constructor(readLeaf: ReadLeaf) {
    this.#readLeaf = readLeaf;
  }

  add(leaf: Uint8Array, index: number): void {
    if (index >= 0xffff_ffff) throw new InvariantError(`entry ${index} is beyond the leaf index`);
    const shard = at(leaf, 0);
    const slots = this.#roomy(shard);
    this.#insert(slots, prefixOf(leaf), index + 1);
    this.#counts[shard] = at(this.#counts, shard) + 1;
  }

  /** The first entry with this leaf hash, among the first `size` ones. */
  find(leaf: Uint8Array, size: number): number | undefined {
    const slots = this.#shards[at(leaf, 0)];
    if (slots === undefined) return undefined;
    const prefix = prefixOf(leaf);
    let found: number | undefined;
    for (
      let slot = this.#home(slots, prefix);
      at(slots, slot + 1) !== 0;
      slot = next(slots, slot)
    ) {
      const index = at(slots, slot + 1) - 1;
      if (at(slots, slot) !== prefix || index >= size || index >= (found ?? size)) continue;
      if (Buffer.compare(this.#readLeaf(index), leaf) === 0) found = index;
    }
    return found;
  }

  #roomy(shard: number): Uint32Array {
    const slots = this.#shards[shard] as Uint32Array;
    const capacity = slots.length / 2;
    if (at(this.#counts, shard) < capacity * MAX_LOAD) return slots;
    const larger = new Uint32Array(2 * Math.ceil(capacity * 1.5));
    for (let slot = 0; slot < slots.length; slot += 2) {
      const entry = at(slots, slot + 1);
      if (entry !== 0) this.#insert(larger, at(slots, slot), entry);
    }
    this.#shards[shard] = larger;
    return larger;
  }

  #insert(slots: Uint32Array, prefix: number, entry: number): void {
    let slot = this.#home(slots, prefix);
    while (at(slots, slot + 1) !== 0) slot = next(slots, slot);
    slots[slot] = prefix;
    slots[slot + 1] = entry;
  }

  #home(slots: Uint32Array, prefix: number): number {
    return 2 * spreadOver(slots.length / 2, prefix, this.#spread);
  }
}

/** The second to fifth byte: the first one chose the shard. */
function prefixOf(leaf: Uint8Array): number {
  return ((at(leaf, 1) << 24) | (at(leaf, 2) << 16) | (at(leaf, 3) << 8) | at(leaf, 4)) >>> 0;
}

function next(slots: Uint32Array, slot: number): number {
  return slot + 2 === slots.length ? 0 : slot + 2;
}

function at(numbers: Uint32Array | Uint8Array, index: number): number {
  return numbers[index] as number;
}
