// The WebAssembly module that computes in GF(2^255 − 19) with four elements at once, and adds points of edwards25519
// (RFC 8032 §5.1). Exports, in which pointers are byte offsets in memory:
//
//   memory
//   multiply(out, a, b)     out = a·b
//   add(out, a, b)          out = a + b
//   subtract(out, a, b)     out = a − b
//   accumulate(point, at)   adds to each of four points an entry of a table: 12 addresses stand at `at`
//
// Four elements are ten vectors, limb after limb: limb i of all four stands in vector i. Limbs are not negative and weigh
// 2^0, 2^26, 2^51, 2^77, … as is usual where products have 64 bits: limbs with an even number have 26 bits, the others 25.
// How large a limb may be decides whether a sum of products still fits:
//
//   tight   below 2^26 + 2^13, 2^25 + 2^13     what `multiply` and tables give
//   loose   below 2^27.6, 2^26.6               what `add` and `subtract` of tight ones give; every b of `multiply`
//   wide    below 2^28.1, 2^27.1               `subtract` of a tight one of a loose one; every a of `multiply`
//
// Products grow with each limb, so test/crypto/ed25519-tables.test.ts multiplies the largest ones.

import {
  type Code,
  call,
  constant,
  constantI32,
  get,
  I32,
  load,
  loadI32,
  pick,
  range,
  set,
  simd,
  store,
  transpose,
  V128,
  type WasmFunction,
  wasmModule,
} from "../wasm.ts";

export const LANES = 4;
export const LIMBS = 10;
const VECTOR_BYTES = 16;
/** Four elements. */
export const ELEMENT_BYTES: number = LIMBS * VECTOR_BYTES;

/** Bits of a limb. */
export const bitsOf = (limb: number): number => (limb % 2 === 0 ? 26 : 25);

const MULTIPLY_LOW = simd(0xde);
const MULTIPLY_HIGH = simd(0xdf);
const ADD_64 = simd(0xce);
const SHIFT_LEFT_64 = simd(0xcb);
const SHIFT_RIGHT_64 = simd(0xcd);
const ADD_32 = simd(0xae);
const SUBTRACT_32 = simd(0xb1);
const MULTIPLY_32 = simd(0xb5);
const AND = simd(0x4e);

/** The same 64 bits in both halves of a vector. */
function constant64(value: bigint): Code {
  const bytes = range(0, 8).map((i) => Number((value >> BigInt(8 * i)) & 0xffn));
  return [...simd(0x0c), ...bytes, ...bytes];
}

const [OUT, A, B] = [0, 1, 2];

// Locals of `multiply`, all of them vectors: both factors, 19·b, 2·a where its number is odd, the ten sums of products of
// the first two and of the last two elements, and what is carried.
const LEFT = range(3, LIMBS);
const RIGHT = range(13, LIMBS);
const RIGHT_19 = range(23, LIMBS);
const LEFT_2 = range(33, LIMBS);
const LOW = range(43, LIMBS);
const HIGH = range(53, LIMBS);
const CARRIED = 63;

const at = (locals: readonly number[], i: number): number => locals[i] as number;

function multiply(): Code {
  const limbs = range(0, LIMBS);
  return [
    ...limbs.flatMap((i) => [
      ...[...load(A, VECTOR_BYTES * i), ...set(at(LEFT, i))],
      ...[...load(B, VECTOR_BYTES * i), ...set(at(RIGHT, i))],
      ...[...get(at(RIGHT, i)), ...constant(19), ...MULTIPLY_32, ...set(at(RIGHT_19, i))],
      ...[...get(at(LEFT, i)), ...get(at(LEFT, i)), ...ADD_32, ...set(at(LEFT_2, i))],
    ]),
    ...limbs.flatMap((k) => [
      ...sumOfProducts(k, MULTIPLY_LOW, at(LOW, k)),
      ...sumOfProducts(k, MULTIPLY_HIGH, at(HIGH, k)),
    ]),
    // Two chains of carries that hang on each other only where they meet.
    ...[0, 5, 1, 6, 2, 7, 3, 8, 4, 9, 5, 0].flatMap((k) => [...carry(LOW, k), ...carry(HIGH, k)]),
    ...limbs.flatMap((k) => [
      ...[...get(OUT), ...get(at(LOW, k)), ...get(at(HIGH, k))],
      ...[...pick([0, 0], [0, 2], [1, 0], [1, 2]), ...store(VECTOR_BYTES * k)],
    ]),
  ];
}

