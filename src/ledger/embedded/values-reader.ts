import { type FileSystem, type OpenFile, readFully } from "../../log/index.ts";
import type { Frame, FrameSource } from "./index-db/frames.ts";
import {
  checkedHeader,
  checkSum,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  frameBytes,
  keyOfFrame,
  readFrameHeader,
  wholeHeader,
} from "./value-frame.ts";

const WINDOW_BYTES = 1024 * 1024;

/** Hardly any frame is longer. */
const FRAME_BYTES = 2048;

/** No value comes near it: who meets a longer frame reads a damaged length. */
const MAX_WINDOW_BYTES = 64 * WINDOW_BYTES;

/** Reads the values file front to back, in another thread or another process than its writer, in constant memory. */
export class ValuesReader implements FrameSource {
  readonly #file: OpenFile;
  readonly #scratch: Buffer = Buffer.allocUnsafeSlow(FRAME_BYTES);
  readonly #freshFrom: number;
  #windowBytes = WINDOW_BYTES;

  /** @param freshFrom what stands from there on was just written by this process: `frames` takes it without its sum */
  constructor(files: FileSystem, path: string, freshFrom: number = Number.POSITIVE_INFINITY) {
    this.#file = files.open(path, "read");
    this.#freshFrom = freshFrom;
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
      for (let header = wholeHeader(window, at); header !== undefined; ) {
        const end = at + frameBytes(header);
        // A sum takes as long as what is read of a frame for the index.
        if (start + at < this.#freshFrom) checkSum(window, at, end, start + at);
        yield frameOf(window, at, header, start);
        at = end;
        header = wholeHeader(window, at);
      }
      start += at;
      if (at === 0) this.#enlarge(window, start, to);
    }
  }

  /** @throws LedgerFault LEDGER_VALUES_DAMAGED */
  frameAt(offset: number): Frame {
    let bytes = this.#scratch.subarray(0, readFully(this.#file, this.#scratch, offset));
    if (wholeHeader(bytes, 0) === undefined) bytes = this.#wholeFrame(bytes, offset);
    checkedHeader(bytes, 0, offset);
    return frameOf(bytes, 0, readFrameHeader(bytes, 0), offset);
  }

  tail(offset: number, length: number): Uint8Array {
    const start = Math.max(0, offset - length);
    const bytes = new Uint8Array(offset - start);
    return bytes.subarray(0, readFully(this.#file, bytes, start));
  }

  close(): void {
    this.#file.close();
  }

  /** A frame that is longer than the scratch, as far as the file has it. */
  #wholeFrame(head: Buffer, offset: number): Buffer {
    if (head.length < FRAME_HEADER_BYTES) return head;
    const length = Math.min(frameBytes(readFrameHeader(head, 0)), MAX_WINDOW_BYTES);
    const whole = Buffer.allocUnsafeSlow(length);
    return whole.subarray(0, readFully(this.#file, whole, offset));
  }

  #read(start: number, to: number): Buffer {
    const window = Buffer.allocUnsafeSlow(Math.min(this.#windowBytes, to - start));
    return window.subarray(0, readFully(this.#file, window, start));
  }

  /** For a frame that is longer than the window; one that is not there as a whole is damaged. */
  #enlarge(window: Buffer, start: number, to: number): void {
    const isAll = window.length < this.#windowBytes || start + window.length >= to;
    if (isAll || window.length >= MAX_WINDOW_BYTES) checkedHeader(window, 0, start);
    this.#windowBytes *= 2;
  }
}

/** `base`: where the bytes begin in the file. */
function frameOf(bytes: Buffer, at: number, header: FrameHeader, base: number): Frame {
  const { index, previous, valueBytes } = header;
  const end = at + frameBytes(header);
  return {
    key: keyOfFrame(bytes, at, header),
    bytes,
    start: end - valueBytes,
    end,
    offset: base + at,
    index,
    first: previous === 0,
    previous,
    next: base + end,
  };
}
