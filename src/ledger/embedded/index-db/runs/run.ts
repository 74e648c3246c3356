// A run is a list of blocks in rising order of their keys, and never changes. What is taken in is written as a run of
// level 0; of eight runs of a level one of the next is made, and they are gone. So each entry is written a few times in
// long strokes, where a b-tree would touch one page for each; and there are never many runs to look into. A key that
// stands in several runs has the bytes of all of them, in the order in which they were taken in: higher levels first.

/** What a run says of one of its blocks. */
export type BlockEntry = {
  readonly first: number;
  readonly last: number;
  /** Row of the block; numbers are not given out twice while anybody has the database open. */
  readonly id: number;
  readonly bytes: number;
};

export type Run = {
  readonly id: number;
  readonly level: number;
  readonly blocks: readonly BlockEntry[];
};

const NUMBERS = 4;

export function encodeBlocks(blocks: readonly BlockEntry[]): Buffer {
  const numbers = new Float64Array(blocks.length * NUMBERS);
  for (const [i, { first, last, id, bytes }] of blocks.entries()) {
    numbers.set([first, last, id, bytes], i * NUMBERS);
  }
  return Buffer.from(numbers.buffer);
}

export function decodeBlocks(encoded: Buffer): BlockEntry[] {
  // A copy: typed arrays must begin where eight divides.
  const numbers = new Float64Array(new Uint8Array(encoded).buffer, 0, encoded.length / 8);
  return Array.from({ length: numbers.length / NUMBERS }, (_, i) => ({
    first: numbers[i * NUMBERS] ?? 0,
    last: numbers[i * NUMBERS + 1] ?? 0,
    id: numbers[i * NUMBERS + 2] ?? 0,
    bytes: numbers[i * NUMBERS + 3] ?? 0,
  }));
}
