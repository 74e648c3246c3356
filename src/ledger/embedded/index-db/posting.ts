import { BUCKET_IDS, CHUNK_IDS } from "./layout.ts";

// The ids of one bucket that have a token: a segment for each chunk that has some, one behind the other in any order. A
// segment is a head (chunk × 1 024 + bytes that follow), then runs of 16-bit numbers, or a bitmap where that is shorter:
//
//   runs    for one id its offset in the chunk (12 bits); for neighbours that with the highest bit set, then length − 1
//   bitmap  always 512 bytes; runs are always fewer
//
// The highest bit of a head says that these ids have the token no longer. What comes later in a posting, or in a later
// run, holds.
//
// All numbers are little-endian and of 16 bits.

const WORDS = BUCKET_IDS / 32;
const BITMAP_BYTES = CHUNK_IDS / 8;
const CHUNK_WORDS = CHUNK_IDS / 32;
const HEAD_BYTES = 2;
const HEAD_CHUNK = 1024;
const RUN = 0x8000;
const LOST = 0x8000;

/** A set of offsets within one bucket. */
export type Bits = Uint32Array;

export function noBits(): Bits {
  return new Uint32Array(WORDS);
}

export function addBit(bits: Bits, offset: number): void {
  bits[offset >>> 5] = (bits[offset >>> 5] ?? 0) | (1 << (offset & 31));
}

export function isEmpty(bits: Bits): boolean {
  return bits.every((word) => word === 0);
}

/** Adds `others` to `bits`. */
export function unite(bits: Bits, others: Bits): void {
  for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] ?? 0) | (others[i] ?? 0);
}

/** Takes `others` out of `bits`. */
function subtract(bits: Bits, others: Bits): void {
  for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] ?? 0) & ~(others[i] ?? 0);
}

/** Keeps in `bits` what is in `others` too. */
export function intersect(bits: Bits, others: Bits): void {
  for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] ?? 0) & (others[i] ?? 0);
}

