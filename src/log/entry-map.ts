import type { EntrySpan } from "./entries.ts";
import { NumberList } from "./number-list.ts";

/** A contiguous part of a log: entries `first … first + count − 1`. */
export type EntryRange = { readonly first: number; readonly count: number };

/** Where each entry lies in the journal, and which entries became durable together: 8 bytes an entry and a record. */
export class EntryMap {
  readonly #offsets = new NumberList();
  /** Index of the first entry of each record. */
  readonly #firsts = new NumberList();

  /** Entries so far. */
  get size(): number {
    return this.#offsets.length;
  }

  /** Adds the entries of the record that follows. */
  add(payloadOffset: number, spans: readonly EntrySpan[]): void {
    if (spans.length === 0) return;
    this.#firsts.push(this.size);
    for (const { offset } of spans) this.#offsets.push(payloadOffset + offset);
  }

  /** Where the bytes of an entry begin; for the entry behind the last one, `end`. */
  offset(index: number, end: number): number {
    return index === this.size ? end : this.#offsets.at(index);
  }

  /** The record that an entry stands in. */
  blockOf(index: number): EntryRange {
    const record = this.#firsts.lastAtMost(index);
    const first = this.#firsts.at(record);
    const next = record + 1 < this.#firsts.length ? this.#firsts.at(record + 1) : this.size;
    return { first, count: next - first };
  }
}
