import { concat } from "../../core/index.ts";

// A message of the engine's socket is `uvarint(length) ‖ protobuf`, in both directions.

/** More than any block with all its votes; what claims to be longer is no message of the engine. */
export const MAX_MESSAGE_BYTES: number = 64 * 1024 * 1024;

const MAX_LENGTH_BYTES = 5;

/** A message with its length before it. */
export function frame(message: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = message.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest % 128) | 128);
    if (rest < 128) break;
  }
  return concat(Uint8Array.from(length), message);
}

/** Cuts a stream of bytes into messages, wherever its pieces end. */
export class FrameReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes that are needed before it is worth looking again. */
  #wanted = 1;

  /**
   * Takes the next piece of the stream. Each message is a copy of its own: what was decoded of it may be kept.
   *
   * @throws RangeError when it is no stream of messages
   */
  *take(piece: Uint8Array): Generator<Uint8Array> {
    this.#parts.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < this.#wanted) return;
    let rest = concat(...this.#parts);
    for (;;) {
      const head = readLength(rest);
      const end = head === undefined ? undefined : head.start + head.length;
      if (end === undefined || end > rest.length) {
        this.#parts = [rest];
        this.#bytes = rest.length;
        this.#wanted = end ?? rest.length + 1;
        return;
      }
      yield rest.slice(head?.start, end);
      rest = rest.subarray(end);
    }
  }
}

/** `undefined` while the length itself is not whole. */
function readLength(
  bytes: Uint8Array,
): { readonly start: number; readonly length: number } | undefined {
  let length = 0;
  for (const [i, byte] of bytes.subarray(0, MAX_LENGTH_BYTES).entries()) {
    length += (byte & 127) * 128 ** i;
    if (byte < 128) {
      if (length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} bytes`);
      return { start: i + 1, length };
    }
  }
  if (bytes.length >= MAX_LENGTH_BYTES) throw new RangeError("a message without a length");
  return undefined;
}