export function countBits(bits: Bits): number {
  let count = 0;
  for (const word of bits) {
    const pairs = word - ((word >>> 1) & 0x55555555);
    const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** The offsets from `from` on, in order. */
export function offsetsIn(bits: Bits, from: number): number[] {
  const offsets: number[] = [];
  for (let i = from >>> 5; i < bits.length; i++) {
    let word = bits[i] ?? 0;
    if (i === from >>> 5) word &= -1 << (from & 31);
    while (word !== 0) {
      offsets.push(i * 32 + 31 - Math.clz32(word & -word));
      word &= word - 1;
    }
  }
  return offsets;
}

/** Segments are encoded here, one after the other: never longer than this. */
export const segmentScratch: Buffer = Buffer.allocUnsafeSlow(HEAD_BYTES + BITMAP_BYTES + 4);

/**
 * Encodes the segment of a chunk into `segmentScratch`: the runs `[start, end)`, which rise and do not touch, each from
 * its first to its last offset within the chunk.
 *
 * @returns how many bytes it takes
 */
export function encodeSegment(
  chunk: number,
  firsts: Uint16Array,
  lasts: Uint16Array,
  start: number,
  end: number,
): number {
  let used = HEAD_BYTES;
  for (let i = start; i < end; i++) {
    const first = firsts[i] ?? 0;
    const more = (lasts[i] ?? 0) - first;
    used = putWord(more === 0 ? first : first | RUN, used);
    if (more > 0) used = putWord(more, used);
    if (used >= HEAD_BYTES + BITMAP_BYTES) {
      writeBitmap(firsts, lasts, start, end);
      used = HEAD_BYTES + BITMAP_BYTES;
      break;
    }
  }
  putWord(chunk * HEAD_CHUNK + used - HEAD_BYTES, 0);
  return used;
}

function putWord(word: number, at: number): number {
  segmentScratch[at] = word & 0xff;
  segmentScratch[at + 1] = word >>> 8;
  return at + 2;
}

function writeBitmap(firsts: Uint16Array, lasts: Uint16Array, start: number, end: number): void {
  segmentScratch.fill(0, HEAD_BYTES);
  for (let i = start; i < end; i++) {
    const last = lasts[i] ?? 0;
    for (let offset = firsts[i] ?? 0; offset <= last; offset++) {
      const at = HEAD_BYTES + (offset >>> 3);
      segmentScratch[at] = (segmentScratch[at] ?? 0) | (1 << (offset & 7));
    }
  }
}

export function encodeBits(bits: Bits): Buffer {
  return encodeOffsets(offsetsIn(bits, 0));
}

/** Encodes which rising offsets of a bucket lost a token, and which came to have it; none did both. */
export function encodeChange(lost: readonly number[], gained: readonly number[]): Buffer {
  return Buffer.concat([encodeOffsets(lost, LOST), encodeOffsets(gained)]);
}

/** Encodes rising offsets within a bucket; `mark` is added to the head of each segment. */
export function encodeOffsets(offsets: readonly number[], mark = 0): Buffer {
  const segments: Buffer[] = [];
  for (let start = 0; start < offsets.length; ) {
    const chunk = Math.floor((offsets[start] ?? 0) / CHUNK_IDS);
    const base = chunk * CHUNK_IDS;
    let end = start + 1;
    while (end < offsets.length && (offsets[end] ?? 0) < base + CHUNK_IDS) end++;
    const { firsts, lasts } = neighbours(offsets.slice(start, end), base);
    const length = encodeSegment(chunk, firsts, lasts, 0, firsts.length);
    const segment = Buffer.from(segmentScratch.subarray(0, length));
    segment.writeUInt16LE(segment.readUInt16LE(0) | mark, 0);
    segments.push(segment);
    start = end;
  }
  return Buffer.concat(segments);
}

/** Rising offsets as runs, counted from `base`. */
function neighbours(
  offsets: readonly number[],
  base: number,
): { readonly firsts: Uint16Array; readonly lasts: Uint16Array } {
  const firsts: number[] = [];
  const lasts: number[] = [];
  for (const offset of offsets) {
    const at = offset - base;
    if (lasts.at(-1) === at - 1) lasts[lasts.length - 1] = at;
    else lasts[firsts.push(at) - 1] = at;
  }
  return { firsts: Uint16Array.from(firsts), lasts: Uint16Array.from(lasts) };
}

/** Twice what a posting takes at most if each chunk has one segment: encoding anew costs more than some room. */
const MAX_BYTES = 2 * (BUCKET_IDS / CHUNK_IDS) * (HEAD_BYTES + BITMAP_BYTES);

/**
 * A posting that grew by parts, in less room if it takes far more than it could, or if parts of it were lost.
 *
 * @param isFirst nothing stands before it that could be lost: what is lost need not be remembered
 */
export function compactPosting(posting: Buffer, isFirst: boolean): Buffer {
  const wasLost = hasLost(posting);
  if (posting.length <= MAX_BYTES && !wasLost) return posting;
  const bits = noBits();
  addPosting(bits, posting);
  if (isFirst || !wasLost) return encodeBits(bits);
  // Of all records, those that are left out were lost, and not gained since.
  const kept = noBits().fill(0xffffffff);
  addPosting(kept, posting);
  return encodeChange(
    offsetsIn(
      kept.map((word) => ~word),
      0,
    ),
    offsetsIn(bits, 0),
  );
}

function chunkIn(head: number): number {
  return Math.floor((head & ~LOST) / HEAD_CHUNK);
}

/** Whether it says that records lost the token: then it must be read together with what stands before it. */
export function hasLost(posting: Buffer): boolean {
  for (let at = 0; at < posting.length; ) {
    const head = posting.readUInt16LE(at);
    if ((head & LOST) !== 0) return true;
    at += HEAD_BYTES + (head % HEAD_CHUNK);
  }
  return false;
}

/** Adds the offsets of a posting to `bits`, and takes out those that it says were lost. */
export function addPosting(bits: Bits, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    const head = bytes.readUInt16LE(at);
    const start = at + HEAD_BYTES;
    at = start + (head % HEAD_CHUNK);
    if ((head & LOST) === 0) {
      addSegment(bits, chunkIn(head), bytes, start, at);
    } else {
      const lost = noBits();
      addSegment(lost, chunkIn(head), bytes, start, at);
      subtract(bits, lost);
    }
  }
}

function addSegment(bits: Bits, chunk: number, bytes: Buffer, start: number, end: number): void {
  if (end - start === BITMAP_BYTES) {
    const word = chunk * CHUNK_WORDS;
    for (let i = 0; i < CHUNK_WORDS; i++) {
      bits[word + i] = (bits[word + i] ?? 0) | bytes.readUInt32LE(start + 4 * i);
    }
    return;
  }
  for (let at = start; at < end; at += 2) {
    const number = bytes.readUInt16LE(at);
    const offset = chunk * CHUNK_IDS + (number & (CHUNK_IDS - 1));
    if ((number & RUN) === 0) {
      addBit(bits, offset);
    } else {
      at += 2;
      addRun(bits, offset, bytes.readUInt16LE(at) + 1);
    }
  }
}

/** Sets `length` neighbouring bits. */
function addRun(bits: Bits, start: number, length: number): void {
  let at = start;
  const end = start + length;
  while (at < end && at % 32 !== 0) addBit(bits, at++);
  for (; at + 32 <= end; at += 32) bits[at >>> 5] = 0xffffffff;
  while (at < end) addBit(bits, at++);
}
