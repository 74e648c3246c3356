import { GROUP_ROWS } from "../../table/index.ts";
import type { EncodedBody } from "../port.ts";

/** Bytes of facts after which a slice is full, whatever they hold. */
const MAX_SLICE_BYTES = 8 * 1024 * 1024;

/** Entries with what lies beside them, one behind the other: handed over to another thread, not copied. */
export type Slice = {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

export type SlicedEntry = EncodedBody & {
  readonly index: number;
  /** As it stands in the log. */
  readonly entry: Uint8Array;
};

/** Of each entry: its index, when it came, and the lengths of both. */
const NUMBERS_AN_ENTRY = 4;

/** Gathers entries until they make a row group. */
export class SliceBuilder {
  readonly #entries: SlicedEntry[] = [];
  #rows = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get isFull(): boolean {
    return this.#rows >= GROUP_ROWS || this.#bytes >= MAX_SLICE_BYTES;
  }

  add(entry: SlicedEntry): void {
    this.#entries.push(entry);
    this.#rows += observationsIn(entry.observations);
    this.#bytes += entry.entry.length + entry.observations.length;
  }

  /** What was gathered; it is empty then. */
  take(): Slice {
    const numbers = new Float64Array(NUMBERS_AN_ENTRY * this.#entries.length);
    const bytes = new Uint8Array(this.#bytes);
    let at = 0;
    for (const [i, each] of this.#entries.entries()) {
      const { index, entry, observations, receivedMilliseconds } = each;
      const of = [index, receivedMilliseconds, entry.length, observations.length];
      numbers.set(of, i * NUMBERS_AN_ENTRY);
      bytes.set(entry, at);
      bytes.set(observations, at + entry.length);
      at += entry.length + observations.length;
    }
    this.#entries.length = 0;
    this.#rows = 0;
    this.#bytes = 0;
    return { numbers, bytes };
  }
}

/** The entries of a slice, in order; their bytes are views. */
export function* entriesOf({ numbers, bytes }: Slice): Generator<SlicedEntry> {
  let at = 0;
  for (let i = 0; i < numbers.length; i += NUMBERS_AN_ENTRY) {
    const [index = 0, receivedMilliseconds = 0, entry = 0, facts = 0] = numbers.subarray(i, i + 4);
    yield {
      ...{ index, receivedMilliseconds, entry: bytes.subarray(at, at + entry) },
      observations: bytes.subarray(at + entry, at + entry + facts),
    };
    at += entry + facts;
  }
}

/** How many observations there are, as the head of their list says; at most 10 000. */
function observationsIn([head = 0, high = 0, low = 0]: Uint8Array): number {
  if (head === 0x98) return high;
  return head === 0x99 ? high * 256 + low : head & 31;
}
