import {
  BESIDE,
  type CborValue,
  type Change,
  decodeCbor,
  type Hash,
  hashMapKey,
  InvariantError,
  type MapProof,
  type MapPut,
  present,
  type SparseMap,
  type StateReader,
  sha256,
} from "../core/index.ts";
import type { Position } from "./block-maker.ts";
import type { Ref, StoredVersion, ValueStore } from "./stores.ts";

/** Decoded values kept at hand: parents, keys and parameters are read again and again. */
const CACHED_VALUES = 20_000;

const MAX_PLACES = 20_000;

/** Of a key beside the map there is no hash. */
type Place = { readonly keyHash?: Hash; ref: Ref | undefined };

/** What a block that is applied but not yet durable replaced, so that readers can look past it. */
type Layer = ReadonlyMap<string, Ref | undefined>;

/**
 * The values of a ledger as of two moments: after the last applied block, for the rules; and after the last committed one,
 * for everybody else.
 */
export class LedgerState implements StateReader {
  readonly #map: SparseMap;
  readonly #values: ValueStore;
  /** Where the values beside the map lie; there are few. */
  readonly #beside: Map<string, Ref>;
  readonly #decoded = new Map<string, CborValue>();
  readonly #layers: Layer[] = [];
  #position: Position | undefined;
  /** Where the keys that were looked up since the last block lie: most of them are put next. */
  readonly #places = new Map<string, Place>();

  /** Empty; or, with what a snapshot brought, as it was then. */
  constructor(
    map: SparseMap,
    values: ValueStore,
    restored?: { readonly beside: Map<string, Ref>; readonly position: Position },
  ) {
    this.#map = map;
    this.#values = values;
    this.#beside = restored?.beside ?? new Map();
    this.#position = restored?.position;
  }

  /** The decoded value after the last applied block. */
  get(key: string): CborValue | undefined {
    const cached = this.#decoded.get(key);
    if (cached !== undefined) return cached;
    const ref = this.#find(key);
    if (ref === undefined) return undefined;
    const value = decodeOwn(this.#values.read(ref).value);
    this.#remember(key, value);
    return value;
  }

  /** Where the values of the last applied block end. */
  get valuesEnd(): number {
    return this.#values.end;
  }

  /** Whether not even the genesis was applied. */
  get isEmpty(): boolean {
    return this.#position === undefined;
  }

  /** How far the last applied block goes. */
  get position(): Position {
    return present(this.#position, "an applied block");
  }

  /** Takes the changes of an applied block in; they become visible to readers with `commit`. */
  apply(changes: readonly Change[], position: Position): void {
    const before = new Map<string, Ref | undefined>();
    const batch = new Map<string, MapPut>();
    for (const change of changes) {
      const { key } = change;
      const place = this.#place(key);
      const previous = place.ref;
      if (!before.has(key)) before.set(key, previous);
      const ref = this.#values.append(change, previous);
      place.ref = ref;
      this.#decoded.delete(key);
      if (place.keyHash === undefined) this.#beside.set(key, ref);
      else batch.set(key, { keyHash: place.keyHash, valueHash: hashOf(change.value), ref });
    }
    this.#map.update([...batch.values()]);
    this.#places.clear();
    this.#position = position;
    this.#layers.push(before);
  }

  /** The oldest applied block is durable now. */
  commit(): void {
    this.#layers.shift();
  }

  /** The version under a key after the last committed block. */
  committed(key: string): StoredVersion | undefined {
    const ref = this.#committedRef(key);
    return ref === undefined ? undefined : this.#values.read(ref);
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

  /** The value and its path after the last applied block, whose log size it says. */
  prove(key: string): { readonly value?: Uint8Array; readonly map: MapProof } {
    const ref = key.startsWith(BESIDE) ? undefined : this.#find(key);
    const { leaf, ...path } = this.#map.prove(hashMapKey(key));
    const map =
      ref !== undefined || leaf === undefined
        ? path
        : { ...path, other: { key: leaf.keyHash, value: this.#hashAt(leaf.ref) } };
    return ref === undefined ? { map } : { value: this.#values.read(ref).value, map };
  }

  root(): Hash {
    return this.#map.root();
  }

  get besideRefs(): ReadonlyMap<string, Ref> {
    return this.#beside;
  }

  get size(): number {
    return this.#map.size;
  }

  #find(key: string): Ref | undefined {
    return this.#place(key).ref;
  }

  #place(key: string): Place {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = key.startsWith(BESIDE) ? { ref: this.#beside.get(key) } : this.#onMap(key);
    if (this.#places.size >= MAX_PLACES) this.#places.clear();
    this.#places.set(key, place);
    return place;
  }

  #onMap(key: string): Place {
    const keyHash = hashMapKey(key);
    return { keyHash, ref: this.#map.find(keyHash) };
  }

  #hashAt(ref: Ref): Hash {
    return hashOf(this.#values.read(ref).value);
  }

  #committedRef(key: string): Ref | undefined {
    for (const before of this.#layers) if (before.has(key)) return before.get(key);
    return this.#find(key);
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

function hashOf(value: Uint8Array): Hash {
  return sha256(value) as Hash;
}

function decodeOwn(bytes: Uint8Array): CborValue {
  const value = decodeCbor(bytes);
  if (!value.ok) throw new InvariantError(`a value of ours is not CBOR: ${value.error.code}`);
  return value.value;
}
