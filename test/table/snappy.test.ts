import fc from "fast-check";
import { snappyUncompress } from "hyparquet";
import { describe, expect, test } from "vitest";
import { snappyCompressed } from "../../src/table/snappy.ts";

// What is compressed here is read by what somebody else wrote.

function read(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  snappyUncompress(packed, out);
  return out;
}

function isSame(bytes: Uint8Array): boolean {
  return Buffer.compare(read(snappyCompressed(bytes), bytes.length), bytes) === 0;
}

/** Bytes that repeat what stood somewhere before, for as long as it takes. */
const repeating = fc
  .array(
    fc.oneof(
      fc.record({ fresh: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
      fc.record({ back: fc.nat(200_000), length: fc.integer({ min: 1, max: 300 }) }),
      fc.record({ gap: fc.integer({ min: 1, max: 80_000 }), seed: fc.nat() }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => {
    const all: number[] = [];
    for (const part of parts) {
      if ("fresh" in part) all.push(...part.fresh);
      else if ("gap" in part) {
        let state = part.seed | 1;
        for (let i = 0; i < part.gap; i++) {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          all.push(state >>> 24);
        }
      } else {
        const from = Math.max(0, all.length - 1 - part.back);
        for (let i = 0; i < part.length && all.length > 0; i++) all.push(all[from + i] ?? 0);
      }
    }
    return Uint8Array.from(all);
  });

describe("bytes that are compressed as Snappy", () => {
  test("are the same when they are read again, whatever repeats in them", () => {
    fc.assert(fc.property(fc.oneof(repeating, fc.uint8Array({ maxLength: 200 })), isSame), {
      numRuns: 300,
    });
  });

  test("are shorter by what repeats, of each length and from near and far", () => {
    const head = Uint8Array.from({ length: 3000 }, (_, i) => (i * i * 31 + (i >>> 3)) & 0xff);
    for (const back of [200, 2047, 2048, 3000]) {
      for (let length = 4; length < 200; length += length < 72 ? 1 : 17) {
        const from = head.length - back;
        const tail = head.subarray(from, from + Math.min(length, back));
        const bytes = Buffer.concat([head, tail]);
        const packed = snappyCompressed(bytes);
        expect(Buffer.compare(read(packed, bytes.length), bytes)).toBe(0);
      }
    }
    const same = new Uint8Array(100_000).fill(7);
    expect(isSame(same)).toBe(true);
    expect(snappyCompressed(same).length).toBeLessThan(100_000 / 20);
  });

  test("take little more room than before where nothing repeats", () => {
    const bytes = new Uint8Array(300_000);
    let state = 1;
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[i] = state >>> 24;
    }
    expect(isSame(bytes)).toBe(true);
    expect(snappyCompressed(bytes).length).toBeLessThan(bytes.length + 1000);
    for (const length of [0, 1, 3, 4, 59, 60, 61, 256, 257, 65_536, 65_537]) {
      expect(isSame(bytes.subarray(0, length))).toBe(true);
    }
  });
});
