import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  fromBase64,
  fromHex,
  type Hash,
  hashMapKey,
  hashMapLeaf,
  hashMapNode,
  hex,
  type MapProof,
  mapPuts,
  present,
  SparseMap,
  sha256,
  utf8,
  verifyMapProof,
} from "../../../src/core/index.ts";
import { hashOf } from "./reference.ts";

// The model of the properties was written by who wrote the map. These values come from vectors.py: another language,
// another day, the text of docs/spec/ledger.md.
type Vector = {
  name: string;
  rawKeys: boolean;
  values: [string, string][];
  root: string;
  proofs: { key: string; present: boolean; map: VectorProof }[];
};
type VectorProof = {
  depth: number;
  siblings: string;
  hashes: string[];
  other?: { key: string; value: string };
};

const vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/map/roots-and-proofs.json", import.meta.url), "utf8"),
) as Vector[];

describe.each(vectors)("vector: $name", ({ rawKeys, values, root, proofs }) => {
  const keyHashOf = (key: string) =>
    rawKeys ? (present(fromHex(key), "hex") as Hash) : hashMapKey(key);
  const valueHashOf = (key: string) => {
    const value = values.find(([each]) => each === key)?.[1];
    return value === undefined ? undefined : (sha256(utf8(value)) as Hash);
  };

  test("has this root", () => {
    expect(hex(mapOf().root())).toBe(root);
  });

  test.each(proofs)("proof of $key, present: $present", ({ key, map }) => {
    const keyHash = keyHashOf(key);
    const { leaf, ...path } = mapOf().prove(keyHash);
    const { other, ...want } = decode(map);
    expect(path).toEqual(want);
    if (other !== undefined) expect(leaf?.keyHash).toEqual(other.key);
    const verdict = verifyMapProof(
      present(fromHex(root), "root") as Hash,
      keyHash,
      valueHashOf(key),
      decode(map),
    );
    expect(verdict).toEqual({ ok: true, value: undefined });
  });

  function mapOf(): SparseMap {
    const map = new SparseMap();
    map.update(
      mapPuts(
        values.map(([key, value], ref) => ({
          keyHash: keyHashOf(key),
          valueHash: sha256(utf8(value)),
          ref,
        })),
      ),
    );
    return map;
  }
});

function decode({ depth, siblings, hashes, other }: VectorProof): MapProof {
  const bytes = (text: string) => present(fromBase64(text), "base64");
  return {
    depth,
    siblings: bytes(siblings),
    hashes: hashes.map(bytes) as Hash[],
    ...(other && { other: { key: bytes(other.key) as Hash, value: bytes(other.value) as Hash } }),
  };
}

// A root with three leaves: `zero` at depth 2, `near`, which agrees with it in one bit, and `far`, which agrees in none.
const zero = new Uint8Array(32) as Hash;
const near = new Uint8Array(32).fill(0x40, 0, 1) as Hash;
const far = new Uint8Array(32).fill(0xff) as Hash;
const value = hashOf("value") as Hash;
const [zeroLeaf, nearLeaf, farLeaf] = [zero, near, far].map((key) => hashMapLeaf(key, value)) as [
  Hash,
  Hash,
  Hash,
];
const root = hashMapNode(hashMapNode(zeroLeaf, nearLeaf), farLeaf);
const proof: MapProof = { depth: 2, siblings: Uint8Array.of(0xc0), hashes: [farLeaf, nearLeaf] };
const EMPTY = new Uint8Array(32) as Hash;

