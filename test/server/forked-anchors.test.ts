import { describe, expect, test } from "vitest";
import {
  type AnchorItem,
  anchorKey,
  type Code,
  codeKey,
  err,
  formatTilePath,
  ok,
  parsePolicy,
  parseTilePath,
  present,
  type ValueReader,
} from "../../src/core/index.ts";
import type { OtherNodes } from "../../src/server/index.ts";
import { forkedAnchors } from "../../src/server/operations/forked-anchors.ts";
import { formatFraudBundle, verifyFraudProof } from "../../src/verify/index.ts";
import { CHILD_ORIGIN, ChildLog } from "../core/state/kinds/child-log.ts";
import { city, START_MILLISECONDS, sign } from "../core/state/kit.ts";

const CITY = "MA.156.1301";
const LENGTH = 700;
const AT = Math.floor(START_MILLISECONDS / 1000);
const URL = "https://child.test";
const DELEGATION = new Uint8Array(32).fill(7);
const honest = new ChildLog(CHILD_ORIGIN, "entry", LENGTH);
const policy = (() => {
  const parsed = parsePolicy(honest.policy);
  if (!parsed.ok) throw new Error(parsed.error.code);
  return parsed.value;
})();

/** A parent that has anchored so many entries of the honest log. */
function anchored(size: number): ValueReader {
  const delegation = { op: DELEGATION, origin: CHILD_ORIGIN, policy: honest.policy, url: URL };
  const values: { readonly [key: string]: unknown } = {
    [codeKey(CITY as Code)]: { delegation },
    [anchorKey(CITY as Code)]: { delegation: DELEGATION, checkpoint: honest.checkpoint(size, AT) },
  };
  return { get: (key: string) => values[key] } as ValueReader;
}

/** Serves the tiles of a log, as its node would. */
function serving(log: ChildLog): { readonly nodes: OtherNodes; readonly asked: string[] } {
  const asked: string[] = [];
  const nodes: OtherNodes = async (url) => {
    asked.push(url);
    const tile = parseTilePath(url.slice(`${URL}/log/`.length));
    if (!tile.ok || tile.value.kind !== "hashes") return err({ what: "answer", why: "status 404" });
    return ok(log.tile(tile.value.level, tile.value.index, tile.value.width));
  };
  return { nodes, asked };
}

async function proofsOf(item: AnchorItem, state: ValueReader, nodes?: OtherNodes) {
  const bytes = sign({ op: "anchor", items: [item] }, city, START_MILLISECONDS);
  const proofs = await forkedAnchors(bytes, "PROOF_SECOND_ROOT", state, nodes);
  return Promise.all(
    proofs.map(async (proof) => {
      const verified = await verifyFraudProof(formatFraudBundle(proof), { policy });
      return verified.ok ? verified.value.how.kind : verified.error.code;
    }),
  );
}

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 255, 256, 257, 511, 512, 513];

describe("the ledger of a delegated code that presents another history", () => {
  test.each(SIZES)(
    "is convicted where %i entries are anchored, whichever it presents",
    async (first) => {
      const isSubtree = Number.isInteger(Math.log2(first));
      const state = anchored(first);
      // The last of the anchored entries is another one.
      const forked = new ChildLog(CHILD_ORIGIN, "other", LENGTH, first - 1);
      const base = new ChildLog(CHILD_ORIGIN, "entry", LENGTH, 3);
      expect(base.checkpoint(first, AT)).toBe(honest.checkpoint(first, AT));
      for (const second of [first, first + 1, first + 3, 2 * first, LENGTH]) {
        if (second > LENGTH) continue;
        const item = forked.next(CITY, first, second, AT);
        if (second === first) {
          expect(await proofsOf(item, state)).toEqual(["roots"]);
          continue;
        }
        const why = `${first} of ${second}`;
        // A path alone shows it only where it has the node that is another one.
        expect(await proofsOf(item, state), why).toEqual(isSubtree ? [] : ["prefix"]);
        const { nodes, asked } = serving(forked);
        expect(await proofsOf(item, state, nodes), why).toEqual(["prefix"]);
        expect(asked.length, why).toBe(isSubtree ? 1 : 0);
        // What it hands in itself needs nobody to be asked.
        expect(await proofsOf(forked.confessed(CITY, first, second, AT), state), why).toEqual([
          "prefix",
        ]);
      }
    },
  );

  test("is not convicted by what the honest ledger serves, by silence, or by a tile of another length", async () => {
    const state = anchored(8);
    const item = new ChildLog(CHILD_ORIGIN, "other", LENGTH, 5).next(CITY, 8, 20, AT);
    expect(await proofsOf(item, state, serving(honest).nodes)).toEqual([]);
    expect(await proofsOf(item, state, async () => err({ what: "silent", why: "time" }))).toEqual(
      [],
    );
    expect(await proofsOf(item, state, async () => ok(new Uint8Array(31)))).toEqual([]);
  });

  test("an honest ledger is never convicted, nor asked for more than one tile", async () => {
    for (const first of SIZES) {
      for (const second of [first, first + 1, LENGTH]) {
        const { nodes, asked } = serving(honest);
        const item = honest.next(CITY, first, second, AT);
        expect(await proofsOf(item, anchored(first), nodes), `${first} ${second}`).toEqual([]);
        if (second === first) continue;
        const confessed = honest.confessed(CITY, first, second, AT);
        expect(await proofsOf(confessed, anchored(first), nodes), `${first} ${second}`).toEqual([]);
        expect(asked.length).toBeLessThanOrEqual(2);
      }
    }
  });

  test("is asked for the tile as wide as its log has it", async () => {
    const forked = new ChildLog(CHILD_ORIGIN, "other", LENGTH, 3);
    for (const [first, second, level, width] of [
      [4, 20, 0, 20],
      [128, 700, 0, 256],
      [256, 700, 1, 2],
      [512, 700, 1, 2],
    ] as const) {
      const { nodes, asked } = serving(forked);
      const item = forked.next(CITY, first, second, AT);
      expect(await proofsOf(item, anchored(first), nodes)).toEqual(["prefix"]);
      const path = formatTilePath({ kind: "hashes", level, index: 0, width });
      expect(present(asked[0], "a question")).toBe(`${URL}/log/${path}`);
    }
  });
});
