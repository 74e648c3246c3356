import { type FileSystem, type OpenFile, readFully } from "../../log/index.ts";
import type { Frame, FrameSource } from "./index-db/frames.ts";
import { checkFrame, keyOfFrame, readFrameHeader, wholeFrameBytes } from "./value-frame.ts";

const WINDOW_BYTES = 1024 * 1024;

/** No value comes near it: who meets a longer frame reads a damaged length. */
const MAX_WINDOW_BYTES = 64 * WINDOW_BYTES;

/** Reads the values file front to back, in another thread or another process than its writer, in constant memory. */
export class ValuesReader implements FrameSource {
  readonly #file: OpenFile;
  #window: Buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);

  constructor(files: FileSystem, path: string) {
    this.#file = files.open(path, "read");
  }

  /**
   * The frames of `[from, to)`; both are where frames begin or end. The value of one is overwritten once the next one is
   * asked for.
   *
   * @throws LedgerFault LEDGER_VALUES_DAMAGED
   */
  *frames(from: number, to: number): Generator<Frame> {
    for (let start = from; start < to; ) {
      const window = this.#read(start, to);
      let at = 0;
      while (wholeFrameBytes(window, at) !== undefined) {
        const length = checkFrame(window, at, start + at);
        at += length;
        yield frameOf(window.subarray(at - length, at), start + at);
      }
      start += at;
      if (at === 0) this.#enlarge(window, start, to);
    }
  }

  tail(offset: number, length: number): Uint8Array {
    const start = Math.max(0, offset - length);
    const bytes = new Uint8Array(offset - start);
    return bytes.subarray(0, readFully(this.#file, bytes, start));
  }

  close(): void {
    this.#file.close();
  }

  #read(start: number, to: number): Buffer {
    const window = this.#window.subarray(0, Math.min(this.#window.length, to - start));
    return window.subarray(0, readFully(this.#file, window, start));
  }

  /** For a frame that is longer than the window; one that is not there as a whole is damaged. */
  #enlarge(window: Buffer, start: number, to: number): void {
    const isAll = window.length < this.#window.length || start + window.length >= to;
    if (isAll || window.length >= MAX_WINDOW_BYTES) checkFrame(window, 0, start);
    this.#window = Buffer.allocUnsafeSlow(2 * this.#window.length);
  }
}

function frameOf(bytes: Buffer, next: number): Frame {
  const header = readFrameHeader(bytes, 0);
  return {
    key: keyOfFrame(bytes, 0, header),
    value: bytes.subarray(bytes.length - header.valueBytes),
    index: header.index,
    first: header.previous === 0,
    next,
  };
}
