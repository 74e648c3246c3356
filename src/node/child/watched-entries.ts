import type { EntryList } from "../../core/index.ts";

export type WatchOptions = {
  /** How often all of them will be read, about. */
  readonly times: number;
  readonly signal?: AbortSignal;
  /** In entries; comes to the total only by whoever knows that it is done. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
};

/** Reads between two reports. */
const REPORT_EVERY = 256;

/**
 * Entries whose readers are watched: what they do takes minutes, cannot be told from outside how far it is, and ends with the
 * signal.
 */
export class WatchedEntries implements EntryList {
  readonly #entries: EntryList;
  readonly #options: WatchOptions;
  #reads = 0;

  constructor(entries: EntryList, options: WatchOptions) {
    this.#entries = entries;
    this.#options = options;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** @throws the signal's reason */
  at(index: number): Uint8Array | undefined {
    const { times, signal, onProgress } = this.#options;
    signal?.throwIfAborted();
    this.#reads += 1;
    if (this.#reads % REPORT_EVERY === 0) {
      const total = this.length;
      onProgress({ done: Math.min(total, Math.floor(this.#reads / times)), total });
    }
    return this.#entries.at(index);
  }
}
