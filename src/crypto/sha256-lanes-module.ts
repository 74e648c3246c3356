import {
  type Code,
  constant,
  constantI32,
  get,
  load,
  range,
  set,
  simd,
  store,
  transpose,
  V128,
  wasmModule,
} from "./wasm.ts";

// The WebAssembly module that hashes four messages at once: SHA-256 (FIPS 180-4 §6.2) in which each variable is a vector
// of four words, one of each message. It is put together here, instruction by instruction, because the 64 rounds differ in
// constants and names only. Exports:
//
//   memory                                     PAGES pages
//   start(state)                               the initial hash value, four times
//   compress(state, block0, …, block3)         takes the next 64 bytes of each message in
//   finish(state, out)                         the four digests, 32 bytes each
//
// `state` is 128 bytes: eight vectors. Pointers are byte offsets in memory and need not be aligned.

const PAGES = 2;
const LANES = 4;
const VECTOR_BYTES = 16;

const ADD = simd(0xae);
const XOR = simd(0x51);
const OR = simd(0x50);
const SELECT = simd(0x52);
const SHIFT_LEFT = simd(0xab);
const SHIFT_RIGHT = simd(0xad);

/** The words at `offset`, which stand there with their most significant byte first. */
function loadBigEndian(pointer: number, offset: number): Code {
  const swapped = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
  return [...load(pointer, offset), ...load(pointer, offset), ...simd(0x0d), ...swapped];
}

const rotate = (x: number, n: number): Code => [
  ...[...get(x), ...constantI32(n), ...SHIFT_RIGHT],
  ...[...get(x), ...constantI32(32 - n), ...SHIFT_LEFT],
  ...OR,
];
const shift = (x: number, n: number): Code => [...get(x), ...constantI32(n), ...SHIFT_RIGHT];

// Locals of `compress`: its parameters, then the working variables, the message schedule, and a few more.
const STATE = 0;
const BLOCKS = range(1, LANES);
const WORKING = range(5, 8);
const SCHEDULE = range(13, 16);
const SPARE = range(29, 4);
const SUM = 29;

function compress(): Code {
  const code: number[] = [];
  for (let at = 0; at < 16; at += LANES) {
    const rows = SCHEDULE.slice(at, at + LANES);
    for (const [lane, row] of rows.entries()) {
      code.push(...loadBigEndian(BLOCKS[lane] as number, 4 * at), ...set(row));
    }
    code.push(...transpose(rows, SPARE));
  }
  for (const [i, local] of WORKING.entries()) {
    code.push(...load(STATE, VECTOR_BYTES * i), ...set(local));
  }
  let working = WORKING;
  for (let round = 0; round < 64; round++) {
    if (round >= 16) code.push(...extend(round));
    code.push(...oneRound(round, working));
    // What was h holds the new a: the names move on by one, the values stay where they are.
    working = [...working.slice(7), ...working.slice(0, 7)];
  }
  for (const [i, local] of working.entries()) {
    const offset = VECTOR_BYTES * i;
    code.push(...get(STATE), ...load(STATE, offset), ...get(local), ...ADD, ...store(offset));
  }
  return code;
}

/** W[t] = σ1(W[t−2]) + W[t−7] + σ0(W[t−15]) + W[t−16], in the place of W[t−16]. */
function extend(round: number): Code {
  const word = (back: number): number => SCHEDULE[(round - back) & 15] as number;
  const [w2, w15] = [word(2), word(15)];
  return [
    ...get(word(16)),
    ...[...rotate(w15, 7), ...rotate(w15, 18), ...XOR, ...shift(w15, 3), ...XOR, ...ADD],
    ...[...get(word(7)), ...ADD],
    ...[...rotate(w2, 17), ...rotate(w2, 19), ...XOR, ...shift(w2, 10), ...XOR, ...ADD],
    ...set(word(16)),
  ];
}

function oneRound(round: number, working: readonly number[]): Code {
  const [a, b, c, d, e, f, g, h] = working as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ];
  return [
    // T1 = h + Σ1(e) + Ch(e, f, g) + K[t] + W[t]
    ...[...get(h), ...get(SCHEDULE[round & 15] as number), ...ADD],
    ...[...constant(roundConstant(round)), ...ADD],
    ...[...rotate(e, 6), ...rotate(e, 11), ...XOR, ...rotate(e, 25), ...XOR, ...ADD],
    ...[...get(f), ...get(g), ...get(e), ...SELECT, ...ADD, ...set(SUM)],
    ...[...get(d), ...get(SUM), ...ADD, ...set(d)],
    // h = T1 + Σ0(a) + Maj(a, b, c); where a and b differ, c decides
    ...get(SUM),
    ...[...rotate(a, 2), ...rotate(a, 13), ...XOR, ...rotate(a, 22), ...XOR, ...ADD],
    ...[...get(c), ...get(a), ...get(a), ...get(b), ...XOR, ...SELECT, ...ADD, ...set(h)],
  ];
}

function start(): Code {
  return PRIMES.slice(0, 8).flatMap((prime, i) => [
    ...get(0),
    ...constant(fraction(Math.sqrt(prime))),
    ...store(VECTOR_BYTES * i),
  ]);
}

/** Each half of a digest is four words: those of four messages, turned, are four halves. */
function finish(): Code {
  const [rows, spare] = [range(2, LANES), range(6, LANES)];
  return [0, 1].flatMap((half) => [
    ...rows.flatMap((row, i) => [
      ...loadBigEndian(0, VECTOR_BYTES * (LANES * half + i)),
      ...set(row),
    ]),
    ...transpose(rows, spare),
    ...rows.flatMap((row, lane) => [
      ...get(1),
      ...get(row),
      ...store(2 * VECTOR_BYTES * lane + VECTOR_BYTES * half),
    ]),
  ]);
}

const PRIMES = [
  ...[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89],
  ...[97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191],
  ...[193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281, 283],
  ...[293, 307, 311],
];

/** The first 32 bits behind the point. A double has more than enough of them for roots of small primes. */
function fraction(n: number): number {
  return Math.floor((n - Math.floor(n)) * 2 ** 32);
}

function roundConstant(round: number): number {
  return fraction(Math.cbrt(PRIMES[round] as number));
}

/** The module in WebAssembly's binary format. */
export function lanesModule(): Uint8Array {
  return wasmModule(PAGES, [
    { name: "start", parameters: 1, locals: [], code: start() },
    { name: "compress", parameters: 1 + LANES, locals: [[28, V128]], code: compress() },
    { name: "finish", parameters: 2, locals: [[8, V128]], code: finish() },
  ]);
}
