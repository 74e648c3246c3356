import type { Crypto } from "./contract.ts";
import { sha256Into } from "./node-sha256.ts";
import { lanesModule } from "./sha256-lanes-module.ts";
import { instantiate } from "./wasm.ts";

// One call of the platform's SHA-256 takes longer than the hash of a tree node itself. So many messages are hashed four
// at a time by a module of our own (docs/adr/0032-sha-256-in-lanes.md), which spares the calls.

type Lanes = {
  readonly memory: { readonly buffer: ArrayBuffer };
  start(state: number): void;
  compress(state: number, a: number, b: number, c: number, d: number): void;
  finish(state: number, out: number): void;
};

const lanes = instantiate(lanesModule()) as Lanes;
const memory = new Uint8Array(lanes.memory.buffer);

const LANES = 4;
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
/** What the padding adds at least: one bit, and the length in 64 bits. */
const PADDING_BYTES = 9;

/** Longer ones are worth a call of the platform's. */
const MAX_LANE_MESSAGE_BYTES = 4096;
const MAX_LANE_BLOCKS = blocksOf(MAX_LANE_MESSAGE_BYTES);

// The memory: state, digests, what each lane hashes, then rows.
const STATE = 0;
const DIGESTS = 128;
const FIRST_LANE = 256;
const LANE_BYTES = MAX_LANE_BLOCKS * BLOCK_BYTES;
const ROWS = FIRST_LANE + LANES * LANE_BYTES;
const MAX_ROWS_BYTES = memory.length - ROWS;

function blocksOf(bytes: number): number {
  return Math.ceil((bytes + PADDING_BYTES) / BLOCK_BYTES);
}

const digests = memory.subarray(DIGESTS, DIGESTS + LANES * HASH_BYTES);

const laneAt = (lane: number): number => FIRST_LANE + lane * LANE_BYTES;

export const sha256Rows: Crypto["sha256Rows"] = (out, input, { start, stride, length, count }) => {
  const tail = length % BLOCK_BYTES;
  const inPlace = length - tail;
  for (let lane = 0; lane < LANES; lane++) pad(laneAt(lane), tail, length);
  const rowsAtOnce = LANES * Math.floor(MAX_ROWS_BYTES / stride / LANES);
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - first);
    const from = start + first * stride;
    memory.set(input.subarray(from, from + (rows - 1) * stride + length), ROWS);
    for (let row = 0; row < rows; row += LANES) {
      hashRows(row, rows, stride, inPlace, tail);
      take(out, HASH_BYTES * (first + row), Math.min(LANES, rows - row));
    }
  }
};

/** Hashes up to four rows: whole blocks where they lie, the rest of each from its lane, which is padded already. */
function hashRows(row: number, rows: number, stride: number, inPlace: number, tail: number): void {
  const last = rows - 1;
  const a = ROWS + row * stride;
  const b = ROWS + Math.min(row + 1, last) * stride;
  const c = ROWS + Math.min(row + 2, last) * stride;
  const d = ROWS + Math.min(row + 3, last) * stride;
  lanes.start(STATE);
  for (let at = 0; at < inPlace; at += BLOCK_BYTES) {
    lanes.compress(STATE, a + at, b + at, c + at, d + at);
  }
  for (let i = 0; i < tail; i++) {
    memory[FIRST_LANE + i] = memory[a + inPlace + i] as number;
    memory[FIRST_LANE + LANE_BYTES + i] = memory[b + inPlace + i] as number;
    memory[FIRST_LANE + 2 * LANE_BYTES + i] = memory[c + inPlace + i] as number;
    memory[FIRST_LANE + 3 * LANE_BYTES + i] = memory[d + inPlace + i] as number;
  }
  compressLanes(blocksOf(tail));
  lanes.finish(STATE, DIGESTS);
}

export const sha256Each: Crypto["sha256Each"] = (inputs, prefix) => {
  const before = prefix === undefined ? [] : [prefix];
  const out = new Uint8Array(HASH_BYTES * inputs.length);
  // Messages of as many blocks go together.
  const alike: number[][] = [];
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i] as Uint8Array;
    const length = before.length + input.length;
    if (length > MAX_LANE_MESSAGE_BYTES) {
      hashLong(out, i, input, before);
      continue;
    }
    const blocks = blocksOf(length);
    const group = alike[blocks] ?? [];
    alike[blocks] = group;
    group.push(i);
    if (group.length < LANES) continue;
    hashGroup(out, inputs, group, blocks, before);
    group.length = 0;
  }
  alike.forEach((group, blocks) => {
    if (group.length > 0) hashGroup(out, inputs, group, blocks, before);
  });
  return out;
};

