import type { Field } from "./field.ts";
import { ELEMENT_BYTES } from "./field-module.ts";

/** X, Y, Z and T of four points, one behind the other. */
export const POINT_BYTES: number = 4 * ELEMENT_BYTES;

/** The neutral point (0, 1), which sums begin with, in the memory of a field. */
export class NeutralPoint {
  readonly #field: Field;
  readonly #coordinates: readonly number[];

  constructor(field: Field) {
    this.#field = field;
    this.#coordinates = [0n, 1n, 1n, 0n].map((element) => {
      const address = field.take(ELEMENT_BYTES);
      field.fill(address, element);
      return address;
    });
  }

  /** Writes it to the `POINT_BYTES` at `point`, in all lanes. */
  writeTo(point: number): void {
    for (const [i, from] of this.#coordinates.entries()) {
      this.#field.copy(point + i * ELEMENT_BYTES, from);
    }
  }
}
