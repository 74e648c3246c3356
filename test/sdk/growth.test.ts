import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Checkpoint,
  concat,
  type Hash,
  hashLeaf,
  parseCheckpoint,
  parseTilePath,
  rootOf,
  type SignedCheckpoint,
  treeOf,
  utf8,
} from "../../src/core/index.ts";
import { compareCheckpoints, verifyGrowth } from "../../src/sdk/growth.ts";
import { ProofMismatch } from "../../src/sdk/problem.ts";
import {
  formatConsistencyBundle,
  formatFraudBundle,
  verifyConsistencyProof,
  verifyFraudProof,
} from "../../src/verify/index.ts";
import { LOG, LOG_ONLY, NOW, noteOf } from "../verify/kit.ts";

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

describe("compareCheckpoints", () => {
  const origin = LOG.key.name;
  /** As signed by the log: of the tree of these tests, or with another root. */
  function signed(size: number, root: Hash = rootOf(TREE, size)): SignedCheckpoint {
    const parsed = parseCheckpoint(noteOf({ origin, size, root }, {}));
    if (!parsed.ok) throw new Error(parsed.error.code);
    return parsed.value;
  }
  const trust = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: Number.POSITIVE_INFINITY };

  test("makes a proof of consistency of a log that grew, in whichever order they come", async () => {
    for (const [first, second] of [
      [1, 2],
      [700, 5_000],
      [65_536, 70_000],
      [700, 700],
    ] as const) {
      const tiles = { tile: tilesOf(second) };
      const found = await compareCheckpoints(tiles, signed(second), signed(first));
      if (found.kind !== "consistency") throw new Error(found.kind);
      const verdict = await verifyConsistencyProof(formatConsistencyBundle(found.bundle), trust);
      expect(verdict).toMatchObject({
        ok: true,
        value: { first: { checkpoint: { size: first } }, second: { checkpoint: { size: second } } },
      });
    }
  });

  test("makes a proof of fraud of a log that did not", async () => {
    const other = rootOf(TREE, 3);
    for (const [first, second, kind] of [
      [700, 5_000, "prefix"],
      [512, 5_000, "prefix"],
      [700, 700, "roots"],
    ] as const) {
      const found = await compareCheckpoints(
        { tile: tilesOf(second) },
        signed(first, other),
        signed(second),
      );
      if (found.kind !== "fraud") throw new Error(found.kind);
      const verdict = await verifyFraudProof(formatFraudBundle(found.bundle), trust);
      expect(verdict).toMatchObject({ ok: true, value: { how: { kind } } });
    }
  });

  test("shows nothing where the tiles are not those of the later checkpoint", async () => {
    const compared = compareCheckpoints(
      { tile: tilesOf(5_000) },
      signed(700),
      signed(5_000, rootOf(TREE, 3)),
    );
    await expect(compared).rejects.toMatchObject({ refusal: { code: "PROOF_SECOND_ROOT" } });
    const empty = compareCheckpoints({ tile: tilesOf(700) }, signed(0, LEAVES[0]), signed(700));
    await expect(empty).rejects.toMatchObject({ refusal: { code: "PROOF_SIZES" } });
  });
});
