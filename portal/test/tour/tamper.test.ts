import { expect, test } from "vitest";
import { tamper } from "../../src/tour/never-issued/tamper.ts";

const HASH = Buffer.alloc(32, 7).toString("base64");

function bitsThatDiffer(a: string, b: string): number {
  const [left, right] = [Buffer.from(a, "base64"), Buffer.from(b, "base64")];
  const differing = left.map((byte, i) => byte ^ (right[i] ?? 0));
  return [...differing].reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
}

test("one bit of the first hash of the path is changed, and nothing else", () => {
  const proof = { format: "f", map: { depth: 2, hashes: [HASH, HASH] }, block: "AAAA", log: "l" };
  const changed = JSON.parse(tamper(JSON.stringify(proof)));
  expect(bitsThatDiffer(changed.map.hashes[0], HASH)).toBe(1);
  expect({ ...changed, map: { ...changed.map, hashes: [HASH, HASH] } }).toEqual(proof);
});

test("without a path it is the block entry that is changed", () => {
  const proof = { map: { depth: 0, hashes: [] }, block: HASH };
  const changed = JSON.parse(tamper(JSON.stringify(proof)));
  expect(bitsThatDiffer(changed.block, HASH)).toBe(1);
});
