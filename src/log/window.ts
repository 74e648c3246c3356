import { type OpenFile, readFully } from "./files.ts";

/** Reads a file from front to back through a buffer, so that many small records cost few file calls. */
export class Window {
  readonly #file: OpenFile;
  #buffer: Uint8Array;
  #start = 0;
  #length = 0;

  constructor(file: OpenFile, bytes: number = 1024 * 1024) {
    this.#file = file;
    this.#buffer = new Uint8Array(bytes);
  }

  /** The bytes from `position` on, fewer than asked for at the end of the file. A view, good until the next call. */
  view(position: number, length: number): Uint8Array {
    if (position < this.#start || position + length > this.#start + this.#length) {
      this.#fill(position, length);
    }
    const from = position - this.#start;
    return this.#buffer.subarray(from, Math.min(from + length, this.#length));
  }

  #fill(position: number, length: number): void {
    if (length > this.#buffer.length) this.#buffer = new Uint8Array(length);
    this.#length = readFully(this.#file, this.#buffer, position);
    this.#start = position;
  }
}
