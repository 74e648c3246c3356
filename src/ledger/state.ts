import {
  BESIDE,
  type CborValue,
  type Change,
  decodeOwnCbor,
  hashMapKey,
  InvariantError,
  type MapPuts,
  type StateReader,
  sha256Each,
  sha256Texts,
} from "../core/index.ts";
import { RefTable } from "./ref-table.ts";
import type { Ref, StoredVersion, ValueStore } from "./stores.ts";

/** Decoded values kept at hand: parents, keys and parameters are read again and again. */
const CACHED_VALUES = 20_000;

const MAX_PLACES = 40_000;

const HASH_BYTES = 32;
const NOTHING = new Uint8Array();

/** Where a key lies, and what a block makes of it. */
class Place {
  readonly key: string;
  /** The key's hash stands in `hashes` at `offset`; of a key beside the map there is none. */
  readonly hashes: Uint8Array;
  readonly offset: number;
  /** Where its value lay before the block. */
  readonly before: Ref | undefined;
  ref: Ref | undefined;
  /** Its last value if the block changed it, until the map has been told. */
  value: Uint8Array | undefined = undefined;

  constructor(key: string, hashes: Uint8Array, offset: number, ref: Ref | undefined) {
    this.key = key;
    this.hashes = hashes;
    this.offset = offset;
    this.before = ref;
    this.ref = ref;
  }
}

/** The keys of a block that is applied but not yet durable, so that readers can look past it. */
type Layer = ReadonlyMap<string, Pick<Place, "before" | "ref" | "hashes" | "offset">>;

/** What a snapshot brings back. */
export type RestoredState = {
  readonly refs: RefTable;
  readonly beside: Map<string, Ref>;
};

/** What it takes to bring the map back to the last committed block. */
export type Undo = {
  /** Keys as they were then. */
  readonly puts: MapPuts;
  /** Hashes of those that there were none of. */
  readonly added: readonly Uint8Array[];
};

/** What a block changes, for whoever keeps the map. */
export type AppliedChanges = {
  readonly puts: MapPuts;
  /** The values beside the map, and where they lie now. */
  readonly beside: readonly (readonly [key: string, ref: Ref])[];
};

/**
 * The values of a ledger as of two moments: after the last applied block, for the rules; and after the last committed one,
 * for everybody else.
 */
export class LedgerState implements StateReader {
  readonly #values: ValueStore;
  readonly #refs: RefTable;
  /** Where the values beside the map lie; there are few. */
  readonly #beside: Map<string, Ref>;
  readonly #decoded = new Map<string, CborValue>();
  readonly #layers: Layer[] = [];
  /** Where the keys that were looked up since the last block lie: most of them are put next. */
  #places = new Map<string, Place>();
  /** The version that was read last: who looks a key up mostly wants its value next. */
  #lastRead: { readonly ref: Ref; readonly version: StoredVersion } | undefined;

  /** Empty; or, with what a snapshot brought, as it was then. */
  constructor(values: ValueStore, restored?: RestoredState) {
    this.#values = values;
    this.#refs = restored?.refs ?? new RefTable();
    this.#beside = restored?.beside ?? new Map();
  }