/**
 * Limb k of the product: all a[i]·b[j] with i + j = k, and 19 times those with i + j = k + 10, since 2^255 is 19. Two odd
 * limbs together weigh twice what limb i + j does.
 */
function sumOfProducts(k: number, multiplied: Code, sum: number): Code {
  const products = range(0, LIMBS).flatMap((i) => {
    const j = (k - i + LIMBS) % LIMBS;
    const left = i % 2 === 1 && j % 2 === 1 ? LEFT_2 : LEFT;
    const right = i + j >= LIMBS ? RIGHT_19 : RIGHT;
    return [
      ...[...get(at(left, i)), ...get(at(right, j)), ...multiplied],
      ...(i === 0 ? [] : ADD_64),
    ];
  });
  return [...products, ...set(sum)];
}

/** What is above the bits of limb k goes to the next one, of the last one 19 times to the first. */
function carry(sums: readonly number[], k: number): Code {
  const [from, to] = [at(sums, k), at(sums, (k + 1) % LIMBS)];
  const bits = bitsOf(k);
  const carried = get(CARRIED);
  const nineteenTimes = [
    ...[...carried, ...constantI32(4), ...SHIFT_LEFT_64, ...ADD_64],
    ...[...carried, ...constantI32(1), ...SHIFT_LEFT_64, ...ADD_64],
  ];
  return [
    ...[...get(from), ...constantI32(bits), ...SHIFT_RIGHT_64, ...set(CARRIED)],
    ...[...get(from), ...constant64((1n << BigInt(bits)) - 1n), ...AND, ...set(from)],
    ...[...get(to), ...carried, ...ADD_64],
    ...(k === LIMBS - 1 ? nineteenTimes : []),
    ...set(to),
  ];
}

function add(): Code {
  return range(0, LIMBS).flatMap((i) => {
    const offset = VECTOR_BYTES * i;
    return [...get(OUT), ...load(A, offset), ...load(B, offset), ...ADD_32, ...store(offset)];
  });
}

/** a + 2p − b, whose limbs are not negative where those of b are at most those of 2p. */
function subtract(): Code {
  return range(0, LIMBS).flatMap((i) => {
    const offset = VECTOR_BYTES * i;
    const twice = 2 * (2 ** bitsOf(i) - (i === 0 ? 19 : 1));
    return [
      ...[...get(OUT), ...load(A, offset), ...constant(twice), ...ADD_32],
      ...[...load(B, offset), ...SUBTRACT_32, ...store(offset)],
    ];
  });
}

const [MULTIPLY, ADD, SUBTRACT] = [0, 1, 2];

/** Where in memory `accumulate` keeps what it computes. */
const SCRATCH = range(0, 8).map((i) => i * ELEMENT_BYTES);
/** What is below this address is the module's. */
export const FREE_FROM: number = SCRATCH.length * ELEMENT_BYTES;

const [POINT, ADDRESSES] = [0, 1];
/** The coordinates of an entry: y + x, y − x, 2·d·x·y. */
const ENTRY_COORDINATES = 3;

/**
 * X, Y, Z, T of four points, in extended coordinates (x = X/Z, y = Y/Z, T = XY/Z), become those of the sums. The formulas
 * hold for any two points of the curve, equal ones and the neutral one too, since −1 is a square and d is none.
 *
 * @see RFC 8032 §5.1.4
 */
