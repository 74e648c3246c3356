import { type FileSystem, type OpenFile, readFully } from "../../log/index.ts";
import type { Frame, FrameSource } from "./index-db/frames.ts";
import { checkFrame, keyOfFrame, readFrameHeader, wholeFrameBytes } from "./value-frame.ts";

const WINDOW_BYTES = 1024 * 1024;

/** No value comes near it: who meets a longer frame reads a damaged length. */
const MAX_WINDOW_BYTES = 64 * WINDOW_BYTES;

/** Reads the values file front to back, in another thread or another process than its writer, in constant memory. */
export class ValuesReader implements FrameSource {
  readonly #file: OpenFile;
  #windowBytes = WINDOW_BYTES;

  constructor(files: FileSystem, path: string) {
    this.#file = files.open(path, "read");
  }

  /**
   * The frames of `[from, to)`; both are where frames begin or end. What a frame gives of the file stays as it is.
   *
   * @throws LedgerFault LEDGER_VALUES_DAMAGED
   */
  *frames(from: number, to: number): Generator<Frame> {
    for (let start = from; start < to; ) {
      const window = this.#read(start, to);
      let at = 0;
      while (wholeFrameBytes(window, at) !== undefined) {
        const end = at + checkFrame(window, at, start + at);
        yield frameOf(window, at, end, start + end);
        at = end;
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
    const window = Buffer.allocUnsafeSlow(Math.min(this.#windowBytes, to - start));
    return window.subarray(0, readFully(this.#file, window, start));
  }

  /** For a frame that is longer than the window; one that is not there as a whole is damaged. */
  #enlarge(window: Buffer, start: number, to: number): void {
    const isAll = window.length < this.#windowBytes || start + window.length >= to;
    if (isAll || window.length >= MAX_WINDOW_BYTES) checkFrame(window, 0, start);
    this.#windowBytes *= 2;
  }
}

function frameOf(bytes: Buffer, at: number, end: number, next: number): Frame {
  const header = readFrameHeader(bytes, at);
  const key = keyOfFrame(bytes, at, header);
  const { index, previous } = header;
  return { key, bytes, start: end - header.valueBytes, end, index, first: previous === 0, next };
}
