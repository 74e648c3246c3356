import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChunkItem,
  encodeCbor,
  encodeChunk,
  type RegisterItem,
  readItem,
  type StatusItem,
  type UpdateItem,
} from "../../../src/core/index.ts";
import { chunkItem, isChunkEntry } from "../../../src/server/registry/chunk-item.ts";
import { code } from "../../core/state/kit.ts";

// Beside the whole reading of a chunk, which is slow and is what the rules themselves use.

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
// Texts of the ledger hold no control characters and no separators of lines.
const unit = fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 });
const name = fc.string({
  minLength: 1,
  maxLength: 60,
  unit: unit.filter((c) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(c)),
});
const codeText = fc.integer({ min: 1, max: 400 }).map((n) => code(`MA.156.1301/LAMP/${n}`));
const names = name.map((value) => ({ zh: { value, validFrom: "2020-01-01" } }));
const position = fc.tuple(
  fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
  fc.integer({ min: -900_000_000, max: 900_000_000 }),
);

const register: fc.Arbitrary<RegisterItem> = fc.record({
  code: codeText,
  kind: fc.constant("thing" as const),
  names,
  geometry: position.map((point) => ({ value: { point }, validFrom: "2020-01-01" })),
  attributes: fc.constant({ lit: { value: true, validFrom: "2020-01-01" } }),
});
const update: fc.Arbitrary<UpdateItem> = fc.record({ code: codeText, prev: hash, names });
const status: fc.Arbitrary<StatusItem> = fc.record({
  code: codeText,
  prev: hash,
  do: fc.constantFrom("suspend" as const, "retire" as const),
  // What looks like the field that is searched for, inside a text: `d` and `r` are the heads of texts of 4 and 18 bytes.
  reason: fc.constantFrom("code", "dcoderMA.156.1301/LAMP/7", "x"),
});
const itemsOf = <T extends ChunkItem>(item: fc.Arbitrary<T>) =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 40, selector: (each) => each.code });

describe("an item of a chunk", () => {
  test("is found as reading the whole chunk finds it", () => {
    const chunk = fc.record({
      manifest: hash,
      index: fc.integer({ min: 0, max: 70_000 }),
      path: fc.array(hash, { maxLength: 17 }),
      items: fc.oneof(itemsOf(register), itemsOf(update), itemsOf(status)),
    });
    fc.assert(
      fc.property(chunk, codeText, (body, other) => {
        const bytes = encodeChunk(body);
        const whole = readItem(bytes);
        if (whole.kind !== "chunk") throw new Error(JSON.stringify(whole));
        expect(isChunkEntry(bytes)).toBe(true);
        const { items, manifest } = whole.chunk;
        for (const asked of [other, ...items.map((item) => item.code)]) {
          const item = items.find((each) => each.code === asked);
          expect(chunkItem(bytes, asked)).toEqual(item && { item, manifest });
        }
      }),
    );
  });

  test("is looked for in nothing else", () => {
    expect(isChunkEntry(encodeCbor(["block", {}]))).toBe(false);
    expect(isChunkEntry(encodeCbor(["import", {}]))).toBe(false);
    expect(isChunkEntry(Uint8Array.of(0xd2, 0x84))).toBe(false);
  });
});
