import { describe, expect, test } from "vitest";
import {
  consistencyPath,
  cosign,
  formatCheckpointText,
  formatNote,
  formatVerifierKey,
  type Hash,
  hashLeaf,
  inclusionPath,
  rootOf,
  type Tree,
  treeOf,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import {
  type FraudBundle,
  formatFraudBundle,
  parseFraudBundle,
  verifyFraudProof,
} from "../../src/verify/index.ts";
import { ORIGIN } from "../core/state/kit.ts";
import { LOG, LOG_ONLY, NOW, type NoteOptions, noteOf, OTHER_LOG, TWO_OF_THREE } from "./kit.ts";

/** Two logs under one key: they part at the fifth entry. */
const leaf = (word: string) => hashLeaf(utf8(word));
const shared = ["a", "b", "c", "d"].map(leaf);
const honest = treeOf([...shared, ...["e", "f", "g", "h", "i"].map(leaf)]);
const forged = treeOf([...shared, ...["E", "f", "g", "h", "i"].map(leaf)]);

function note(tree: Tree, size: number, options: NoteOptions = {}): string {
  const origin = options.by?.[0]?.key.name ?? ORIGIN;
  return noteOf({ origin, size, root: rootOf(tree, size) }, options);
}

/** Nodes of a tree that lead to its root over `first` leaves and to that over `second`. */
function nodesOf(tree: Tree, first: number, second: number): Hash[] {
  const path = consistencyPath(tree, first, second);
  const isWhole = Number.isInteger(Math.log2(first));
  return isWhole ? [rootOf(tree, first), ...path] : path;
}

function leavesAt(index: number, first: [Tree, number], second: [Tree, number]) {
  const claim = ([tree, size]: [Tree, number]) => {
    return { leaf: tree.node(0, index), path: inclusionPath(tree, index, size) };
  };
  return { index, first: claim(first), second: claim(second) };
}

const verify = (bundle: FraudBundle, policy = LOG_ONLY) =>
  verifyFraudProof(formatFraudBundle(bundle), { policy });

describe("a fraud proof", () => {
  test("may be of checkpoints with extension lines, which are no contradiction by themselves", async () => {
    const extensions = "extension\n";
    const first = note(honest, 7, { extensions });
    expect(await verify({ first, second: note(forged, 7, { extensions }) })).toMatchObject({
      ok: true,
      value: { how: { kind: "roots" } },
    });
    expect(await verify({ first, second: note(honest, 7) })).toMatchObject({
      error: { code: "FRAUD_SAME_ROOT", size: 7 },
    });
  });

  test("is two roots of one size, signed by one key", async () => {
    expect(await verify({ first: note(honest, 7), second: note(forged, 7) })).toEqual({
      ok: true,
      value: {
        origin: ORIGIN,
        signedBy: [formatVerifierKey(LOG.key)],
        first: { size: 7, root: rootOf(honest, 7), cosignedBy: [] },
        second: { size: 7, root: rootOf(forged, 7), cosignedBy: [] },
        how: { kind: "roots" },
      },
    });
  });

  test("is two entries at one place, whatever the sizes", async () => {
    for (const [a, b] of [
      [5, 9],
      [9, 6],
      [7, 7],
    ] as const) {
      const leaves = leavesAt(4, [honest, a], [forged, b]);
      expect(
        await verify({ first: note(honest, a), second: note(forged, b), leaves }),
      ).toMatchObject({
        ok: true,
        value: { how: { kind: "leaves", index: 4, first: leaf("e"), second: leaf("E") } },
      });
    }
  });

  test("is another beginning, as the nodes of the later log show", async () => {
    for (let first = 5; first < 9; first++) {
      for (let second = first + 1; second <= 9; second++) {
        const nodes = nodesOf(forged, first, second);
        const bundle = { first: note(honest, first), second: note(forged, second), nodes };
        expect(await verify(bundle), `${first}, ${second}`).toMatchObject({
          ok: true,
          value: { how: { kind: "prefix", began: rootOf(forged, first) } },
        });
      }
    }
  });

  test("names the witnesses that cosigned, those of both sides too; no quorum is asked for", async () => {
    const first = note(honest, 7, { cosigned: [NOW, NOW] });
    const second = note(forged, 7, { cosigned: [NOW, undefined, NOW] });
    expect(await verify({ first, second }, TWO_OF_THREE)).toMatchObject({
      ok: true,
      value: { first: { cosignedBy: ["w1", "w2"] }, second: { cosignedBy: ["w1", "w3"] } },
    });
    expect((await verify({ first: note(honest, 7), second }, TWO_OF_THREE)).ok).toBe(true);
  });

  test("comes back as it was written", () => {
    const leaves = leavesAt(4, [honest, 7], [forged, 7]);
    for (const evidence of [{}, { leaves }, { nodes: nodesOf(forged, 6, 9) }]) {
      const bundle = { first: note(honest, 7), second: note(forged, 7), ...evidence };
      expect(parseFraudBundle(formatFraudBundle(bundle))).toEqual({ ok: true, value: bundle });
    }
  });
});

describe("no fraud is proved", () => {
  const first = note(honest, 7);

  test.each<[string, FraudBundle, object]>([
    ["by one checkpoint twice", { first, second: first }, { code: "FRAUD_SAME_ROOT", size: 7 }],
    [
      "by two sizes alone",
      { first, second: note(forged, 9) },
      { code: "FRAUD_EVIDENCE", first: 7, second: 9 },
    ],
    [
      "by an entry that both have",
      { first, second: note(forged, 9), leaves: leavesAt(3, [honest, 7], [forged, 9]) },
      { code: "FRAUD_SAME_LEAF", index: 3 },
    ],
    [
      "by an entry that the first has not",
      { first, second: note(forged, 9), leaves: leavesAt(4, [forged, 7], [forged, 9]) },
      { code: "PROOF_ROOT" },
    ],
    [
      "by an entry that the second has not",
      { first, second: note(forged, 9), leaves: leavesAt(4, [honest, 7], [honest, 9]) },
      { code: "PROOF_ROOT" },
    ],
    [
      "by a log that grew",
      { first, second: note(honest, 9), nodes: nodesOf(honest, 7, 9) },
      { code: "FRAUD_SAME_PREFIX", size: 7 },
    ],
    [
      "by nodes of another log",
      { first, second: note(honest, 9), nodes: nodesOf(forged, 7, 9) },
      { code: "PROOF_SECOND_ROOT" },
    ],
    [
      "by too few nodes",
      { first, second: note(forged, 9), nodes: nodesOf(forged, 7, 9).slice(1) },
      { code: "PROOF_LENGTH" },
    ],
    [
      "by no nodes",
      { first, second: note(forged, 9), nodes: [] },
      { code: "PROOF_LENGTH", got: 0 },
    ],
    [
      "by nodes for one size",
      { first, second: note(forged, 7), nodes: [leaf("x")] },
      { code: "PROOF_SIZES", first: 7, second: 7 },
    ],
    [
      "by nodes the wrong way round",
      { first: note(forged, 9), second: first, nodes: nodesOf(forged, 7, 9) },
      { code: "PROOF_SIZES", first: 9, second: 7 },
    ],
    [
      "by two logs",
      { first, second: note(forged, 7, { by: [OTHER_LOG] }) },
      { code: "PROOF_ORIGINS", first: ORIGIN, second: "elsewhere.test/log" },
    ],
    ["by a first one that is none", { first: "x", second: first }, { code: "NOTE_SEPARATOR" }],
    ["by a second one that is none", { first, second: "x" }, { code: "NOTE_SEPARATOR" }],
  ])("%s", async (_, bundle, error) => {
    expect(await verify(bundle)).toMatchObject({ ok: false, error });
  });

  test("by checkpoints that somebody else signed", async () => {
    const renamed = { ...OTHER_LOG, key: { ...OTHER_LOG.key, name: ORIGIN } };
    const stranger = note(forged, 7, { by: [renamed] });
    expect(await verify({ first, second: stranger })).toEqual({
      ok: false,
      error: { code: "NOTE_UNSIGNED" },
    });
    expect(await verify({ first: stranger, second: first })).toEqual({
      ok: false,
      error: { code: "NOTE_UNSIGNED" },
    });
  });

  test("where only a witness signed both", async () => {
    const cosigned = note(forged, 7, { cosigned: [NOW] });
    const lines = cosigned.split("\n").filter((line) => !line.startsWith(`— ${ORIGIN} `));
    expect(await verify({ first, second: lines.join("\n") }, TWO_OF_THREE)).toEqual({
      ok: false,
      error: { code: "FRAUD_KEY", origin: ORIGIN },
    });
  });

  test("where another log signed both, or a witness that is named as the log", async () => {
    const logs = [{ key: LOG.key }, { key: OTHER_LOG.key }];
    const other = { ...LOG_ONLY, logs };
    const roots = [rootOf(honest, 7), rootOf(forged, 7)];
    const [one = "", two = ""] = roots.map((root) =>
      noteOf({ origin: ORIGIN, size: 7, root }, { by: [OTHER_LOG] }),
    );
    expect(await verify({ first: one, second: two }, other)).toEqual({
      ok: false,
      error: { code: "FRAUD_KEY", origin: ORIGIN },
    });
    const key = verifierKey(ORIGIN, "cosignature", LOG.key.publicKey);
    const policy = { ...LOG_ONLY, witnesses: [{ name: "w", key }] };
    const [three = "", four = ""] = roots.map((root) => {
      const text = formatCheckpointText({ origin: ORIGIN, size: 7, root });
      return formatNote({ text, signatures: [cosign(text, { key, seed: LOG.seed }, NOW)] });
    });
    expect(await verify({ first: three, second: four }, policy)).toEqual({
      ok: false,
      error: { code: "FRAUD_KEY", origin: ORIGIN },
    });
  });

  test("where a line of a known key is no signature", async () => {
    const second = first.replace(rootLine(honest), rootLine(forged));
    expect(await verify({ first, second })).toEqual({
      ok: false,
      error: { code: "NOTE_SIGNATURE", name: ORIGIN },
    });
  });

  test.each<[string, (json: { [field: string]: unknown }) => void, object]>([
    ["nothing", (json) => delete json.first, { code: "PROOF_FIELD", field: "first" }],
    [
      "two kinds of evidence",
      (json) => Object.assign(json, { nodes: [], leaves: {} }),
      { code: "PROOF_FIELD", field: "nodes", want: "nothing beside leaves" },
    ],
    [
      "leaves at half a place",
      (json) => (json.leaves = { index: 0.5, first: {}, second: {} }),
      { code: "PROOF_FIELD", field: "leaves.index", want: "whole number" },
    ],
    [
      "a leaf without a hash",
      (json) => (json.leaves = { index: 0, first: {}, second: {} }),
      { code: "PROOF_FIELD", field: "leaves.first.leaf", want: "base64" },
    ],
  ])("by %s", async (_, change, error) => {
    const json = JSON.parse(formatFraudBundle({ first, second: first })) as {
      [field: string]: unknown;
    };
    change(json);
    expect(await verifyFraudProof(json, { policy: LOG_ONLY })).toMatchObject({ ok: false, error });
  });

  function rootLine(tree: Tree): string {
    return note(tree, 7).split("\n")[2] ?? "";
  }
});
