import { concat, HASH_BYTES, InvariantError } from "../core/index.ts";
import { type OpenFile, readFully, writeFully } from "./files.ts";

/**
 * One level of tiles as a flat file: hash `i` at byte 32·i, so tile N at byte 8 192·N. Derived and never synced on the
 * way; what the disk would not take stays in memory and is tried again.
 */
export class TileFile {
  readonly #file: OpenFile;
  /** Hashes in the file. */
  #written: number;
  /** Hashes behind those. */
  #pending: Uint8Array[] = [];

  constructor(file: OpenFile, written: number) {
    this.#file = file;
    this.#written = written;
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
    if (this.#pending.length === 0) return true;
    try {
      writeFully(this.#file, concat(...this.#pending), this.#written * HASH_BYTES);
    } catch {
      // Not lost: the journal has the entries, and a restart without a mark of a clean end rebuilds the tiles.
      return false;
    }
    this.#written += this.#pending.length;
    this.#pending = [];
    return true;
  }

  /** The hashes `[start, start + count)`, one after the other. */
  read(start: number, count: number): Uint8Array {
    const fromFile = Math.max(0, Math.min(count, this.#written - start));
    const bytes = new Uint8Array(fromFile * HASH_BYTES);
    if (readFully(this.#file, bytes, start * HASH_BYTES) < bytes.length) {
      throw new InvariantError(`tiles: ${count} hashes at ${start} of ${this.#written}`);
    }
    if (fromFile === count) return bytes;
    const first = start + fromFile - this.#written;
    return concat(bytes, ...this.#pending.slice(first, first + count - fromFile));
  }

  clear(): void {
    this.#file.truncate(0);
    this.#written = 0;
    this.#pending = [];
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}
