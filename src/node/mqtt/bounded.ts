import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A fixed header is a byte, and at most four that say how long the rest is (MQTT 3.1.1, 2.2.3). */
const MAX_LENGTH_BYTES = 4;

/**
 * A connection of MQTT that ends with the first packet that is too large, before the rest of it is read: the parser behind it
 * would keep whatever comes.
 */
export class BoundedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #maxBytes: number;
  /** Of the packet under way: bytes that are still to come. */
  #left = 0;
  /** Of its fixed header, while that is read: bytes so far, and what they say. */
  #head: { bytes: number; length: number } | undefined = { bytes: 0, length: 0 };

  constructor(socket: Socket, maxBytes: number) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#maxBytes = maxBytes;
    socket.on("data", (part: Uint8Array) => this.#take(part));
    socket.once("end", () => this.push(null));
    socket.once("close", () => this.destroy());
    socket.on("error", (cause) => this.destroy(cause));
  }

  #take(part: Uint8Array): void {
    if (!this.#isFit(part)) {
      this.destroy(new Error(`a packet of more than ${this.#maxBytes} bytes`));
    } else if (!this.push(part)) {
      this.#socket.pause();
    }
  }

  #isFit(part: Uint8Array): boolean {
    let at = 0;
    while (at < part.length) {
      if (this.#head === undefined) {
        const taken = Math.min(this.#left, part.length - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#head = { bytes: 0, length: 0 };
        continue;
      }
      const byte = part[at] ?? 0;
      at += 1;
      if (!this.#readHead(this.#head, byte)) return false;
    }
    return true;
  }

  #readHead(head: { bytes: number; length: number }, byte: number): boolean {
    head.bytes += 1;
    if (head.bytes === 1) return true;
    if (head.bytes > MAX_LENGTH_BYTES + 1) return false;
    head.length += (byte & 0x7f) * 128 ** (head.bytes - 2);
    if (byte >= 0x80) return true;
    if (head.length > this.#maxBytes) return false;
    this.#left = head.length;
    this.#head = head.length === 0 ? { bytes: 0, length: 0 } : undefined;
    return true;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(part: Uint8Array, _: BufferEncoding, done: (cause?: Error | null) => void): void {
    if (this.#socket.destroyed) done(new Error("closed"));
    else this.#socket.write(part, done);
  }

  override _final(done: (cause?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(cause: Error | null, done: (cause?: Error | null) => void): void {
    this.#socket.destroy();
    done(cause);
  }
}