  /** The decoded value after the last applied block. */
  get(key: string): CborValue | undefined {
    const cached = this.#decoded.get(key);
    if (cached !== undefined) return cached;
    const ref = this.#place(key).ref;
    if (ref === undefined) return undefined;
    const value = decodeOwnCbor(this.#read(ref).value);
    this.#remember(key, value);
    return value;
  }

  /** These keys are asked for next: their hashes are computed together, for less. */
  expect(keys: readonly string[]): void {
    const hashes = sha256Texts(keys);
    if (this.#places.size + keys.length > MAX_PLACES) this.#places.clear();
    for (const [i, key] of keys.entries()) {
      // What stands beside the map has no place in it.
      if (this.#places.has(key) || key.startsWith(BESIDE)) continue;
      const offset = i * HASH_BYTES;
      this.#places.set(key, new Place(key, hashes, offset, this.#find(key, hashes, offset)));
    }
  }

  /** Where the values of the last applied block end. */
  get valuesEnd(): number {
    return this.#values.end;
  }

  /** Takes the changes of an applied block in; they become visible to readers with `commit`. */
  apply(changes: readonly Change[]): AppliedChanges {
    const places = this.#places;
    const changed: Place[] = [];
    for (const change of changes) {
      const { key, value } = change;
      const place = places.get(key) ?? this.#lookUp(key);
      if (place.value === undefined) {
        changed.push(place);
        places.set(key, place);
        this.#decoded.delete(key);
      }
      place.ref = this.#values.append(change, place.ref);
      place.value = value;
    }
    this.#layers.push(places);
    this.#places = new Map();
    return this.#settle(changed);
  }

  /** The oldest applied block is durable now. */
  commit(): void {
    this.#layers.shift();
  }

  /** What the blocks changed in the map that are applied and not committed. */
  undo(): Undo {
    const seen = new Set<string>();
    const added: Uint8Array[] = [];
    const changed: { readonly keyHash: Uint8Array; readonly ref: Ref }[] = [];
    // The oldest first: it knows what was there before all of them.
    for (const layer of this.#layers) {
      for (const [key, { hashes, offset, before, ref }] of layer) {
        if (ref === before || hashes === NOTHING || seen.has(key)) continue;
        seen.add(key);
        const keyHash = hashes.slice(offset, offset + HASH_BYTES);
        if (before === undefined) added.push(keyHash);
        else changed.push({ keyHash, ref: before });
      }
    }
    const values = changed.map(({ ref }) => this.#read(ref).value);
    const keys = new Uint8Array(changed.length * HASH_BYTES);
    for (const [i, { keyHash }] of changed.entries()) keys.set(keyHash, i * HASH_BYTES);
    const refs = Float64Array.from(changed, ({ ref }) => ref);
    return { puts: { keys, values: sha256Each(values), refs }, added };
  }

  /** The version under a key after the last applied block. */
  applied(key: string): StoredVersion | undefined {
    const { ref } = this.#place(key);
    return ref === undefined ? undefined : this.#read(ref);
  }

  /** The version under a key after the last committed block. */
  committed(key: string): StoredVersion | undefined {
    const ref = this.#committedRef(key);
    return ref === undefined ? undefined : this.#read(ref);
  }

  /** Versions up to the last committed block, newest first. */
  *versions(key: string): Generator<StoredVersion> {
    let ref = this.#committedRef(key);
    while (ref !== undefined) {
      const version = this.#values.read(ref);
      yield version;
      ref = version.previous;
    }
  }

  /** The value of what lies at a reference that the map has. */
  valueAt(ref: Ref): Uint8Array {
    return this.#read(ref).value;
  }

  /** Brings the references up to what was appended, and says what the map takes. */
  #settle(changed: readonly Place[]): AppliedChanges {
    const values: Uint8Array[] = [];
    const keys = new Uint8Array(changed.length * HASH_BYTES);
    const refs = new Float64Array(changed.length);
    const beside: [string, Ref][] = [];
    for (const place of changed) {
      const { key, hashes, offset, before, ref, value } = place;
      if (ref === undefined || value === undefined) throw new InvariantError(`no ${key}`);
      place.value = undefined;
      if (hashes === NOTHING) {
        this.#beside.set(key, ref);
        beside.push([key, ref]);
        continue;
      }
      if (before === undefined) this.#refs.add(hashes, offset, ref);
      else this.#refs.replace(hashes, offset, before, ref);
      const at = values.length * HASH_BYTES;
      for (let i = 0; i < HASH_BYTES; i++) keys[at + i] = hashes[offset + i] as number;
      refs[values.length] = ref;
      values.push(value);
    }
    const count = values.length;
    const puts = {
      keys: keys.slice(0, count * HASH_BYTES),
      values: sha256Each(values),
      refs: refs.slice(0, count),
    };
    return { puts, beside };
  }

  #place(key: string): Place {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#lookUp(key);
    if (this.#places.size >= MAX_PLACES) this.#places.clear();
    this.#places.set(key, place);
    return place;
  }

  #lookUp(key: string): Place {
    if (key.startsWith(BESIDE)) return new Place(key, NOTHING, 0, this.#beside.get(key));
    const hashes = hashMapKey(key);
    return new Place(key, hashes, 0, this.#find(key, hashes, 0));
  }

  #find(key: string, hashes: Uint8Array, offset: number): Ref | undefined {
    return this.#refs.find(hashes, offset, (ref) => this.#read(ref).key === key);
  }

  #read(ref: Ref): StoredVersion {
    if (this.#lastRead?.ref === ref) return this.#lastRead.version;
    const version = this.#values.read(ref);
    this.#lastRead = { ref, version };
    return version;
  }

  #committedRef(key: string): Ref | undefined {
    for (const layer of this.#layers) {
      const place = layer.get(key);
      if (place !== undefined) return place.before;
    }
    // What readers ask for is hardly ever put next, so it takes no place among what the rules look up.
    return (this.#places.get(key) ?? this.#lookUp(key)).ref;
  }

  #remember(key: string, value: CborValue): void {
    if (this.#decoded.size >= CACHED_VALUES) {
      // The oldest half goes: a Map keeps the order of insertion.
      let drop = CACHED_VALUES / 2;
      for (const old of this.#decoded.keys()) {
        if (drop-- === 0) break;
        this.#decoded.delete(old);
      }
    }
    this.#decoded.set(key, value);
  }
}
