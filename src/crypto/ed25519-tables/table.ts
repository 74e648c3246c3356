import { D, doubled, modulo, type Point } from "./curve.ts";
import type { Field } from "./field.ts";
import { ADDRESSES_BYTES, ELEMENT_BYTES, LANES, LIMBS } from "./field-module.ts";
import { NeutralPoint, POINT_BYTES } from "./neutral-point.ts";

// A table holds, for each digit of a scalar in base 256, what that digit can add to a sum: j·256^i·A for i from 0 to 31 and
// j from 0 to 128. A digit from −128 to −1 takes the entry of its amount, whose first two coordinates change places and
// whose third changes its sign. So a multiple of A is 32 additions, and no doubling.

/** Digits of a scalar. */
export const DIGITS = 32;
const LARGEST_DIGIT = 128;
const ENTRIES = LARGEST_DIGIT + 1;

// An entry: y + x, y − x, 2·d·x·y and −2·d·x·y, ten words each.
const COORDINATE_BYTES = 4 * LIMBS;
const PLUS = 0;
const MINUS = COORDINATE_BYTES;
const PRODUCT = 2 * COORDINATE_BYTES;
const NEGATED = 3 * COORDINATE_BYTES;
const ENTRY_BYTES = 4 * COORDINATE_BYTES;
const COORDINATES = [PLUS, MINUS, PRODUCT, NEGATED];

export const TABLE_BYTES: number = DIGITS * ENTRIES * ENTRY_BYTES;

/** The digits of a scalar below 2^253, 32 bytes, the least significant first: each from −128 to 127. */
export function digitsOf(scalar: Uint8Array): Int8Array {
  const digits = new Int8Array(DIGITS);
  let carried = 0;
  for (let i = 0; i < DIGITS; i++) {
    const digit = (scalar[i] as number) + carried;
    carried = digit > 127 ? 1 : 0;
    digits[i] = digit - 256 * carried;
  }
  return digits;
}

/** Has `accumulate` add to the point of a lane what digit i of its scalar says. `addresses` counts words. */
export function chooseEntry(
  words: Uint32Array,
  addresses: number,
  lane: number,
  table: number,
  i: number,
  digit: number,
): void {
  const entry = table + (i * ENTRIES + Math.abs(digit)) * ENTRY_BYTES;
  words[addresses + lane] = entry + (digit < 0 ? MINUS : PLUS);
  words[addresses + LANES + lane] = entry + (digit < 0 ? PLUS : MINUS);
  words[addresses + 2 * LANES + lane] = entry + (digit < 0 ? NEGATED : PRODUCT);
}

/** Makes tables in the memory of a field. */
export class TableMaker {
  readonly #field: Field;
  readonly #point: number;
  readonly #addresses: number;
  readonly #multiples: number;
  readonly #inverses: number;
  readonly #entry: readonly number[];
  readonly #twiceD: number;
  readonly #zero: number;
  readonly #neutral: NeutralPoint;

  constructor(field: Field) {
    this.#field = field;
    this.#point = field.take(POINT_BYTES);
    this.#addresses = field.take(ADDRESSES_BYTES);
    this.#multiples = field.take(ENTRIES * POINT_BYTES);
    this.#inverses = field.take(ENTRIES * ELEMENT_BYTES);
    this.#entry = COORDINATES.map(() => field.take(ELEMENT_BYTES));
    this.#twiceD = field.take(ELEMENT_BYTES);
    field.fill(this.#twiceD, modulo(2n * D));
    this.#zero = field.take(ELEMENT_BYTES);
    field.fill(this.#zero, 0n);
    this.#neutral = new NeutralPoint(field);
  }

  /** Writes the table of a point to `TABLE_BYTES` at `table`. Takes some milliseconds. */
  write(table: number, point: Point): void {
    let base = point;
    for (let first = 0; first < DIGITS; first += LANES) {
      for (let lane = 0; lane < LANES; lane++) {
        this.#put(lane, base);
        for (let i = 0; i < 8; i++) base = doubled(base);
      }
      this.#writeFour(table, first);
    }
  }

  /** Puts a point where its lane's multiples begin. */
  #put(lane: number, { x, y, z }: Point): void {
    for (const [i, coordinate] of [x, y, z].entries()) {
      this.#field.put(this.#multiple(1) + i * ELEMENT_BYTES, lane, coordinate);
    }
  }

  #multiple(j: number): number {
    return this.#multiples + j * POINT_BYTES;
  }

  /** The entries of four digits, whose first multiples are put. */
  #writeFour(table: number, first: number): void {
    const field = this.#field;
    for (let lane = 0; lane < LANES; lane++) this.#writeNeutral(table, first + lane);
    this.#writeEntries(table, first, 1);
    for (let lane = 0; lane < LANES; lane++) {
      chooseEntry(field.words, this.#addresses / 4, lane, table, first + lane, 1);
    }
    this.#neutral.writeTo(this.#point);
    for (let j = 1; j <= LARGEST_DIGIT; j++) {
      field.accumulate(this.#point, this.#addresses);
      for (let i = 0; i < 3; i++) {
        field.copy(this.#multiple(j) + i * ELEMENT_BYTES, this.#point + i * ELEMENT_BYTES);
      }
    }
    this.#writeEntries(table, first, LARGEST_DIGIT);
  }

  #writeNeutral(table: number, digit: number): void {
    const at = (table + digit * ENTRIES * ENTRY_BYTES) / 4;
    const { words } = this.#field;
    words.fill(0, at, at + ENTRY_BYTES / 4);
    words[at + PLUS / 4] = 1;
    words[at + MINUS / 4] = 1;
  }

  /** Entries 1 to `last` of four digits, out of their multiples, all of which are divided by Z with one inversion. */
  #writeEntries(table: number, first: number, last: number): void {
    const field = this.#field;
    const inverseOf = (i: number): number => this.#inverses + i * ELEMENT_BYTES;
    field.invertEach(last, inverseOf, (i) => this.#multiple(i + 1) + 2 * ELEMENT_BYTES);
    for (let j = 1; j <= last; j++) {
      const [x, y] = [this.#multiple(j), this.#multiple(j) + ELEMENT_BYTES];
      field.multiply(x, x, inverseOf(j - 1));
      field.multiply(y, y, inverseOf(j - 1));
      this.#writeEntry(table, first, j, x, y);
    }
  }

  #writeEntry(table: number, first: number, j: number, x: number, y: number): void {
    const field = this.#field;
    const [plus, minus, product, negatedProduct] = this.#entry as [number, number, number, number];
    field.add(plus, y, x);
    field.subtract(minus, y, x);
    field.multiply(product, x, y);
    field.multiply(product, product, this.#twiceD);
    field.subtract(negatedProduct, this.#zero, product);
    const { words } = field;
    for (const [i, from] of this.#entry.entries()) {
      for (let lane = 0; lane < LANES; lane++) {
        const entry = table + ((first + lane) * ENTRIES + j) * ENTRY_BYTES;
        const to = (entry + (COORDINATES[i] as number)) / 4;
        for (let limb = 0; limb < LIMBS; limb++) {
          words[to + limb] = words[from / 4 + LANES * limb + lane] as number;
        }
      }
    }
  }
}
