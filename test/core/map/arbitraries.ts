import fc from "fast-check";
import type { MapPut } from "../../../src/core/index.ts";
import { hashOf } from "./reference.ts";

/**
 * Key hashes that real ones never look like: most of them agree in hundreds of bits, so that chains of nodes with one
 * child are long, begin anywhere and are split anywhere.
 */
export const keyHash: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.nat({ max: 40 }).map((n) => hashOf(`key ${n}`)),
  fc
    .record({
      fill: fc.constantFrom(0x00, 0xff),
      flips: fc.uniqueArray(fc.constantFrom(0, 1, 7, 8, 9, 100, 128, 247, 254, 255), {
        maxLength: 3,
      }),
    })
    .map(({ fill, flips }) => {
      const hash = new Uint8Array(32).fill(fill);
      for (const at of flips) hash[at >> 3] = (hash[at >> 3] ?? 0) ^ (0x80 >> (at & 7));
      return hash;
    }),
);

export const put: fc.Arbitrary<MapPut> = fc.record({
  keyHash,
  valueHash: fc.nat({ max: 1000 }).map((n) => hashOf(`value ${n}`)),
  ref: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
});

export const batch: fc.Arbitrary<MapPut[]> = fc.array(put, { maxLength: 30 });

export const batches: fc.Arbitrary<MapPut[][]> = fc.array(batch, { maxLength: 8 });
