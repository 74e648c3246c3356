import { describe, expect, test } from "vitest";
import { concat, encodeCbor, sha256 } from "../../../src/core/index.ts";
import { stepsOf, takeTransaction } from "../../../src/ledger/comet/parcels.ts";
import {
  decodeTransaction,
  encodeTransaction,
  isOneItem,
  MAX_TRANSACTION_BYTES,
} from "../../../src/ledger/comet/transaction.ts";
import type { Submitted } from "../../../src/ledger/submitted.ts";

const text = (length: number) => encodeCbor("x".repeat(length));

describe("engine transactions", () => {
  test("give back the items that went in, each with its own bytes", () => {
    const items = [text(3), encodeCbor({ a: 1 }), text(30_000)];
    expect(decodeTransaction(encodeTransaction(items))).toEqual(items);
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["half a value", text(30).subarray(0, 20)],
    ["rubbish behind a value", concat(text(3), Uint8Array.of(0xff))],
    ["too much", new Uint8Array(MAX_TRANSACTION_BYTES + 1)],
  ])("are none: %s", (_, bytes) => {
    expect(decodeTransaction(bytes)).toBeUndefined();
  });

  test("keep apart what would fall into other pieces", () => {
    expect(isOneItem(text(3))).toBe(true);
    expect(isOneItem(concat(text(3), text(4)))).toBe(false);
    expect(isOneItem(Uint8Array.of(0x82))).toBe(false);
    expect(isOneItem(new Uint8Array())).toBe(false);
  });
});

describe("a submission in steps", () => {
  const operation = (n: number, length = 10) => item(n, length, false);
  const chunk = (n: number, length = 10) => item(n, length, true);
  function item(n: number, length: number, isChunk: boolean): Submitted {
    const bytes = new Uint8Array(length).fill(n);
    const hash = sha256(bytes) as Submitted["hash"];
    const read = { kind: "refused", bytes, hash, refusal: { code: "OP_NOT_AN_ENTRY", first: n } };
    return {
      bytes,
      hash,
      weight: 1,
      ...(!isChunk && { read: read as Submitted["read"] }),
    } as Submitted;
  }
  const numbers = (steps: ReturnType<typeof stepsOf>) =>
    steps.map((step) => step.map((parcel) => parcel.map(({ bytes }) => bytes[0])));

  test("keeps operations together and in order, and chunks apart", () => {
    const items = [operation(1), operation(2), chunk(3), chunk(4), operation(5)];
    expect(numbers(stepsOf(items))).toEqual([[[1, 2]], [[3], [4]], [[5]]]);
    expect(stepsOf([])).toEqual([]);
  });

  test("begins a new step where operations fill a transaction", () => {
    const third = Math.floor(MAX_TRANSACTION_BYTES / 3);
    const items = [1, 2, 3, 4].map((n) => operation(n, third));
    expect(numbers(stepsOf(items))).toEqual([[[1, 2, 3]], [[4]]]);
  });

  test("packs parcels of several submissions into one transaction, as long as they fit", () => {
    const half = MAX_TRANSACTION_BYTES / 2;
    const parcels = [[operation(1, half)], [operation(2, 10), operation(3, half - 10)], [chunk(4)]];
    expect(takeTransaction(parcels).map(({ bytes }) => bytes[0])).toEqual([1, 2, 3]);
    expect(takeTransaction(parcels).map(({ bytes }) => bytes[0])).toEqual([4]);
    expect(takeTransaction(parcels)).toEqual([]);
  });
});
