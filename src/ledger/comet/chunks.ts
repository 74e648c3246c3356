import { concat, hex, sha256 } from "../../core/index.ts";
import { pause } from "../deferred.ts";
import type { LogStore } from "../stores.ts";

// A snapshot of a ledger is its log, cut into chunks: everything else follows from it. A chunk is whole entries, each behind
// two bytes of length, one after the other from where the chunk before ended until there are 8 MiB. So every validator cuts
// the same chunks, to the byte, and a chunk that is full never changes again, however far the log grows.

/** Of each chunk but the last one; an entry more than fits makes it at most 64 KiB longer. */
export const CHUNK_BYTES: number = 8 * 1024 * 1024;

const LENGTH_BYTES = 2;

/** Entries that are read and hashed before others have their turn. */
const ENTRIES_A_TURN = 1000;

type Cut = { readonly first: number; readonly end: number; readonly hash: Uint8Array };

/** Cuts a log into chunks, and knows their hashes. */
export class LogChunks {
  readonly #log: LogStore;
  readonly #chunkBytes: number;
  /** Those that are full. */
  readonly #full: Cut[] = [];
  #working: Promise<unknown> = Promise.resolve();

  constructor(log: LogStore, chunkBytes: number = CHUNK_BYTES) {
    this.#log = log;
    this.#chunkBytes = chunkBytes;
  }

  /** The hash of each chunk of the log's first `size` entries, which are durable. */
  hashes(size: number): Promise<readonly Uint8Array[]> {
    return this.#inTurn(async () => (await this.#cuts(size)).map(({ hash }) => hash));
  }

  /** A chunk of the log's first `size` entries. */
  chunk(size: number, index: number): Promise<Uint8Array | undefined> {
    return this.#inTurn(async () => {
      const cut = (await this.#cuts(size))[index];
      return cut === undefined ? undefined : this.#read(cut);
    });
  }

  /** One after the other: whoever asks for much waits behind those who asked before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.then(work, work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  async #cuts(size: number): Promise<readonly Cut[]> {
    const cuts = this.#full.filter(({ end }) => end <= size);
    for (let first = cuts.at(-1)?.end ?? 0; first < size; ) {
      const { end, bytes } = await this.#extent(first, size);
      const cut = { first, end, hash: sha256(await this.#read({ first, end })) };
      cuts.push(cut);
      if (bytes >= this.#chunkBytes && cuts.length > this.#full.length) this.#full.push(cut);
      first = end;
    }
    return cuts;
  }

  /** How far the chunk goes that begins with an entry. */
  async #extent(first: number, size: number): Promise<{ end: number; bytes: number }> {
    let bytes = 0;
    let end = first;
    for (; end < size && bytes < this.#chunkBytes; end++) {
      bytes += LENGTH_BYTES + (this.#log.entry(end)?.length ?? 0);
      if ((end - first) % ENTRIES_A_TURN === ENTRIES_A_TURN - 1) await pause(0);
    }
    return { end, bytes };
  }

  async #read({ first, end }: Pick<Cut, "first" | "end">): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let index = first; index < end; index++) {
      const entry = this.#log.entry(index) ?? new Uint8Array();
      parts.push(Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry);
      if ((index - first) % ENTRIES_A_TURN === ENTRIES_A_TURN - 1) await pause(0);
    }
    return concat(...parts);
  }
}

/** The entries of a chunk, as views of it; `undefined` where it does not end with one. */
export function entriesOfChunk(chunk: Uint8Array): readonly Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < chunk.length; ) {
    const length = ((chunk[at] ?? 0) << 8) | (chunk[at + 1] ?? 0);
    const start = at + LENGTH_BYTES;
    at = start + length;
    if (at > chunk.length) return undefined;
    entries.push(chunk.subarray(start, at));
  }
  return entries;
}

/** What a snapshot is known by: the same on every validator that has it. */
export function snapshotName(metadata: Uint8Array): string {
  return hex(sha256(metadata));
}
