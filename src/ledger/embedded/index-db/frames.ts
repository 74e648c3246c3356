/** One version of a value, as the values file has it. */
export type Frame = {
  readonly key: string;
  /** What was read of the file; it stays as it is. The value is `[start, end)` of it. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Where the frame begins in the file. */
  readonly offset: number;
  /** Log index of the entry that made it. */
  readonly index: number;
  /** Whether it is the first version of its key. */
  readonly first: boolean;
  /** Where the frame of the version before begins; 0 for the first one. */
  readonly previous: number;
  /** Where the next frame begins in the file. */
  readonly next: number;
};

/** The values file, to read on from where the index stopped. Bytes below the offset that was committed never change. */
export interface FrameSource {
  /** The frames of `[from, to)`, which are whole. */
  frames(from: number, to: number): Iterable<Frame>;
  /** The frame that begins at `offset`; its bytes stay until the next call. */
  frameAt(offset: number): Frame;
  /** Up to `length` bytes that end at `offset`; fewer where the file is shorter. Tells one file from another. */
  tail(offset: number, length: number): Uint8Array;
  close(): void;
}
