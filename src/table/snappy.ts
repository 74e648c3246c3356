/** What is looked up is where the same four bytes came last, in a table of so many places. */
const TABLE_BITS = 14;
const TABLE_SHIFT = 32 - TABLE_BITS;
/** Spreads four bytes over it: 2^32 through the golden ratio. */
const FACTOR = 0x9e3779b1;
const LEAST = 4;
const MOST_BACK = 0xffff;
/** Of a copy that is told in two bytes. */
const SHORT_LENGTH = 12;
const SHORT_BACK = 2048;
const MOST_LENGTH = 64;
/** After so many bytes that never came before one is passed over, then two: what looks random is. */
const PATIENCE_BITS = 5;
/** Up to so many bytes a loop takes less than a call of the platform. */
const FEW_BYTES = 48;

/** Where four bytes came last, plus one; of the page that is being compressed. */
const table = new Int32Array(2 ** TABLE_BITS);

/**
 * Compresses in the form of Snappy (github.com/google/snappy, format_description.txt). The library makes an object for each piece
 * that nothing like came before, and its code begins anew with each kind of page.
 */
export function snappyCompressed(input: Uint8Array): Uint8Array {
  const size = input.length;
  // Each piece has a head of at most five bytes, and a copy takes no more than what it stands for.
  const out = new Uint8Array(16 + size + Math.ceil(size / 6));
  let end = putLength(out, size);
  table.fill(0);
  let from = 0;
  let at = 0;
  let misses = 0;
  while (at + LEAST <= size) {
    const word = fourAt(input, at);
    const slot = Math.imul(word, FACTOR) >>> TABLE_SHIFT;
    const before = (table[slot] as number) - 1;
    table[slot] = at + 1;
    if (before < 0 || at - before > MOST_BACK || fourAt(input, before) !== word) {
      at += 1 + (misses >>> PATIENCE_BITS);
      misses += 1;
      continue;
    }
    let length = LEAST;
    while (at + length < size && input[at + length] === input[before + length]) length += 1;
    end = putLiteral(out, end, input, from, at);
    end = putCopy(out, end, at - before, length);
    at += length;
    from = at;
    misses = 0;
  }
  end = putLiteral(out, end, input, from, size);
  return out.subarray(0, end);
}

function fourAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function putLength(out: Uint8Array, length: number): number {
  let end = 0;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) out[end++] = (rest & 0x7f) | 0x80;
  out[end++] = rest;
  return end;
}

/** Bytes as they are. @returns where the next piece goes */
function putLiteral(
  out: Uint8Array,
  start: number,
  input: Uint8Array,
  from: number,
  to: number,
): number {
  const length = to - from;
  if (length === 0) return start;
  let end = start;
  const told = length - 1;
  if (told < 60) out[end++] = told << 2;
  else {
    const bytes = told < 0x100 ? 1 : told < 0x1_0000 ? 2 : told < 0x100_0000 ? 3 : 4;
    out[end++] = (59 + bytes) << 2;
    for (let i = 0; i < bytes; i++) out[end++] = told >>> (8 * i);
  }
  if (length > FEW_BYTES) out.set(input.subarray(from, to), end);
  else for (let i = from, j = end; i < to; i++, j++) out[j] = input[i] as number;
  return end + length;
}

/** Bytes that stand `back` before. @returns where the next piece goes */
function putCopy(out: Uint8Array, start: number, back: number, length: number): number {
  let end = start;
  let left = length;
  while (left > 0) {
    // What is left over is long enough to be told in two bytes.
    const part = left <= MOST_LENGTH ? left : Math.min(MOST_LENGTH, left - LEAST);
    if (part >= LEAST && part < SHORT_LENGTH && back < SHORT_BACK) {
      out[end++] = 1 | ((part - LEAST) << 2) | ((back >>> 8) << 5);
      out[end++] = back & 0xff;
    } else {
      out[end++] = 2 | ((part - 1) << 2);
      out[end++] = back & 0xff;
      out[end++] = back >>> 8;
    }
    left -= part;
  }
  return end;
}
