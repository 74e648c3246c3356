import { encodeEntries, entriesAt, entriesOf, entrySpans, LENGTH_BYTES } from "./entries.ts";
import { EntryMap, type EntryRange } from "./entry-map.ts";
import { Journal, type JournalOptions } from "./journal.ts";
import { damaged, type ScanResult } from "./scan.ts";

/** One record of the journal: entries that became durable together. */
export type LogBlock = { readonly first: number; readonly entries: readonly Uint8Array[] };

export type EntryStoreOptions = Omit<JournalOptions, "mayOpen"> & {
  /**
   * Whether what the log was made with ends with this entry; not said of a log that was made with none. All of that was on
   * the disk before the log had its name, so nothing of it can be torn.
   */
  readonly endsBeginning?: (entry: Uint8Array) => boolean;
  /** Told how many entries are there and where they end, before a torn end is dropped. */
  readonly mayOpen?: (scan: ScanResult & { readonly size: number }) => void;
};

/** The entries of a log, in its journal. */
export class EntryStore {
  readonly journal: Journal;
  readonly #map: EntryMap;

  private constructor(journal: Journal, map: EntryMap) {
    this.journal = journal;
    this.#map = map;
  }

  /** @throws LogFault `LOG_MISSING`, `LOG_VERSION`, `JOURNAL_DAMAGED`; and what `mayOpen` throws */
  static async open(options: EntryStoreOptions): Promise<EntryStore> {
    const { endsBeginning, ...rest } = options;
    const map = new EntryMap();
    let begun = endsBeginning === undefined;
    const mayOpen = (scan: ScanResult) => {
      if (!begun) throw damaged(scan.end, scan.torn === undefined ? "head" : "digest");
      options.mayOpen?.({ ...scan, size: map.size });
    };
    const journal = await Journal.open(
      { ...rest, mayOpen },
      ({ offset, payloadOffset, payload }) => {
        map.add(payloadOffset, entrySpans(payload, offset));
        begun ||= endsBeginning?.(entriesOf(payload, offset).at(-1) ?? NO_ENTRY) === true;
      },
    );
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

const NO_ENTRY = new Uint8Array();
