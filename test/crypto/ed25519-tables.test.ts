import { existsSync, readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Ed25519Signed } from "../../src/crypto/contract.ts";
import { basePoint, D, decodePoint, doubled, P } from "../../src/crypto/ed25519-tables/curve.ts";
import { Field } from "../../src/crypto/ed25519-tables/field.ts";
import {
  ADDRESSES_BYTES,
  bitsOf,
  ELEMENT_BYTES,
  LANES,
  LIMBS,
} from "../../src/crypto/ed25519-tables/field-module.ts";
import { FrequentKeys } from "../../src/crypto/ed25519-tables/frequent-keys.ts";
import { Ed25519Tables } from "../../src/crypto/ed25519-tables/index.ts";
import { NeutralPoint, POINT_BYTES } from "../../src/crypto/ed25519-tables/neutral-point.ts";
import { MAX_SUMS, Sums } from "../../src/crypto/ed25519-tables/sums.ts";
import {
  chooseEntry,
  digitsOf,
  TABLE_BYTES,
  TableMaker,
} from "../../src/crypto/ed25519-tables/table.ts";
import * as native from "../../src/crypto/node.ts";
import { flip, fromHex, fromLittleEndian, littleEndian, toHex } from "./craft.ts";
import { L } from "./craft-ed25519.ts";
import { inputs, readVectors } from "./signature-vectors.ts";

// How large limbs may be, each number being the first one that is too large: see field-module.ts.
const TIGHT = [2 ** 26 + 2 ** 13, 2 ** 25 + 2 ** 13];
const LOOSE = [2 ** 27.6, 2 ** 26.6];
const WIDE = [2 ** 28.1, 2 ** 27.1];

const largest = (bounds: readonly number[]): number[] =>
  Array.from({ length: LIMBS }, (_, limb) => Math.ceil(bounds[limb % 2] as number) - 1);

const weights = Array.from({ length: LIMBS }, (_, limb) =>
  Array.from({ length: limb }, (_, below) => bitsOf(below)).reduce((sum, bits) => sum + bits, 0),
);

class Elements {
  readonly field = new Field();
  readonly a = this.field.take(ELEMENT_BYTES);
  readonly b = this.field.take(ELEMENT_BYTES);
  readonly out = this.field.take(ELEMENT_BYTES);

  putLimbs(address: number, lane: number, limbs: readonly number[]): void {
    for (const [limb, value] of limbs.entries()) {
      this.field.words[address / 4 + LANES * limb + lane] = value;
    }
  }

  limbs(address: number, lane: number): number[] {
    return Array.from(
      { length: LIMBS },
      (_, limb) => this.field.words[address / 4 + LANES * limb + lane] as number,
    );
  }

  /** Not reduced. */
  value(address: number, lane: number): bigint {
    return this.limbs(address, lane).reduce(
      (sum, value, limb) => sum + (BigInt(value) << BigInt(weights[limb] as number)),
      0n,
    );
  }

  bytes(address: number, lane: number): Uint8Array {
    const out = new Uint8Array(32);
    this.field.encode(address, lane, out);
    return out;
  }
}

const below = (bounds: readonly number[]): fc.Arbitrary<number[]> =>
  fc.tuple(
    ...largest(bounds).map((max) =>
      // The largest ones often, since they are what could overflow.
      fc.oneof(fc.nat({ max }), fc.constantFrom(0, 1, max, max - 1)),
    ),
  );
const four = (bounds: readonly number[]): fc.Arbitrary<number[][]> =>
  fc.array(below(bounds), { minLength: LANES, maxLength: LANES });

const everyLane = Array.from({ length: LANES }, (_, lane) => lane);

function isWithin(limbs: readonly number[], bounds: readonly number[]): boolean {
  return limbs.every((value, limb) => value < (bounds[limb % 2] as number));
}

