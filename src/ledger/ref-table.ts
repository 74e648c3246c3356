import { InvariantError } from "../core/index.ts";
import { randomSpread, spreadOver } from "../log/index.ts";
import type { Ref } from "./stores.ts";

const SHARDS = 256;
const FIRST_CAPACITY = 16;
/** A shard grows by half, so that between 0.5 and 0.75 of its slots are in use. */
const MAX_LOAD = 0.75;

/** Words of a slot: eight bytes of the key's hash behind the one that chose the shard, and the reference plus one. */
const SLOT = 4;
const FIRST = 0;
const SECOND = 1;
const LOW = 2;
const HIGH = 3;

const TWO_32 = 2 ** 32;

/**
 * Where the newest value of each key of the map lies: open addressing with linear probing, 16 bytes a slot, in shards by the
 * first byte of the key's hash, so that growing never stops the writer for more than a shard. A look-up touches one or two
 * lines of memory, where the way down the map would touch twenty.
 *
 * Of a hash nine bytes are looked at. Whoever finds something compares the key itself, which stands beside the value.
 */
export class RefTable {
  readonly #shards: Uint32Array<ArrayBuffer>[];
  readonly #counts: Uint32Array<ArrayBuffer>;
  /** Nobody outside knows where a hash lies: codes can be chosen so that theirs begin alike. */
  readonly #spread: number;

  constructor(kept?: RefTableParts) {
    this.#spread = kept?.spread ?? randomSpread();
    this.#shards =
      kept?.shards ?? Array.from({ length: SHARDS }, () => new Uint32Array(SLOT * FIRST_CAPACITY));
    this.#counts = kept?.counts ?? new Uint32Array(SHARDS);
  }

  /** What the table is made of, for another thread: this one is of no further use. */
  give(): RefTableParts {
    return { shards: this.#shards, counts: this.#counts, spread: this.#spread };
  }

  /**
   * The reference of the key whose hash stands in `hashes` at `offset`, if `isKey` says of what lies there that it is that
   * key's.
   */
  find(hashes: Uint8Array, offset: number, isKey: (ref: Ref) => boolean): Ref | undefined {
    const slots = this.#shards[at(hashes, offset)] as Uint32Array;
    const first = word(hashes, offset + 1);
    const second = word(hashes, offset + 5);
    for (let slot = this.#home(slots, first); !isFree(slots, slot); slot = next(slots, slot)) {
      if (at(slots, slot + FIRST) !== first || at(slots, slot + SECOND) !== second) continue;
      const ref = refAt(slots, slot);
      if (isKey(ref)) return ref;
    }
    return undefined;
  }

  /** Puts the first reference of a key in. */
  add(hashes: Uint8Array, offset: number, ref: Ref): void {
    const shard = at(hashes, offset);
    this.#insert(this.#roomy(shard), word(hashes, offset + 1), word(hashes, offset + 5), ref + 1);
    this.#counts[shard] = at(this.#counts, shard) + 1;
  }

  /** Puts `ref` in the place of the key's reference before. */
  replace(hashes: Uint8Array, offset: number, before: Ref, ref: Ref): void {
    const slots = this.#shards[at(hashes, offset)] as Uint32Array;
    let slot = this.#home(slots, word(hashes, offset + 1));
    while (refAt(slots, slot) !== before) {
      if (isFree(slots, slot)) throw new InvariantError(`no reference ${before}`);
      slot = next(slots, slot);
    }
    write(slots, slot, ref + 1);
  }

  #roomy(shard: number): Uint32Array<ArrayBuffer> {
    const slots = this.#shards[shard] as Uint32Array<ArrayBuffer>;
    const capacity = slots.length / SLOT;
    if (at(this.#counts, shard) < capacity * MAX_LOAD) return slots;
    const larger = new Uint32Array(SLOT * Math.ceil(capacity * 1.5));
    for (let slot = 0; slot < slots.length; slot += SLOT) {
      if (isFree(slots, slot)) continue;
      this.#insert(
        larger,
        at(slots, slot + FIRST),
        at(slots, slot + SECOND),
        refAt(slots, slot) + 1,
      );
    }
    this.#shards[shard] = larger;
    return larger;
  }

  #insert(slots: Uint32Array, first: number, second: number, refPlusOne: number): void {
    let slot = this.#home(slots, first);
    while (!isFree(slots, slot)) slot = next(slots, slot);
    slots[slot + FIRST] = first;
    slots[slot + SECOND] = second;
    write(slots, slot, refPlusOne);
  }

  #home(slots: Uint32Array, first: number): number {
    return SLOT * spreadOver(slots.length / SLOT, first, this.#spread);
  }
}

export type RefTableParts = {
  readonly shards: Uint32Array<ArrayBuffer>[];
  readonly counts: Uint32Array<ArrayBuffer>;
  readonly spread: number;
};

function write(slots: Uint32Array, slot: number, refPlusOne: number): void {
  slots[slot + LOW] = refPlusOne % TWO_32;
  slots[slot + HIGH] = Math.floor(refPlusOne / TWO_32);
}

function refAt(slots: Uint32Array, slot: number): Ref {
  return at(slots, slot + HIGH) * TWO_32 + at(slots, slot + LOW) - 1;
}

function isFree(slots: Uint32Array, slot: number): boolean {
  return at(slots, slot + LOW) === 0 && at(slots, slot + HIGH) === 0;
}

function next(slots: Uint32Array, slot: number): number {
  return slot + SLOT === slots.length ? 0 : slot + SLOT;
}

function word(bytes: Uint8Array, start: number): number {
  return (
    ((at(bytes, start) << 24) |
      (at(bytes, start + 1) << 16) |
      (at(bytes, start + 2) << 8) |
      at(bytes, start + 3)) >>>
    0
  );
}

function at(numbers: Uint32Array | Uint8Array, index: number): number {
  return numbers[index] as number;
}
