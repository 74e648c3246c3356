import { BUCKET_IDS } from "./layout.ts";

// The ids of one bucket that have a token: runs of 16-bit numbers, or a bitmap where that is shorter.
//
//   runs    for one id its offset in the bucket (14 bits); for neighbours that with the highest bit set, then length − 1
//   bitmap  always 2 048 bytes; runs are always fewer
//
// All numbers are little-endian.

const BITMAP_BYTES = BUCKET_IDS / 8;
const WORDS = BUCKET_IDS / 32;
const RUN = 0x8000;

/** A set of offsets within one bucket. */
export type Bits = Uint32Array;

export function noBits(): Bits {
  return new Uint32Array(WORDS);
}

/** Keeps in `bits` what is in `others` too. */
export function intersect(bits: Bits, others: Bits): void {
  for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] ?? 0) & (others[i] ?? 0);
}

export function isEmpty(bits: Bits): boolean {
  return bits.every((word) => word === 0);
}

/** Adds `others` to `bits`. */
export function unite(bits: Bits, others: Bits): void {
  for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] ?? 0) | (others[i] ?? 0);
}

export function addBit(bits: Bits, offset: number): void {
  bits[offset >>> 5] = (bits[offset >>> 5] ?? 0) | (1 << (offset & 31));
}

/** Sets `length` neighbouring bits. */
function addRun(bits: Bits, start: number, length: number): void {
  let at = start;
  const end = start + length;
  while (at < end && at % 32 !== 0) addBit(bits, at++);
  for (; at + 32 <= end; at += 32) bits[at >>> 5] = 0xffffffff;
  while (at < end) addBit(bits, at++);
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
  for (let i = from >>> 5; i < WORDS; i++) {
    let word = bits[i] ?? 0;
    if (i === from >>> 5) word &= -1 << (from & 31);
    while (word !== 0) {
      offsets.push(i * 32 + 31 - Math.clz32(word & -word));
      word &= word - 1;
    }
  }
  return offsets;
}

const scratch: Buffer = Buffer.alloc(BITMAP_BYTES + 4);

/** Encodes `count` rising offsets from `start` on. */
export function encodePosting(offsets: Uint16Array, start: number, count: number): Buffer {
  let used = 0;
  const end = start + count;
  for (let i = start; i < end; ) {
    const first = offsets[i] ?? 0;
    let next = i + 1;
    while (next < end && offsets[next] === first + next - i) next++;
    const length = next - i;
    scratch.writeUInt16LE(length === 1 ? first : first | RUN, used);
    used += 2;
    if (length > 1) {
      scratch.writeUInt16LE(length - 1, used);
      used += 2;
    }
    if (used >= BITMAP_BYTES) return bitmapOf(offsets, start, count);
    i = next;
  }
  return Buffer.from(scratch.subarray(0, used));
}

function bitmapOf(offsets: Uint16Array, start: number, count: number): Buffer {
  const bits = noBits();
  for (let i = start; i < start + count; i++) addBit(bits, offsets[i] ?? 0);
  return Buffer.from(bits.buffer);
}

/** Adds the offsets of a posting to `bits`. */
export function addPosting(bits: Bits, bytes: Buffer): void {
  if (bytes.length === BITMAP_BYTES) {
    for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] ?? 0) | bytes.readUInt32LE(4 * i);
    return;
  }
  for (let at = 0; at < bytes.length; at += 2) {
    const word = bytes.readUInt16LE(at);
    if ((word & RUN) === 0) {
      addBit(bits, word);
    } else {
      at += 2;
      addRun(bits, word & (BUCKET_IDS - 1), bytes.readUInt16LE(at) + 1);
    }
  }
}

export function encodeBits(bits: Bits): Buffer {
  const offsets = Uint16Array.from(offsetsIn(bits, 0));
  return encodePosting(offsets, 0, offsets.length);
}
