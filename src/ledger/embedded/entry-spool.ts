import { nodeFiles, type OpenFile, openUnnamed, readFully, writeFully } from "../../log/index.ts";
import type { EntryKeeper } from "../replay.ts";

/** What is kept in memory before it goes into the file; more than any entry has. */
const PENDING_BYTES: number = 4 * 1024 * 1024;

/** Entries in a file without a name, for as long as somebody needs them again: block 0 of a child ledger may hold a gigabyte of them. */
export class EntrySpool implements EntryKeeper {
  readonly #below: string;
  /** Where each entry ends. */
  readonly #ends: number[] = [];
  /** What stands behind `#written`; made when it is needed. */
  #pending: Buffer | undefined;
  #written = 0;
  #file: OpenFile | undefined;

  /** @param below directory on the disk that the file takes its room from */
  constructor(below: string) {
    this.#below = below;
  }

  get length(): number {
    return this.#ends.length;
  }

  /** Of all entries. */
  get bytes(): number {
    return this.#ends.at(-1) ?? 0;
  }

  push(entry: Uint8Array): void {
    if (this.bytes - this.#written + entry.length > PENDING_BYTES) this.#flush();
    this.#pending ??= Buffer.allocUnsafeSlow(PENDING_BYTES);
    this.#pending.set(entry, this.bytes - this.#written);
    this.#ends.push(this.bytes + entry.length);
  }

  at(index: number): Uint8Array | undefined {
    const end = this.#ends[index];
    if (end === undefined) return undefined;
    const start = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
    const bytes = new Uint8Array(end - start);
    if (start < this.#written) {
      if (this.#file !== undefined) readFully(this.#file, bytes, start);
    } else if (this.#pending !== undefined) {
      bytes.set(this.#pending.subarray(start - this.#written, end - this.#written));
    }
    return bytes;
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#pending = undefined;
    this.#ends.length = 0;
    this.#written = 0;
  }

  #flush(): void {
    if (this.#pending === undefined) return;
    this.#file ??= openUnnamed(this.#below, (path) => nodeFiles.open(path, "write"));
    writeFully(this.#file, this.#pending.subarray(0, this.bytes - this.#written), this.#written);
    this.#written = this.bytes;
  }
}
