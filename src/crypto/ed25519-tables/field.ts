import { instantiate } from "../wasm.ts";
import {
  bitsOf,
  ELEMENT_BYTES,
  type FieldModule,
  FREE_FROM,
  fieldModule,
  LANES,
  LIMBS,
} from "./field-module.ts";

const PAGE_BYTES = 65_536;
const VECTOR_BYTES = 16;

// What `invert` goes by: a^(2^n − 1) for these n, each made of two before it, since a^(2^(m + n) − 1) is the first one squared
// n times, times the second.
const ONES: readonly (readonly [m: number, n: number])[] = [
  ...([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 5],
    [10, 10],
  ] as const),
  ...([
    [20, 5],
    [25, 25],
    [50, 50],
    [100, 25],
    [125, 125],
  ] as const),
];

/**
 * The arithmetic of `field-module.ts`, and its memory, which is taken piece by piece and never given back. An address is that
 * of four elements; whoever computes keeps to the sizes of limbs that the module asks for.
 */
export class Field {
  readonly multiply: FieldModule["multiply"];
  readonly add: FieldModule["add"];
  readonly subtract: FieldModule["subtract"];
  readonly accumulate: FieldModule["accumulate"];
  readonly #memory: FieldModule["memory"];
  #words: Uint32Array;
  #free = FREE_FROM;
  readonly #powers: readonly number[];
  readonly #eighth: number;
  readonly #rest: number;

  constructor() {
    const module = instantiate(fieldModule(1)) as FieldModule;
    this.#memory = module.memory;
    this.#words = new Uint32Array(module.memory.buffer);
    this.multiply = module.multiply;
    this.add = module.add;
    this.subtract = module.subtract;
    this.accumulate = module.accumulate;
    this.#powers = ONES.map(() => this.take(ELEMENT_BYTES));
    this.#eighth = this.take(ELEMENT_BYTES);
    this.#rest = this.take(ELEMENT_BYTES);
  }

  /** All of the memory, as words; another array after each {@link Field.take}. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** Takes so many bytes; a vector that is read at the last of them is within the memory. @returns their address */
  take(bytes: number): number {
    const address = this.#free;
    this.#free += Math.ceil(bytes / VECTOR_BYTES) * VECTOR_BYTES;
    const missing = this.#free + VECTOR_BYTES - this.#words.byteLength;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
      this.#words = new Uint32Array(this.#memory.buffer);
    }
    return address;
  }

  /** Writes an element below 2^255. */
  put(address: number, lane: number, element: bigint): void {
    let rest = element;
    for (let limb = 0; limb < LIMBS; limb++) {
      const bits = BigInt(bitsOf(limb));
      this.#words[address / 4 + LANES * limb + lane] = Number(rest & ((1n << bits) - 1n));
      rest >>= bits;
    }
  }

  /** Writes the same element in all lanes. */
  fill(address: number, element: bigint): void {
    for (let lane = 0; lane < LANES; lane++) this.put(address, lane, element);
  }

  copy(to: number, from: number): void {
    this.#words.copyWithin(to / 4, from / 4, (from + ELEMENT_BYTES) / 4);
  }

  /** out = a^(p − 2), which is the inverse of what is not 0. `out` is another place than `a`. */
  invert(out: number, a: number): void {
    const ones = new Map([[1, a]]);
    const power = (n: number): number => ones.get(n) as number;
    for (const [i, [m, n]] of ONES.entries()) {
      const to = this.#powers[i] as number;
      this.#square(to, power(m), n);
      this.multiply(to, to, power(n));
      ones.set(m + n, to);
    }
    // p − 2 in binary: 250 ones, then 01011, which is 8 + 3.
    this.#square(out, power(250), 5);
    this.#square(this.#eighth, a, 3);
    this.multiply(out, out, this.#eighth);
    this.multiply(out, out, power(2));
  }

  /**
   * Writes the inverses of many elements, none of which is 0, with one inversion: out(i) = a(i)^−1 for each i below `count`.
   * The inverse of all of them multiplied, times all but the last, is the inverse of the last one, and so on.
   */
  invertEach(count: number, out: (i: number) => number, a: (i: number) => number): void {
    this.copy(out(0), a(0));
    for (let i = 1; i < count; i++) this.multiply(out(i), out(i - 1), a(i));
    this.invert(this.#rest, out(count - 1));
    for (let i = count - 1; i > 0; i--) {
      this.multiply(out(i), this.#rest, out(i - 1));
      this.multiply(this.#rest, this.#rest, a(i));
    }
    this.copy(out(0), this.#rest);
  }

  #square(out: number, a: number, times: number): void {
    this.multiply(out, a, a);
    for (let i = 1; i < times; i++) this.multiply(out, out, out);
  }

  /** Writes the 32 bytes of a tight element, below p, the least significant first. RFC 8032 §5.1.2 */
  encode(address: number, lane: number, out: Uint8Array): void {
    const words = this.#words;
    for (let limb = 0; limb < LIMBS; limb++) {
      limbs[limb] = words[address / 4 + LANES * limb + lane] as number;
    }
    // Twice, since the first time what leaves the last limb may fill the first one up.
    carryThrough(limbs, 19);
    carryThrough(limbs, 19);
    // Below 2^255 now. It is p or more if 19 more of it leave the last limb.
    more.set(limbs);
    more[0] = (more[0] as number) + 19;
    pack(carryThrough(more, 0) === 1 ? more : limbs, out);
  }
}

// What `encode` works with.
const limbs = new Uint32Array(LIMBS);
const more = new Uint32Array(LIMBS);

/** Leaves each limb its bits. @returns what left the last one, after adding so many `times` of it to the first */
function carryThrough(limbs: Uint32Array, times: number): number {
  let carried = 0;
  for (let limb = 0; limb < LIMBS; limb++) {
    const sum = (limbs[limb] as number) + carried;
    const bits = bitsOf(limb);
    carried = sum >>> bits;
    limbs[limb] = sum & ((1 << bits) - 1);
  }
  limbs[0] = (limbs[0] as number) + times * carried;
  return carried;
}

/** The bits of all limbs, one behind the other. */
function pack(limbs: Uint32Array, out: Uint8Array): void {
  let at = 0;
  let held = 0;
  let heldBits = 0;
  for (let limb = 0; limb < LIMBS; limb++) {
    let rest = limbs[limb] as number;
    out[at++] = held | (rest << heldBits);
    rest >>>= 8 - heldBits;
    let bits = bitsOf(limb) - (8 - heldBits);
    for (; bits >= 8; bits -= 8) {
      out[at++] = rest;
      rest >>>= 8;
    }
    [held, heldBits] = [rest, bits];
  }
  out[at] = held;
}