describe("a proof of presence", () => {
  test("holds", () => {
    expect(verifyMapProof(root, zero, value, proof).ok).toBe(true);
  });

  test.each<[string, Partial<MapProof>, object]>([
    ["below the leaves", { depth: 257 }, { code: "PROOF_MAP_DEPTH", got: 257, max: 256 }],
    ["above the root", { depth: -1 }, { code: "PROOF_MAP_DEPTH", got: -1 }],
    ["at no level", { depth: 1.5 }, { code: "PROOF_MAP_DEPTH", got: 1.5 }],
    [
      "without a bitmap",
      { siblings: new Uint8Array() },
      { code: "PROOF_MAP_BITMAP_LENGTH", got: 0, want: 1 },
    ],
    [
      "with a byte too many in its bitmap",
      { siblings: Uint8Array.of(0xc0, 0) },
      { code: "PROOF_MAP_BITMAP_LENGTH", got: 2, want: 1 },
    ],
    [
      "with a sibling below the leaf",
      { siblings: Uint8Array.of(0xe0) },
      { code: "PROOF_MAP_BITMAP_BEYOND", bit: 2, depth: 2 },
    ],
    [
      "of a leaf that could stand higher",
      { siblings: Uint8Array.of(0x80) },
      { code: "PROOF_MAP_BITMAP_LAST", bit: 1 },
    ],
    ["without a sibling", { hashes: [farLeaf] }, { code: "PROOF_MAP_HASHES", got: 1, want: 2 }],
    [
      "with a sibling too many",
      { hashes: [farLeaf, nearLeaf, nearLeaf] },
      { code: "PROOF_MAP_HASHES", got: 3, want: 2 },
    ],
    [
      "with an empty sibling that counts as one",
      { hashes: [farLeaf, EMPTY] },
      { code: "PROOF_MAP_HASH_EMPTY", position: 1 },
    ],
    [
      "with another leaf in the key's place",
      { other: { key: near, value } },
      { code: "PROOF_MAP_OTHER_BESIDE_VALUE" },
    ],
    ["from the leaf to the root", { hashes: [nearLeaf, farLeaf] }, { code: "PROOF_MAP_ROOT" }],
  ])("is refused %s", (_, change, want) => {
    expect(verifyMapProof(root, zero, value, { ...proof, ...change })).toMatchObject({
      ok: false,
      error: want,
    });
  });

  test("is refused for another value, with both roots", () => {
    const verdict = verifyMapProof(root, zero, hashOf("other") as Hash, proof);
    expect(verdict).toMatchObject({ error: { code: "PROOF_MAP_ROOT", want: root } });
  });

  test("is refused for another key on the same path", () => {
    const sister = Uint8Array.from(zero, (_, i) => (i === 31 ? 1 : 0)) as Hash;
    expect(verifyMapProof(root, sister, value, proof)).toMatchObject({
      error: { code: "PROOF_MAP_ROOT" },
    });
  });
});

describe("a proof of absence", () => {
  // Where `absent` would stand, `zero` does.
  const absent = new Uint8Array(32).fill(1, 31) as Hash;
  const other = { key: zero, value };

  test("holds where another leaf stands", () => {
    expect(verifyMapProof(root, absent, undefined, { ...proof, other }).ok).toBe(true);
  });

  test("holds where nothing stands", () => {
    const pair = hashMapNode(hashMapNode(zeroLeaf, nearLeaf), EMPTY);
    const path = {
      depth: 1,
      siblings: Uint8Array.of(0x80),
      hashes: [hashMapNode(zeroLeaf, nearLeaf)],
    };
    expect(verifyMapProof(pair, far, undefined, path).ok).toBe(true);
  });

  test("does not say that a key is absent which is there", () => {
    expect(verifyMapProof(root, zero, undefined, { ...proof, other })).toMatchObject({
      error: { code: "PROOF_MAP_OTHER_KEY", hash: zero },
    });
    expect(verifyMapProof(root, zero, undefined, proof)).toMatchObject({
      error: { code: "PROOF_MAP_ROOT" },
    });
  });

  test("does not take a leaf from elsewhere", () => {
    const elsewhere = { ...proof, other: { key: near, value } };
    expect(verifyMapProof(root, absent, undefined, elsewhere)).toMatchObject({
      error: { code: "PROOF_MAP_OTHER_PLACE", shared: 1, depth: 2 },
    });
  });

  test("does not take an inner node for a leaf higher up", () => {
    // The node's own hash in the place of a leaf's: leaves and nodes hash with different prefixes.
    const path = { depth: 1, siblings: Uint8Array.of(0x80), hashes: [farLeaf] };
    const forged = { ...path, other: { key: zeroLeaf, value: nearLeaf } };
    const key = Uint8Array.from(zeroLeaf, (byte, i) => (i === 31 ? byte ^ 1 : byte)) as Hash;
    expect(verifyMapProof(root, key, undefined, forged).ok).toBe(false);
  });
});
