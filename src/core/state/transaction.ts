import { equalBytes } from "../bytes.ts";
import { type CborValue, decodeOwnCbor, EncodedValue, encodeAllCbor } from "../cbor/index.ts";
import { present } from "../invariant.ts";
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

/** An import makes a million records of which hardly any is read in its block: those are encoded at once. */
type Written = CborValue | EncodedValue;

/** `step` counts what the block wrote, so that versions come out in the order in which they were made. */
type Version = { readonly value: Written; readonly index: number; readonly step: number };

/** All that a block knows of a key. */
type Cell = {
  readonly key: string;
  /** The value before the block. */
  readonly base: CborValue | undefined;
  /** What the items that were kept made of it. */
  kept: Version | undefined;
  /** What the present item makes of it. */
  item: Written | undefined;
};

/**
 * What a block changes, over the state before it. What an item writes is kept or dropped as a whole, so a refused item
 * leaves nothing.
 */
export class Transaction {
  readonly #base: StateReader;
  readonly #cells = new Map<string, Cell>();
  /** The cells that the present item wrote. */
  readonly #written: Cell[] = [];
  /** The cells that the block changed. */
  readonly #changed: Cell[] = [];
  readonly #earlier: (Version & { readonly key: string })[] = [];
  #steps = 0;

  constructor(base: StateReader) {
    this.#base = base;
  }

  get<T>(key: MapKey<T>): T | undefined {
    const { item, kept, base } = this.#cell(key);
    return asValue(item ?? kept?.value ?? base) as T | undefined;
  }

  /** The value as it was before the item that is being applied. */
  before<T>(key: MapKey<T>): T | undefined {
    const { kept, base } = this.#cell(key);
    return asValue(kept?.value ?? base) as T | undefined;
  }

  /** These keys are asked for next. */
  expect(keys: readonly string[]): void {
    this.#base.expect?.(keys);
  }

  /** The keys with this prefix that the block has changed so far. */
  changedKeys(prefix: string): string[] {
    return this.#changed.flatMap(({ key }) => (key.startsWith(prefix) ? key : []));
  }

  has(key: string): boolean {
    const { item, kept, base } = this.#cell(key);
    return (item ?? kept ?? base) !== undefined;
  }

  put<T>(key: MapKey<T>, value: T): void {
    this.#write(key, value as CborValue);
  }

  /** Puts a value that is decoded if somebody asks for it. */
  putEncoded<T>(key: MapKey<T>, value: EncodedValue): void {
    this.#write(key, value);
  }

  /** Keeps what the item wrote, as the work of the entry at log index `index`. */
  keep(index: number): void {
    for (const cell of this.#written) {
      const { key, kept, base, item } = cell;
      if (kept === undefined) this.#changed.push(cell);
      else if (isOwnStep(key, kept.value, base)) this.#earlier.push(keyed(key, kept));
      cell.kept = { value: item as Written, index, step: this.#steps++ };
      cell.item = undefined;
    }
    this.#written.length = 0;
  }

  /** Drops what the item wrote. */
  drop(): void {
    for (const cell of this.#written) cell.item = undefined;
    this.#written.length = 0;
  }

  /** Every version the block made, in the order in which they were made: that is the order of a record's children. */
  changes(): Change[] {
    const versions = [...this.#earlier];
    for (const { key, kept } of this.#changed) {
      versions.push(keyed(key, present(kept, "what the block made of a key that it changed")));
    }
    versions.sort((a, b) => a.step - b.step);
    const values = encodeAllCbor(versions.map(({ value }) => value));
    return versions.map(({ key, index }, i) => ({ key, value: values[i] as Uint8Array, index }));
  }

  #write(key: string, value: Written): void {
    const cell = this.#cell(key);
    if (cell.item === undefined) this.#written.push(cell);
    cell.item = value;
  }

  #cell(key: string): Cell {
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const cell: Cell = { key, base: this.#base.get(key), kept: undefined, item: undefined };
    this.#cells.set(key, cell);
    return cell;
  }
}

function keyed(key: string, { value, index, step }: Version): Version & { readonly key: string } {
  return { key, value, index, step };
}

function asValue(written: Written | undefined): CborValue | undefined {
  return written instanceof EncodedValue ? decodeOwnCbor(written.bytes) : written;
}

/**
 * Whether a version that a later item of the same block replaces belongs to a record's history: its `op` or `control` moved.
 * Counters and children's roots may move many times in a block; only their last value matters.
 */
function isOwnStep(key: string, kept: Written, base: CborValue | undefined): boolean {
  if (!key.startsWith("code/")) return false;
  const [now, then] = [asValue(kept) as unknown as CodeRecord, base as CodeRecord | undefined];
  return (
    then === undefined || !equalBytes(now.op, then.op) || !equalBytes(now.control, then.control)
  );
}