function accumulate(): Code {
  const [plus, minus, product, a, b, c, d, e] = SCRATCH as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ];
  const coordinate = (i: number): Code => [
    ...get(POINT),
    ...constantI32(i * ELEMENT_BYTES),
    0x6a, // i32.add
  ];
  const [x, y, z, t] = [0, 1, 2, 3].map(coordinate) as [Code, Code, Code, Code];
  const does = (operation: number, out: Code, left: Code, right: Code): Code => [
    ...[...out, ...left, ...right],
    ...call(operation),
  ];
  const [p, m, xy, ra, rb, rc, rd, re] = [plus, minus, product, a, b, c, d, e].map(constantI32) as [
    ...[Code, Code, Code, Code],
    ...[Code, Code, Code, Code],
  ];
  return [
    ...[plus, minus, product].flatMap((to, i) => gather(i, to)),
    ...does(SUBTRACT, ra, y, x),
    ...does(MULTIPLY, ra, ra, m),
    ...does(ADD, rb, y, x),
    ...does(MULTIPLY, rb, rb, p),
    ...does(MULTIPLY, rc, t, xy),
    ...does(ADD, rd, z, z),
    // E = B − A, H = B + A, F = D − C, G = D + C
    ...does(SUBTRACT, re, rb, ra),
    ...does(ADD, rb, rb, ra),
    ...does(SUBTRACT, ra, rd, rc),
    ...does(ADD, rd, rd, rc),
    ...does(MULTIPLY, x, ra, re),
    ...does(MULTIPLY, y, rd, rb),
    ...does(MULTIPLY, z, ra, rd),
    ...does(MULTIPLY, t, re, rb),
  ];
}

// Locals of `accumulate` behind its parameters: four addresses, and vectors to turn.
const FROM = range(2, LANES);
const ROWS = range(6, LANES);
const SPARE = range(10, LANES);

/** One coordinate of four entries, whose ten limbs stand one behind the other, becomes four elements. */
function gather(coordinate: number, to: number): Code {
  const code: number[] = [];
  for (const lane of range(0, LANES)) {
    const address = 4 * (LANES * coordinate + lane);
    code.push(...loadI32(ADDRESSES, address), ...set(at(FROM, lane)));
  }
  // The last four words are two limbs, and two of whatever follows.
  for (let limb = 0; limb < LIMBS; limb += LANES) {
    for (const lane of range(0, LANES)) {
      code.push(...load(at(FROM, lane), 4 * limb), ...set(at(ROWS, lane)));
    }
    code.push(...transpose(ROWS, SPARE));
    for (const i of range(0, Math.min(LANES, LIMBS - limb))) {
      code.push(...constantI32(to), ...get(at(ROWS, i)), ...store(VECTOR_BYTES * (limb + i)));
    }
  }
  return code;
}

/** Bytes of the addresses that `accumulate` takes: for each coordinate, those of four entries. */
export const ADDRESSES_BYTES: number = 4 * LANES * ENTRY_COORDINATES;

const FUNCTIONS: readonly WasmFunction[] = [
  { name: "multiply", parameters: 3, locals: [[61, V128]], code: multiply() },
  { name: "add", parameters: 3, locals: [], code: add() },
  { name: "subtract", parameters: 3, locals: [], code: subtract() },
  {
    name: "accumulate",
    parameters: 2,
    locals: [
      [LANES, I32],
      [2 * LANES, V128],
    ],
    code: accumulate(),
  },
];

/** What the module exports. */
export type FieldModule = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  multiply(out: number, a: number, b: number): void;
  add(out: number, a: number, b: number): void;
  subtract(out: number, a: number, b: number): void;
  accumulate(point: number, addresses: number): void;
};

/** The module in WebAssembly's binary format. */
export function fieldModule(pages: number): Uint8Array {
  return wasmModule(pages, FUNCTIONS);
}
