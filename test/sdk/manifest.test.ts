import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Chunk,
  type ChunkItem,
  encodeChunk,
  encodeChunkItems,
  hashLeaf,
  hex,
  MAX_CHUNK_BYTES,
  MAX_ITEMS,
  readItem,
  sha256,
  utf8,
  verifyInclusion,
} from "../../src/core/index.ts";
import { buildManifest, ItemsChanged, manifestChunks, planManifest } from "../../src/sdk/index.ts";
import { code, LAMPS, named } from "./world.ts";

const TERMS = { what: "register" as const, under: code(LAMPS) };
const ID = sha256(utf8("the signed operation"));

function lamps(count: number, note = ""): ChunkItem[] {
  return Array.from({ length: count }, (_, n) => ({
    code: code(`${LAMPS}/${String(n).padStart(6, "0")}`),
    kind: "thing" as const,
    names: named(`灯 ${n}`),
    ...(note === "" ? {} : { attributes: { note: { value: note, validFrom: "2020-01-01" } } }),
  }));
}

async function chunksOf(items: readonly ChunkItem[]) {
  const built = await buildManifest(items, TERMS);
  const entries: Uint8Array[] = [];
  for await (const entry of built.chunks(ID)) entries.push(entry);
  return { operation: built.operation, entries };
}

function read(entry: Uint8Array): Chunk & { readonly leaf: Uint8Array } {
  const item = readItem(entry);
  if (item.kind !== "chunk")
    throw new Error(item.kind === "refused" ? item.refusal.code : item.kind);
  return { ...item.chunk, leaf: item.leaf };
}

describe("a manifest", () => {
  test("holds every item once, in order, in chunks whose paths lead to its root", async () => {
    const items = lamps(1000);
    const { operation, entries } = await chunksOf(items);
    expect(operation).toMatchObject({
      op: "manifest",
      count: 1000,
      chunks: entries.length,
      ...TERMS,
    });
    const chunks = entries.map(read);
    expect(chunks.flatMap((chunk) => chunk.items)).toEqual(items);
    for (const [index, chunk] of chunks.entries()) {
      const proof = { index, size: operation.chunks, path: chunk.path as never };
      expect(chunk.index).toBe(index);
      expect(hex(chunk.manifest)).toBe(hex(ID));
      expect(verifyInclusion(chunk.leaf as never, proof, operation.root as never).ok).toBe(true);
    }
  });

  test("spells each chunk exactly as the ledger's own encoder does", async () => {
    for (const entry of (await chunksOf(lamps(700))).entries) {
      const { leaf, ...chunk } = read(entry);
      expect(hex(entry)).toBe(hex(encodeChunk(chunk)));
      expect(hex(leaf)).toBe(hex(hashLeaf(encodeChunkItems(chunk.items))));
    }
  });

  test("cuts by number of items and by bytes, and never above either limit", async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 0, max: 400 }),
      async (count, length) => {
        const { entries } = await chunksOf(lamps(count, "x".repeat(length)));
        for (const entry of entries) {
          expect(entry.length).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
          expect(read(entry).items.length).toBeLessThanOrEqual(MAX_ITEMS);
        }
      },
    );
    await fc.assert(property, { numRuns: 20 });
  });

  test("of a single item is one chunk with an empty path", async () => {
    const { operation, entries } = await chunksOf(lamps(1));
    expect(operation).toMatchObject({ count: 1, chunks: 1 });
    expect(read(entries[0] ?? new Uint8Array()).path).toEqual([]);
  });

  test("goes on where it was broken off: only wanted chunks are made again", async () => {
    const items = lamps(1000);
    const { leaves } = await planManifest(items, TERMS);
    const all = (await chunksOf(items)).entries.map(hex);
    const rest: string[] = [];
    for await (const entry of manifestChunks(leaves, ID, items, (index) => index >= 2)) {
      rest.push(hex(entry));
    }
    expect(rest).toEqual(all.slice(2));
  });

  test.each([
    [
      "an item was changed",
      (items: ChunkItem[]) => [...items.slice(0, 300), ...lamps(1, "new"), ...items.slice(301)],
      1,
    ],
    ["items are missing at the end", (items: ChunkItem[]) => items.slice(0, 512), 2],
    ["items were added", (items: ChunkItem[]) => [...items, ...lamps(1, "more")], 2],
  ])("stops when %s since it was signed", async (_, change, index) => {
    const items = lamps(600);
    const { leaves } = await planManifest(items, TERMS);
    const again = async () => {
      for await (const _entry of manifestChunks(leaves, ID, change(items)));
    };
    await expect(again()).rejects.toBeInstanceOf(ItemsChanged);
    await expect(again()).rejects.toMatchObject({ index });
  });
});
