import { HASH_BYTES, InvariantError } from "../core/index.ts";
import { errnoOf } from "./fault.ts";
import { type FileSystem, type OpenFile, readFully, writeFully } from "./files.ts";

/** Room for what a block appends; grows when one needs more and is then given back. */
const PENDING_BYTES = 64 * 1024;

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
  /** Hashes behind those, one after the other. */
  #pending: Uint8Array = new Uint8Array(0);
  #pendingBytes = 0;

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
    return this.#written + this.#pendingBytes / HASH_BYTES;
  }

  /** Appends hashes that lie one behind the other. */
  push(hashes: Uint8Array): void {
    const end = this.#pendingBytes + hashes.length;
    if (end > this.#pending.length) {
      const larger = new Uint8Array(Math.max(PENDING_BYTES, 2 * this.#pending.length, end));
      larger.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = larger;
    }
    this.#pending.set(hashes, this.#pendingBytes);
    this.#pendingBytes = end;
  }

  /** Hands what was pushed to the file; whether it took it. */
  flush(): boolean {
    if (this.#pendingBytes === 0) return true;
    const pending = this.#pending.subarray(0, this.#pendingBytes);
    try {
      writeFully(this.#opened(), pending, this.#written * HASH_BYTES);
    } catch (cause) {
      if (errnoOf(cause) === undefined) throw cause;
      // Not lost: the journal has the entries, and a restart without a mark of a clean end rebuilds the tiles.
      return false;
    }
    this.#written += pending.length / HASH_BYTES;
    this.#pendingBytes = 0;
    if (this.#pending.length > PENDING_BYTES) this.#pending = new Uint8Array(0);
    return true;
  }

  /** The hashes `[start, start + count)`, one after the other. */
  read(start: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * HASH_BYTES);
    const fromFile = bytes.subarray(0, Math.max(0, this.#written - start) * HASH_BYTES);
    if (
      fromFile.length > 0 &&
      readFully(this.#opened(), fromFile, start * HASH_BYTES) < fromFile.length
    ) {
      throw new InvariantError(`tiles: ${count} hashes at ${start} of ${this.#written}`);
    }
    const from = (start - this.#written) * HASH_BYTES + fromFile.length;
    bytes.set(this.#pending.subarray(from, from + bytes.length - fromFile.length), fromFile.length);
    return bytes;
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