describe("four elements of the field", () => {
  const elements = new Elements();
  const { field, a, b, out } = elements;

  function put(left: readonly number[][], right: readonly number[][]): void {
    for (const lane of everyLane) {
      elements.putLimbs(a, lane, left[lane] as number[]);
      elements.putLimbs(b, lane, right[lane] as number[]);
    }
  }

  // All that is summed up grows with every limb: where the largest ones do not overflow, none do.
  test("the largest limbs are multiplied without losing a bit", () => {
    const [left, right] = [everyLane.map(() => largest(WIDE)), everyLane.map(() => largest(LOOSE))];
    put(left, right);
    field.multiply(out, a, b);
    for (const lane of everyLane) {
      expect(elements.value(out, lane) % P).toBe(
        (elements.value(a, lane) * elements.value(b, lane)) % P,
      );
      expect(isWithin(elements.limbs(out, lane), TIGHT)).toBe(true);
    }
  });

  test("are multiplied, each with its own", () => {
    fc.assert(
      fc.property(four(WIDE), four(LOOSE), (left, right) => {
        put(left, right);
        field.multiply(out, a, b);
        for (const lane of everyLane) {
          const product = elements.value(a, lane) * elements.value(b, lane);
          expect(elements.value(out, lane) % P).toBe(product % P);
          expect(isWithin(elements.limbs(out, lane), TIGHT)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("are added and subtracted; tight ones give loose ones, and a loose one less a tight one a wide one", () => {
    fc.assert(
      fc.property(four(TIGHT), four(TIGHT), (left, right) => {
        put(left, right);
        for (const [operation, sign] of [
          ["add", 1n],
          ["subtract", -1n],
        ] as const) {
          field[operation](out, a, b);
          for (const lane of everyLane) {
            const want = elements.value(a, lane) + sign * elements.value(b, lane);
            expect((elements.value(out, lane) - want) % P).toBe(0n);
            expect(isWithin(elements.limbs(out, lane), LOOSE)).toBe(true);
          }
        }
        field.add(a, a, a);
        field.subtract(out, a, b);
        for (const lane of everyLane) {
          const want = elements.value(a, lane) - elements.value(b, lane);
          expect((elements.value(out, lane) - want) % P).toBe(0n);
          expect(isWithin(elements.limbs(out, lane), WIDE)).toBe(true);
        }
      }),
    );
  });

  test("have an inverse; that of 0 is 0", () => {
    const values = [1n, 2n, P - 1n, 0n];
    for (const [lane, value] of values.entries()) field.put(a, lane, value);
    field.invert(out, a);
    for (const [lane, value] of values.entries()) {
      const product = (elements.value(out, lane) * value) % P;
      expect(product).toBe(value === 0n ? 0n : 1n);
    }
  });

  test("many have their inverses by one inversion", () => {
    const count = 5;
    const [from, to] = [field.take(count * ELEMENT_BYTES), field.take(count * ELEMENT_BYTES)];
    for (let i = 0; i < count; i++) {
      for (const lane of everyLane)
        field.put(from + i * ELEMENT_BYTES, lane, BigInt(3 + 7 * i + lane));
    }
    for (const some of [1, 2, count]) {
      field.invertEach(
        some,
        (i) => to + i * ELEMENT_BYTES,
        (i) => from + i * ELEMENT_BYTES,
      );
      for (let i = 0; i < some; i++) {
        for (const lane of everyLane) {
          const product = elements.value(to + i * ELEMENT_BYTES, lane) * BigInt(3 + 7 * i + lane);
          expect(product % P).toBe(1n);
        }
      }
    }
  });

  test("have one encoding, however they are spelt", () => {
    fc.assert(
      fc.property(four(TIGHT), (all) => {
        put(all, all);
        for (const lane of everyLane) {
          expect(fromLittleEndian(elements.bytes(a, lane))).toBe(elements.value(a, lane) % P);
        }
      }),
    );
    for (const value of [0n, 1n, 18n, 19n, P - 20n, P - 1n, P, P + 1n, P + 18n]) {
      field.put(a, 2, value);
      expect(fromLittleEndian(elements.bytes(a, 2))).toBe(value % P);
    }
    elements.putLimbs(a, 3, largest(TIGHT));
    expect(fromLittleEndian(elements.bytes(a, 3))).toBe(elements.value(a, 3) % P);
  });
});

const { Point } = ed25519;

/** A scalar from its digits in base 256. */
function scalarOf(digits: Int8Array): bigint {
  return digits.reduceRight((sum, digit) => 256n * sum + BigInt(digit), 0n);
}

const SCALARS = [
  ...[0n, 1n, 127n, 128n, 255n, 256n, L - 1n, L - 128n, 2n ** 252n],
  // Digits of which all are 127, −128 and 128.
  ...[0x7f, 0x80, 0x81].map((byte) => fromLittleEndian(new Uint8Array(31).fill(byte))),
];

describe("sums of multiples of two points", () => {
  const field = new Field();
  const maker = new TableMaker(field);
  const baseTable = field.take(TABLE_BYTES);
  const table = field.take(TABLE_BYTES);
  const other = Point.BASE.multiplyUnsafe(0x1234567890abcdefn);
  const sums = new Sums(field, baseTable);

  const sumOf = (s: bigint, h: bigint) => ({
    table,
    baseDigits: digitsOf(littleEndian(s)),
    digits: digitsOf(littleEndian(h)),
  });
  const wanted = (s: bigint, h: bigint): string =>
    Point.BASE.multiplyUnsafe(s).add(other.multiplyUnsafe(h)).toHex();

  beforeAll(() => {
    maker.write(baseTable, basePoint());
    const point = decodePoint(other.toBytes());
    if (point === undefined) throw new Error("not a point");
    maker.write(table, point);
  });

  test("digits make up their scalar", () => {
    for (const scalar of SCALARS) expect(scalarOf(digitsOf(littleEndian(scalar)))).toBe(scalar);
  });

  test("are those of another program, for scalars whose digits are at an end", () => {
    const pairs = SCALARS.flatMap((s) => SCALARS.map((h) => [s, h] as const));
    for (let at = 0; at < pairs.length; at += MAX_SUMS) {
      const some = pairs.slice(at, at + MAX_SUMS);
      const encoded = sums.encode(some.map(([s, h]) => sumOf(s, h)));
      for (const [i, [s, h]] of some.entries()) {
        expect(toHex(encoded.subarray(32 * i, 32 * (i + 1)))).toBe(wanted(s, h));
      }
    }
  });

  test("are those of another program, for any scalars and however many together", () => {
    const scalar = fc.bigInt({ min: 0n, max: L - 1n });
    fc.assert(
      fc.property(fc.array(fc.tuple(scalar, scalar), { minLength: 1, maxLength: 9 }), (pairs) => {
        const encoded = sums.encode(pairs.map(([s, h]) => sumOf(s, h)));
        for (const [i, [s, h]] of pairs.entries()) {
          expect(toHex(encoded.subarray(32 * i, 32 * (i + 1)))).toBe(wanted(s, h));
        }
      }),
      { numRuns: 60 },
    );
  });

  // The formulas hold for all of them, which others need exceptions for.
  test("a point is added to itself, to its opposite and to the neutral one", () => {
    const encoded = sums.encode([
      sumOf(0x1234567890abcdefn, 1n),
      sumOf(L - 0x1234567890abcdefn, 1n),
      sumOf(0n, 0n),
      sumOf(0n, 1n),
    ]);
    const hex = everyLane.map((i) => toHex(encoded.subarray(32 * i, 32 * (i + 1))));
    expect(hex).toEqual([other.double(), Point.ZERO, Point.ZERO, other].map((p) => p.toHex()));
  });

  test("each entry of a table is that multiple", () => {
    const address = field.take(POINT_BYTES);
    const addresses = field.take(ADDRESSES_BYTES);
    for (const [i, digit] of [
      [0, 1],
      [0, -128],
      [3, 77],
      [31, 16],
      [31, -5],
      [17, 128],
    ] as const) {
      new NeutralPoint(field).writeTo(address);
      for (const lane of everyLane) chooseEntry(field.words, addresses / 4, lane, table, i, digit);
      field.accumulate(address, addresses);
      const inverse = field.take(ELEMENT_BYTES);
      field.invert(inverse, address + 2 * ELEMENT_BYTES);
      const y = new Uint8Array(32);
      const affine = field.take(ELEMENT_BYTES);
      field.multiply(affine, address + ELEMENT_BYTES, inverse);
      for (const lane of everyLane) {
        field.encode(affine, lane, y);
        const scalar = ((BigInt(digit) * 256n ** BigInt(i)) % L) + L;
        expect(fromLittleEndian(y)).toBe(other.multiplyUnsafe(scalar % L).toAffine().y);
      }
    }
  });
});

describe("points of the curve", () => {
  test("the constants are those of RFC 8032", () => {
    expect(P).toBe(Point.CURVE().p);
    expect(D).toBe(Point.CURVE().d);
    expect(basePoint()).toEqual({ ...Point.BASE.toAffine(), z: 1n });
  });

  test("are decoded and doubled as another program does", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: L - 1n }), (scalar) => {
        const point = Point.BASE.multiplyUnsafe(scalar);
        const decoded = decodePoint(point.toBytes());
        expect(decoded).toEqual({ ...point.toAffine(), z: 1n });
        if (decoded === undefined) return;
        const { x, y, z } = doubled(decoded);
        const { x: wantX, y: wantY } = point.double().toAffine();
        expect([x, y]).toEqual([(wantX * z) % P, (wantY * z) % P]);
      }),
      { numRuns: 40 },
    );
  });

  test("bytes that are no point are none; x = 0 has no sign", () => {
    const off = [2n, 3n, 4n, 5n, 6n, 7n].filter((y) => {
      try {
        Point.fromBytes(littleEndian(y));
        return false;
      } catch {
        return true;
      }
    });
    expect(off.length).toBeGreaterThan(0);
    for (const y of off) expect(decodePoint(littleEndian(y))).toBeUndefined();
    expect(decodePoint(littleEndian(1n))).toEqual({ x: 0n, y: 1n, z: 1n });
    expect(decodePoint(flip(littleEndian(1n), 31, 0x80))).toBeUndefined();
  });
});

const AT_ONCE = { places: 100, usesBefore: 1, halvedAfter: 1_000_000 };
const verifyOne = ({ publicKey, message, signature }: Ed25519Signed): boolean =>
  native.verifyEd25519(publicKey, message, signature);

/** Nobody else is asked: what is right is so by the tables. */
const tablesAlone = (): Ed25519Tables => new Ed25519Tables(() => false, AT_ONCE);

function signedBy(number: number, message: Uint8Array): Ed25519Signed {
  const seed = new Uint8Array(32).fill(number);
  const publicKey = native.publicEd25519(seed);
  return { publicKey, message, signature: native.signEd25519(seed, message) };
}

describe("signatures by tables", () => {
  // Twice each, since one by itself is the platform's.
  test("every vector gets its verdict, by the tables alone and with the platform behind them", () => {
    const vectors = readVectors("ed25519");
    for (const tables of [tablesAlone(), new Ed25519Tables(verifyOne, AT_ONCE)]) {
      for (const vector of vectors) {
        const [publicKey, message, signature] = inputs(vector);
        const signed = { publicKey, message, signature };
        expect([vector.name, ...tables.verifyEach([signed, signed])]).toEqual([
          vector.name,
          vector.expected,
          vector.expected,
        ]);
      }
    }
  });

  const wycheproof = new URL(
    "../../../shared/vectors/wycheproof/ed25519_test.json",
    import.meta.url,
  );
  test.skipIf(!existsSync(wycheproof))("Wycheproof's verdicts", () => {
    type Suite = {
      testGroups: {
        publicKey: { pk: string };
        tests: { msg: string; sig: string; result: string }[];
      }[];
    };
    const suite = JSON.parse(readFileSync(wycheproof, "utf8")) as Suite;
    const tables = tablesAlone();
    let checked = 0;
    for (const { publicKey, tests } of suite.testGroups) {
      const all = tests.map(({ msg, sig }) => ({
        publicKey: fromHex(publicKey.pk),
        message: fromHex(msg),
        signature: fromHex(sig),
      }));
      const verdicts = tables.verifyEach([...all, ...all]);
      const wanted = tests.map(({ result }) => result === "valid");
      expect(verdicts).toEqual([...wanted, ...wanted]);
      checked += tests.length;
    }
    expect(checked).toBe(151);
  });

  test("the verdicts are the platform's, with bits turned anywhere", () => {
    const part = fc.constantFrom("message", "signature", undefined);
    const change = fc.tuple(part, fc.nat({ max: 63 }), fc.nat({ max: 7 }));
    const one = fc.tuple(
      fc.nat({ max: 3 }),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      change,
    );
    const tables = tablesAlone();
    fc.assert(
      fc.property(fc.array(one, { minLength: 2, maxLength: 12 }), (all) => {
        const signed = all.map(([number, message, [changed, at, bit]]) => {
          const made = signedBy(number, message);
          if (changed === undefined) return made;
          const bytes = made[changed];
          return { ...made, [changed]: flip(bytes, at % bytes.length, 1 << bit) };
        });
        // Two that are right, so that none of the others is alone and the platform's.
        const right = [signedBy(0, Uint8Array.of(1)), signedBy(1, Uint8Array.of(2))];
        const both = [...right, ...signed];
        expect(tables.verifyEach(both)).toEqual(both.map(verifyOne));
      }),
      { numRuns: 300 },
    );
  });

  test("keys that sign by turns, more than there is room for, within one call", () => {
    const tables = new Ed25519Tables(verifyOne, { places: 2, usesBefore: 2, halvedAfter: 50 });
    for (let round = 0; round < 12; round++) {
      const signed = Array.from({ length: 90 }, (_, i) => {
        const made = signedBy(((i * (round + 1)) % 7) + 1, Uint8Array.of(i, round));
        return i % 5 === 0 ? { ...made, signature: flip(made.signature, i % 64, 1) } : made;
      });
      expect(tables.verifyEach(signed)).toEqual(signed.map((_, i) => i % 5 !== 0));
    }
  });

  test("a signature of one key is not right under another one's table", () => {
    const tables = tablesAlone();
    const [mine, theirs] = [signedBy(1, Uint8Array.of(7)), signedBy(2, Uint8Array.of(7))];
    const swapped = { ...mine, publicKey: theirs.publicKey };
    expect(tables.verifyEach([mine, swapped, theirs, swapped])).toEqual([true, false, true, false]);
  });

  test("only keys that sign often get a table, others are the platform's", () => {
    let asked = 0;
    const tables = new Ed25519Tables(
      (signed) => {
        asked++;
        return verifyOne(signed);
      },
      { places: 4, usesBefore: 10, halvedAfter: 1_000_000 },
    );
    const signed = Array.from({ length: 8 }, (_, i) => signedBy(1, Uint8Array.of(i)));
    expect(tables.verifyEach(signed).every(Boolean)).toBe(true);
    expect(asked).toBe(8);
    expect(tables.verifyEach(signed).every(Boolean)).toBe(true);
    expect(asked).toBe(8);
    // One by itself takes less without.
    expect(tables.verifyEach(signed.slice(0, 1))).toEqual([true]);
    expect(asked).toBe(9);
  });

  test("what is no key and no signature is the platform's", () => {
    const tables = new Ed25519Tables(verifyOne, AT_ONCE);
    const good = signedBy(1, Uint8Array.of(1));
    const bad = [
      { ...good, publicKey: new Uint8Array(31) },
      { ...good, publicKey: new Uint8Array(0) },
      { ...good, signature: new Uint8Array(63) },
      { ...good, publicKey: littleEndian(2n) },
      { ...good, publicKey: littleEndian(1n) },
    ];
    expect(tables.verifyEach([...bad, ...bad, good, good])).toEqual([
      ...bad.map(() => false),
      ...bad.map(() => false),
      true,
      true,
    ]);
    expect(tables.verifyEach([])).toEqual([]);
  });
});

describe("who gets a table", () => {
  /** Counts uses as the tables do. */
  function use(keys: FrequentKeys, key: string, times = 1): void {
    for (let i = 0; i < times; i++) {
      const place = keys.count(key);
      if (place === undefined) continue;
      keys.vacate(place);
      keys.give(key, place);
    }
  }

  test("who was used often enough, as long as there are places", () => {
    const keys = new FrequentKeys({ places: 2, usesBefore: 3, halvedAfter: 1000 });
    use(keys, "a", 2);
    expect(keys.placeOf("a")).toBeUndefined();
    use(keys, "a");
    use(keys, "b", 3);
    expect([keys.placeOf("a"), keys.placeOf("b")]).toEqual([0, 1]);
  });

  test("who is used twice as often takes the place of who is used least", () => {
    const keys = new FrequentKeys({ places: 2, usesBefore: 3, halvedAfter: 1000 });
    use(keys, "a", 10);
    use(keys, "b", 6);
    use(keys, "c", 11);
    expect([keys.placeOf("a"), keys.placeOf("b"), keys.placeOf("c")]).toEqual([0, 1, undefined]);
    use(keys, "c");
    expect([keys.placeOf("a"), keys.placeOf("b"), keys.placeOf("c")]).toEqual([0, undefined, 1]);
  });

  test("what was long ago counts less, and is forgotten at last", () => {
    const keys = new FrequentKeys({ places: 1, usesBefore: 4, halvedAfter: 20 });
    use(keys, "a", 12);
    use(keys, "once");
    use(keys, "b", 60);
    expect([keys.placeOf("a"), keys.placeOf("b")]).toEqual([undefined, 0]);
    use(keys, "once", 3);
    expect(keys.placeOf("once")).toBeUndefined();
  });
});
