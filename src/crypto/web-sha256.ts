import type { Crypto } from "./contract.ts";
import { joinForHashing } from "./join.ts";

// SHA-256 (FIPS 180-4, section 6.2) for browsers: their own is asynchronous, which no proof can wait for at each of its hashes, and a
// library's takes a tenth of the verifier's file.

const HASH_BYTES = 32;
const BLOCK_BYTES = 64;
const WORDS = 8;
const ROUNDS = 64;
/** One bit, and the length in 64 bits. */
const PADDING_BYTES = 9;

/** The first 32 bits of the fractional parts of the square and the cube roots of the first primes. */
const INITIAL = new Uint32Array(WORDS);
const CONSTANTS = new Uint32Array(ROUNDS);
for (let prime = 2, n = 0; n < ROUNDS; prime++) {
  let divisor = 2;
  while (prime % divisor !== 0) divisor++;
  if (divisor < prime) continue;
  if (n < WORDS) INITIAL[n] = fraction(prime ** (1 / 2));
  CONSTANTS[n++] = fraction(prime ** (1 / 3));
}

function fraction(root: number): number {
  return (root % 1) * 2 ** 32;
}

const schedule = new Uint32Array(ROUNDS);

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function digest(message: Uint8Array): Uint8Array {
  const { length } = message;
  const padded = new Uint8Array(Math.ceil((length + PADDING_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, length / 2 ** 29);
  view.setUint32(padded.length - 4, length << 3);
  const state = INITIAL.slice();
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) compress(state, view, at);
  const out = new DataView(new ArrayBuffer(HASH_BYTES));
  for (const [i, word] of state.entries()) out.setUint32(4 * i, word);
  return new Uint8Array(out.buffer);
}

function compress(state: Uint32Array, block: DataView, at: number): void {
  const word = (i: number): number => schedule[i] as number;
  for (let i = 0; i < ROUNDS; i++) {
    if (i < 16) {
      schedule[i] = block.getUint32(at + 4 * i);
      continue;
    }
    const [x, y] = [word(i - 15), word(i - 2)];
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    schedule[i] = word(i - 16) + s0 + word(i - 7) + s1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < ROUNDS; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + s1 + choice + (CONSTANTS[i] as number) + word(i)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + s0 + majority) | 0;
  }
  for (const [i, add] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] as number) + add;
}

export const sha256: Crypto["sha256"] = (...parts) => digest(joinForHashing(parts));

export const sha256Into: Crypto["sha256Into"] = (
  out,
  outOffset,
  input,
  start = 0,
  end = input.length,
) => out.set(digest(input.subarray(start, end)), outOffset);

export const sha256Rows: Crypto["sha256Rows"] = (out, input, { start, stride, length, count }) => {
  for (let i = 0; i < count; i++) {
    const from = start + i * stride;
    sha256Into(out, HASH_BYTES * i, input, from, from + length);
  }
};

export const sha256Each: Crypto["sha256Each"] = (inputs, prefix) => {
  const before = prefix === undefined ? [] : [Uint8Array.of(prefix)];
  const out = new Uint8Array(HASH_BYTES * inputs.length);
  for (const [i, input] of inputs.entries()) out.set(sha256(...before, input), HASH_BYTES * i);
  return out;
};

export const sha256Texts: Crypto["sha256Texts"] = (texts, prefix) =>
  sha256Each(
    texts.map((text) => encoder.encode(text)),
    prefix,
  );

// It exists in every runtime we support.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
const encoder = /* @__PURE__ */ new TextEncoder();
