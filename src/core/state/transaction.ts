import { equalBytes } from "../bytes.ts";
import { type CborValue, encodeAllCbor } from "../cbor/index.ts";
import type { MapKey } from "./map-keys.ts";
import type { CodeRecord } from "./values.ts";

/** The state that a block is applied to: decoded values by map key, those beside the map included. */
export interface StateReader {
  get(key: string): CborValue | undefined;
  /** A hint: these keys are asked for next, and can be looked up together. */
  expect?(keys: readonly string[]): void;
}

/** One version of one value, as a block leaves it. */
export type Change = {
  readonly key: string;
  readonly value: Uint8Array;
  /** Log index of the entry that made it. */
  readonly index: number;
};

/** `step` counts what the block wrote, so that versions come out in the order in which they were made. */
type Pending = { readonly value: CborValue; readonly index: number; readonly step: number };
type Earlier = Pending & { readonly key: string };

/**
 * What a block changes, over the state before it. Each item writes into a layer of its own, which is kept or dropped as a
 * whole, so a refused item leaves nothing.
 */
export class Transaction {
  readonly #base: StateReader;
  readonly #block = new Map<string, Pending>();
  readonly #item = new Map<string, CborValue>();
  readonly #earlier: Earlier[] = [];
  #steps = 0;

  constructor(base: StateReader) {
    this.#base = base;
  }

  get<T>(key: MapKey<T>): T | undefined {
    const value = this.#item.get(key) ?? this.#block.get(key)?.value ?? this.#base.get(key);
    return value as T | undefined;
  }

  /** The value as it was before the item that is being applied. */
  before<T>(key: MapKey<T>): T | undefined {
    return (this.#block.get(key)?.value ?? this.#base.get(key)) as T | undefined;
  }

  /** The keys with this prefix that the block has changed so far. */
  changedKeys(prefix: string): string[] {
    return [...this.#block.keys()].filter((key) => key.startsWith(prefix));
  }

  has(key: string): boolean {
    return this.get(key as MapKey<CborValue>) !== undefined;
  }

  put<T>(key: MapKey<T>, value: T): void {
    this.#item.set(key, value as CborValue);
  }

  /** Keeps what the item wrote, as the work of the entry at log index `index`. */
  keep(index: number): void {
    for (const [key, value] of this.#item) {
      const before = this.#block.get(key);
      if (before !== undefined && isOwnStep(key, before, this.#base)) {
        this.#earlier.push({ key, ...before });
      }
      this.#block.set(key, { value, index, step: this.#steps++ });
    }
    this.#item.clear();
  }

  /** Drops what the item wrote. */
  drop(): void {
    this.#item.clear();
  }

  /** Every version the block made, in the order in which they were made: that is the order of a record's children. */
  changes(): Change[] {
    const versions: Earlier[] = [...this.#earlier];
    for (const [key, pending] of this.#block) versions.push({ key, ...pending });
    versions.sort((a, b) => a.step - b.step);
    const values = encodeAllCbor(versions.map(({ value }) => value));
    return versions.map(({ key, index }, i) => ({ key, value: values[i] as Uint8Array, index }));
  }
}

/**
 * Whether a version that a later item of the same block replaces belongs to a record's history: its `op` or `control` moved.
 * Counters and children's roots may move many times in a block; only their last value matters.
 */
function isOwnStep(key: string, before: Pending, base: StateReader): boolean {
  if (!key.startsWith("code/")) return false;
  const [now, then] = [
    before.value as unknown as CodeRecord,
    base.get(key) as CodeRecord | undefined,
  ];
  return (
    then === undefined || !equalBytes(now.op, then.op) || !equalBytes(now.control, then.control)
  );
}
