import type { Field } from "./field.ts";
import { ADDRESSES_BYTES, ELEMENT_BYTES, LANES } from "./field-module.ts";
import { NeutralPoint, POINT_BYTES } from "./neutral-point.ts";
import { chooseEntry, DIGITS } from "./table.ts";

/** Sums that are computed together; more of them share one inversion, and wait for each other. */
export const MAX_SUMS = 64;

const MAX_GROUPS = MAX_SUMS / LANES;

/** s·B + h·A, by the tables of B and of an A. */
export type Sum = {
  readonly table: number;
  /** Of s and of h, as `digitsOf` has them. */
  readonly baseDigits: Int8Array;
  readonly digits: Int8Array;
};

/** Computes sums of multiples, four at once. */
export class Sums {
  readonly #field: Field;
  readonly #baseTable: number;
  readonly #addresses: number;
  readonly #points: number;
  readonly #inverses: number;
  readonly #x: number;
  readonly #y: number;
  readonly #neutral: NeutralPoint;

  constructor(field: Field, baseTable: number) {
    this.#field = field;
    this.#baseTable = baseTable;
    this.#addresses = field.take(ADDRESSES_BYTES);
    this.#points = field.take(MAX_GROUPS * POINT_BYTES);
    this.#inverses = field.take(MAX_GROUPS * ELEMENT_BYTES);
    this.#x = field.take(ELEMENT_BYTES);
    this.#y = field.take(ELEMENT_BYTES);
    this.#neutral = new NeutralPoint(field);
  }

  /** The encodings of at most `MAX_SUMS` sums, of which there is one at least: 32 bytes each, one behind the other. */
  encode(sums: readonly Sum[]): Uint8Array {
    const groups = Math.ceil(sums.length / LANES);
    for (let group = 0; group < groups; group++) {
      this.#add(this.#points + group * POINT_BYTES, sums.slice(LANES * group, LANES * (group + 1)));
    }
    return this.#encoded(groups);
  }

  /** Lanes without a sum compute the first one once more, for nobody. */
  #add(point: number, sums: readonly Sum[]): void {
    const field = this.#field;
    this.#neutral.writeTo(point);
    const lanes = Array.from({ length: LANES }, (_, lane) => sums[lane] ?? (sums[0] as Sum));
    const { words } = field;
    const at = this.#addresses / 4;
    for (let i = 0; i < DIGITS; i++) {
      for (let lane = 0; lane < LANES; lane++) {
        const { baseDigits } = lanes[lane] as Sum;
        chooseEntry(words, at, lane, this.#baseTable, i, baseDigits[i] as number);
      }
      field.accumulate(point, this.#addresses);
      for (let lane = 0; lane < LANES; lane++) {
        const { table, digits } = lanes[lane] as Sum;
        chooseEntry(words, at, lane, table, i, digits[i] as number);
      }
      field.accumulate(point, this.#addresses);
    }
  }

  /** All points are divided by their Z with one inversion, then encoded: y, and the lowest bit of x. RFC 8032 §5.1.2 */
  #encoded(groups: number): Uint8Array {
    const field = this.#field;
    const out = new Uint8Array(32 * LANES * groups);
    const x = new Uint8Array(32);
    const pointOf = (group: number): number => this.#points + group * POINT_BYTES;
    const inverseOf = (group: number): number => this.#inverses + group * ELEMENT_BYTES;
    field.invertEach(groups, inverseOf, (group) => pointOf(group) + 2 * ELEMENT_BYTES);
    for (let group = 0; group < groups; group++) {
      const [point, inverse] = [pointOf(group), inverseOf(group)];
      field.multiply(this.#x, point, inverse);
      field.multiply(this.#y, point + ELEMENT_BYTES, inverse);
      for (let lane = 0; lane < LANES; lane++) {
        const encoded = out.subarray(32 * (LANES * group + lane), 32 * (LANES * group + lane + 1));
        field.encode(this.#y, lane, encoded);
        field.encode(this.#x, lane, x);
        encoded[31] = (encoded[31] as number) | (((x[0] as number) & 1) << 7);
      }
    }
    return out;
  }
}
