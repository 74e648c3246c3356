import fc from "fast-check";
import { expect, test } from "vitest";
import { base64, hex } from "../../../src/core/index.ts";
import { createHashTable } from "../../../src/server/operations/hash-table.ts";
import { peekKid } from "../../../src/server/operations/kid.ts";
import { sign, testKey } from "../../core/state/kit.ts";

// Few different first bytes, so that different hashes meet in one slot.
const hash = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 }))
  .map(([first, last]) => new Uint8Array(32).fill(first, 0, 4).fill(last, 31));

test("a place in the table leads to the hash, whatever collides", () => {
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 50 }), (hashes) => {
      const table = createHashTable();
      const places = hashes.map(table.placeOf);
      expect(places.map((place) => table.texts[place])).toEqual(hashes.map(base64));
    }),
  );
});

test("a hash that comes again is not sent again", () => {
  const table = createHashTable();
  const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  expect([a, b, a.slice(), b].map(table.placeOf)).toEqual([0, 1, 0, 1]);
  expect(table.texts).toHaveLength(2);
});

test("the kid of an operation is found without decoding it", () => {
  for (const iss of [
    "MA.156",
    `MA.156.1301/${"X".repeat(30)}/${"Y".repeat(17)}`,
    `member/${"M".repeat(200)}`,
  ]) {
    const body = { op: "endorse", decision: new Uint8Array(32), vote: "approve" } as const;
    const signed = sign(body, { iss, key: "city" }, Date.UTC(2026, 10, 22));
    expect(peekKid(signed)).toBe(hex(testKey("city").kid));
  }
});

test("what is no operation has no kid", () => {
  for (const bytes of [[], [0xd2], [0xd2, 0x84, 0x58], [0x82, 0x65, 1, 2]]) {
    expect(peekKid(Uint8Array.from(bytes))).toBeUndefined();
  }
  expect(peekKid(new Uint8Array(100).fill(0x58))).toBeUndefined();
});
