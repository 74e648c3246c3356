import { concat, HASH_BYTES, InvariantError } from "../core/index.ts";
import { errnoOf } from "./fault.ts";
import { type FileSystem, type OpenFile, readFully, writeFully } from "./files.ts";

const WRITTEN_AT_ONCE = 4096;

/**
 * One level of tiles as a flat file: hash `i` at byte 32·i, so tile N at byte 8 192·N. Derived and never synced on the
 * way; what the disk would not take stays in memory and is tried again.
 */
export class TileFile {
  readonly #files: FileSystem;
  readonly #path: string;
  #file: OpenFile | undefined;
  /** Hashes in the file. */
  #written = 0;
  /** Hashes behind those. */
  #pending: Uint8Array[] = [];

  /** An empty level; what the file may hold is written over. */
  constructor(files: FileSystem, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** Takes up a file as it is; `false` if it has fewer than `length` hashes. */
  load(length: number): boolean {
    this.#file = this.#files.open(this.#path, "write");
    this.#written = length;
    return this.#file.size() >= length * HASH_BYTES;
  }

  get length(): number {
    return this.#written + this.#pending.length;
  }

  /** `hash` must not change any more. */
  push(hash: Uint8Array): void {
    this.#pending.push(hash);
  }

  /** Hands what was pushed to the file; whether it took it. */
  flush(): boolean {
    let taken = 0;
    try {
      for (; taken < this.#pending.length; taken += WRITTEN_AT_ONCE) {
        const part = this.#pending.slice(taken, taken + WRITTEN_AT_ONCE);
        writeFully(this.#opened(), concat(...part), (this.#written + taken) * HASH_BYTES);
      }
    } catch (cause) {
      if (errnoOf(cause) === undefined) throw cause;
      // Not lost: the journal has the entries, and a restart without a mark of a clean end rebuilds the tiles.
    }
    const pending = this.#pending.slice(taken);
    this.#written += this.#pending.length - pending.length;
    this.#pending = pending;
    return pending.length === 0;
  }

  /** The hashes `[start, start + count)`, one after the other. */
  read(start: number, count: number): Uint8Array {
    const fromFile = Math.max(0, Math.min(count, this.#written - start));
    const bytes = new Uint8Array(fromFile * HASH_BYTES);
    if (fromFile > 0 && readFully(this.#opened(), bytes, start * HASH_BYTES) < bytes.length) {
      throw new InvariantError(`tiles: ${count} hashes at ${start} of ${this.#written}`);
    }
    if (fromFile === count) return bytes;
    const first = start + fromFile - this.#written;
    return concat(bytes, ...this.#pending.slice(first, first + count - fromFile));
  }

  async sync(): Promise<void> {
    await this.#file?.sync();
  }

  close(): void {
    this.#file?.close();
  }

  #opened(): OpenFile {
    this.#file ??= this.#files.open(this.#path, "write");
    return this.#file;
  }
}
