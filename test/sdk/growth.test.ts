import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Checkpoint,
  concat,
  type Hash,
  hashLeaf,
  parseTilePath,
  rootOf,
  treeOf,
  utf8,
} from "../../src/core/index.ts";
import { verifyGrowth } from "../../src/sdk/growth.ts";
import { ProofMismatch } from "../../src/sdk/problem.ts";

const LEAVES: readonly Hash[] = Array.from({ length: 70_000 }, (_, i) =>
  hashLeaf(utf8(`entry ${i}`)),
);
const TREE = treeOf(LEAVES);

function checkpoint(size: number): Checkpoint {
  return { origin: "node.example/log", size, root: rootOf(TREE, size) };
}

/** Serves the tiles of a log of `size` entries and nothing beyond it. */
function tilesOf(size: number) {
  return async (path: string): Promise<Uint8Array> => {
    const parsed = parseTilePath(path);
    if (!parsed.ok || parsed.value.kind !== "hashes") throw new Error(`no tile: ${path}`);
    const { level, index, width } = parsed.value;
    const row = Math.floor(size / 256 ** level);
    const start = index * 256;
    if (start + width > row) throw new Error(`beyond the end: ${path}`);
    return concat(...Array.from({ length: width }, (_, i) => TREE.node(8 * level, start + i)));
  };
}

describe("verifyGrowth", () => {
  test("accepts every log that only grew", async () => {
    const sizes = fc.integer({ min: 1, max: LEAVES.length });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        await verifyGrowth({ tile: tilesOf(second) }, checkpoint(first), checkpoint(second));
      }),
      { numRuns: 60 },
    );
  });

  test("computes high nodes from the tiles above the entries", async () => {
    const asked: string[] = [];
    const serve = tilesOf(70_000);
    const tile = (path: string) => {
      asked.push(path);
      return serve(path);
    };
    await verifyGrowth({ tile }, checkpoint(65_536), checkpoint(70_000));
    expect(asked.some((path) => path.startsWith("tile/1/"))).toBe(true);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test("refuses a log that forgot an entry", async () => {
    const forged = { ...checkpoint(1_000), root: rootOf(TREE, 999) };
    const growth = verifyGrowth({ tile: tilesOf(5_000) }, forged, checkpoint(5_000));
    await expect(growth).rejects.toMatchObject({ refusal: { code: "PROOF_FIRST_ROOT" } });
  });

  test("refuses tiles that are too short", async () => {
    const tile = async (): Promise<Uint8Array> => new Uint8Array(32);
    const growth = verifyGrowth({ tile }, checkpoint(700), checkpoint(5_000));
    await expect(growth).rejects.toBeInstanceOf(ProofMismatch);
  });
});