/** Hashes up to four messages; lanes without one hash what was there before, for nobody. */
function hashGroup(
  out: Uint8Array,
  inputs: readonly Uint8Array[],
  group: readonly number[],
  blocks: number,
  before: readonly number[],
): void {
  for (let lane = 0; lane < group.length; lane++) {
    const input = inputs[group[lane] as number] as Uint8Array;
    const at = laneAt(lane);
    if (before.length > 0) memory[at] = before[0] as number;
    memory.set(input, at + before.length);
    const length = before.length + input.length;
    pad(at, length, length);
  }
  lanes.start(STATE);
  compressLanes(blocks);
  lanes.finish(STATE, DIGESTS);
  for (let lane = 0; lane < group.length; lane++) {
    copyDigest(lane, out, HASH_BYTES * (group[lane] as number));
  }
}

export const sha256Texts: Crypto["sha256Texts"] = (texts, prefix) => {
  const before = prefix === undefined ? [] : [prefix];
  const out = new Uint8Array(HASH_BYTES * texts.length);
  // By the blocks that they take if they are ASCII, as nearly all are.
  const alike: number[][] = [];
  for (let i = 0; i < texts.length; i++) {
    const length = before.length + (texts[i] as string).length;
    if (length > MAX_LANE_MESSAGE_BYTES) {
      hashText(out, i, texts, before);
      continue;
    }
    const blocks = blocksOf(length);
    const group = alike[blocks] ?? [];
    alike[blocks] = group;
    group.push(i);
    if (group.length < LANES) continue;
    hashTexts(out, texts, group, blocks, before);
    group.length = 0;
  }
  alike.forEach((group, blocks) => {
    if (group.length > 0) hashTexts(out, texts, group, blocks, before);
  });
  return out;
};

/** Hashes up to four texts that take as many blocks if they are ASCII; the others by themselves. */
function hashTexts(
  out: Uint8Array,
  texts: readonly string[],
  group: readonly number[],
  blocks: number,
  before: readonly number[],
): void {
  let others = 0;
  for (let lane = 0; lane < group.length; lane++) {
    const at = laneAt(lane);
    if (before.length > 0) memory[at] = before[0] as number;
    const text = texts[group[lane] as number] as string;
    const length = before.length + text.length;
    if (writeAscii(text, at + before.length)) pad(at, length, length);
    else others |= 1 << lane;
  }
  lanes.start(STATE);
  compressLanes(blocks);
  lanes.finish(STATE, DIGESTS);
  for (let lane = 0; lane < group.length; lane++) {
    const i = group[lane] as number;
    if ((others & (1 << lane)) !== 0) hashText(out, i, texts, before);
    else copyDigest(lane, out, HASH_BYTES * i);
  }
}

/** @returns whether all of it is ASCII, and stands there now */
function writeAscii(text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    memory[at + i] = unit;
  }
  return true;
}

function hashText(
  out: Uint8Array,
  i: number,
  texts: readonly string[],
  before: readonly number[],
): void {
  hashLong(out, i, Buffer.from(texts[i] as string, "utf8"), before);
}

function hashLong(out: Uint8Array, i: number, input: Uint8Array, before: readonly number[]): void {
  const whole = before.length === 0 ? input : Buffer.concat([Uint8Array.from(before), input]);
  sha256Into(out, HASH_BYTES * i, whole);
}

function compressLanes(blocks: number): void {
  for (let at = FIRST_LANE; at < FIRST_LANE + blocks * BLOCK_BYTES; at += BLOCK_BYTES) {
    lanes.compress(STATE, at, at + LANE_BYTES, at + 2 * LANE_BYTES, at + 3 * LANE_BYTES);
  }
}

/** Pads the last `bytes` of a message of `length` bytes, which stand at `at`. FIPS 180-4 §5.1.1. */
function pad(at: number, bytes: number, length: number): void {
  const end = at + blocksOf(bytes) * BLOCK_BYTES;
  memory[at + bytes] = 0x80;
  for (let i = at + bytes + 1; i < end - 4; i++) memory[i] = 0;
  // Below 2^29 bytes, so that the length in bits takes four bytes at most.
  const bits = 8 * length;
  for (let i = 0; i < 4; i++) memory[end - 1 - i] = (bits >>> (8 * i)) & 0xff;
}

function take(out: Uint8Array, at: number, count: number): void {
  if (count === LANES) out.set(digests, at);
  else for (let lane = 0; lane < count; lane++) copyDigest(lane, out, at + HASH_BYTES * lane);
}

function copyDigest(lane: number, out: Uint8Array, at: number): void {
  const from = DIGESTS + HASH_BYTES * lane;
  for (let i = 0; i < HASH_BYTES; i++) out[at + i] = memory[from + i] as number;
}
