import fs from "node:fs";
import { promisify } from "node:util";
import type { OpenFile } from "./files.ts";

const readLater = promisify(fs.read);
const writeLater = promisify(fs.write);
const datasync = promisify(fs.fdatasync);

/**
 * An open file of this machine.
 *
 * The number of a descriptor that was closed is given to the next file that is opened: what had yet to be read or written
 * would be of that one. So it stays open until nothing is under way, and nothing is begun once it was closed.
 */
export class NodeFile implements OpenFile {
  readonly #descriptor: number;
  #underWay = 0;
  #isClosed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  size(): number {
    return fs.fstatSync(this.#open).size;
  }

  read(into: Uint8Array, position: number): number {
    return fs.readSync(this.#open, into, 0, into.length, position);
  }

  async readLater(into: Uint8Array, position: number): Promise<number> {
    const { bytesRead } = await this.#later(readLater(this.#open, into, 0, into.length, position));
    return bytesRead;
  }

  write(bytes: Uint8Array, position: number): number {
    return fs.writeSync(this.#open, bytes, 0, bytes.length, position);
  }

  async writeLater(bytes: Uint8Array, position: number): Promise<number> {
    const writing = writeLater(this.#open, bytes, 0, bytes.length, position);
    return (await this.#later(writing)).bytesWritten;
  }

  async sync(): Promise<void> {
    return this.#later(datasync(this.#open));
  }

  truncate(size: number): void {
    fs.ftruncateSync(this.#open, size);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeIfIdle();
  }

  get #open(): number {
    if (!this.#isClosed) return this.#descriptor;
    // As the operating system says it, as long as no other file has the number.
    throw Object.assign(new Error("EBADF: the file was closed"), { code: "EBADF" });
  }

  async #later<T>(work: Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work;
    } finally {
      this.#underWay -= 1;
      this.#closeIfIdle();
    }
  }

  #closeIfIdle(): void {
    if (this.#isClosed && this.#underWay === 0) fs.closeSync(this.#descriptor);
  }
}
