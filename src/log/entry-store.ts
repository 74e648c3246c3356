import { encodeEntries, entriesAt, entrySpans, LENGTH_BYTES } from "./entries.ts";
import { EntryMap, type EntryRange } from "./entry-map.ts";
import { Journal, type JournalOptions } from "./journal.ts";

/** One record of the journal: entries that became durable together. */
export type LogBlock = { readonly first: number; readonly entries: readonly Uint8Array[] };

/** The entries of a log, in its journal. */
export class EntryStore {
  readonly journal: Journal;
  readonly #map: EntryMap;

  private constructor(journal: Journal, map: EntryMap) {
    this.journal = journal;
    this.#map = map;
  }

  /** @throws LogFault `LOG_MISSING`, `LOG_VERSION`, `JOURNAL_DAMAGED` */
  static async open(options: JournalOptions): Promise<EntryStore> {
    const map = new EntryMap();
    const journal = await Journal.open(options, ({ offset, payloadOffset, payload }) => {
      map.add(payloadOffset, entrySpans(payload, offset));
    });
    return new EntryStore(journal, map);
  }

  /** Entries that are durable. */
  get size(): number {
    return this.#map.size;
  }

  /** One record; in the order of the calls. @throws LogFault `LOG_WRITE` */
  async append(entries: readonly Uint8Array[]): Promise<void> {
    const payload = encodeEntries(entries);
    const offset = await this.journal.append(payload);
    this.#map.add(offset, entrySpans(payload, offset));
  }

  /** The entries that became durable together with entry `index`. */
  blockOf(index: number): EntryRange {
    return this.#map.blockOf(index);
  }

  /** Reads with one file call. */
  read({ first, count }: EntryRange): Uint8Array[] {
    const { end } = this.journal;
    const start = this.#map.offset(first, end) - LENGTH_BYTES;
    // Up to the next entry: a little more than these where a record ends between them.
    const bytes = this.journal.read(start, this.#map.offset(first + count, end) - start);
    const starts = Array.from(
      { length: count },
      (_, i) => this.#map.offset(first + i, end) - start,
    );
    return entriesAt(bytes, starts);
  }

  /** Reads whole records, from the one that holds entry `from` on, up to the end at the moment of the call. */
  *blocks(from: number): Generator<LogBlock> {
    const { size } = this;
    for (let at = from; at < size; ) {
      const range = this.blockOf(at);
      yield { first: range.first, entries: this.read(range) };
      at = range.first + range.count;
    }
  }
}
