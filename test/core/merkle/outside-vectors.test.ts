import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Hash, verifyConsistency, verifyInclusion } from "../../../src/core/merkle/index.ts";

// Proofs, good and bad, of transparency-dev/merkle (Apache-2.0). They are not part of this repository.
const folder = new URL("../../../../shared/vectors/merkle/", import.meta.url);
const absent = !existsSync(folder);

type Inclusion = { leafIdx: number; treeSize: number; leafHash: string; root: string } & Verdict;
type Consistency = { size1: number; size2: number; root1: string; root2: string } & Verdict;
type Verdict = { proof: string[] | null; wantErr: boolean };

describe.skipIf(absent)("vectors of transparency-dev/merkle, where ../shared/vectors is", () => {
  const inclusions = files<Inclusion>("inclusion");
  test.each(inclusions)("inclusion: $name", ({ leafIdx, treeSize, leafHash, ...vector }) => {
    const proof = { index: leafIdx, size: treeSize, path: (vector.proof ?? []).map(hash) };
    const verdict = verifyInclusion(hash(leafHash), proof, hash(vector.root));
    expect(verdict.ok).toBe(!vector.wantErr);
  });

  const growths = files<Consistency>("consistency");
  test.each(growths)("consistency: $name", ({ size1, size2, root1, root2, ...vector }) => {
    const proof = { first: size1, second: size2, path: (vector.proof ?? []).map(hash) };
    expect(verifyConsistency(proof, hash(root1), hash(root2)).ok).toBe(!vector.wantErr);
  });

  test("are all there", () => {
    expect([inclusions.length, growths.length]).toEqual([98, 98]);
  });
});

function files<Vector>(kind: string): (Vector & { name: string })[] {
  if (absent) return [];
  return readdirSync(new URL(kind, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const vector = JSON.parse(readFileSync(new URL(`${kind}/${name}`, folder), "utf8"));
      return { ...(vector as Vector), name };
    });
}

// Some roots in these files are no hashes on purpose.
function hash(base64: string): Hash {
  return Uint8Array.from(Buffer.from(base64, "base64")) as unknown as Hash;
}
